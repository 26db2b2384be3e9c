# SPDX-License-Identifier: GPL-2.0-only
"""The simulated half of tools/fidelity: what the guest measured, as costs and workloads of scxsim."""
import json
import os
import statistics
import subprocess
import tempfile

from .errors import LabError

# Measured in the guest under scx_simple: the kernel's, and those that a policy's own instructions have
# a part in, which take no time in a simulation. The emulated machine has no caches to fill and no
# threads that share a core.
KERNELS = ('hz', 'tick_ns', 'interrupt_ns', 'kick_ns')
WITH_POLICY = ('context_switch_ns', 'wakeup_ns')
COSTS_OF = 'simple'
NOT_THERE = ('refill_core_ns', 'refill_llc_ns', 'refill_node_ns', 'refill_far_ns')
ORDINARY = (0, 3, 5, 7)     # SCHED_OTHER, BATCH, IDLE, EXT: the policies whose tasks a scheduler gets


def costs(calibrations, scheduler=COSTS_OF):
    """Those of scxsim's --cost; with what a scheduler's policy has a part in as under that one."""
    kernels, own = calibrations[COSTS_OF], calibrations[scheduler]
    return ({name: kernels[name] for name in KERNELS} | {name: own[name] for name in WITH_POLICY}
            | dict.fromkeys(NOT_THERE, 0))


def background(run, its_costs):
    """A kind for each task that ran beside the workload: it slept, between its turns and the waits
    for them, for as long on the average, and ran for as long each time."""
    kinds = {}
    for number, task in enumerate(run['others']):
        if task['policy'] not in ORDINARY:
            continue
        run_us = max(1, round((task['run_ns'] / task['turns'] - its_costs['context_switch_ns']) / 1e3))
        asleep_ns = run['measured_ns'] - task['wait_ns'] - task['run_ns']
        sleep_us = max(1, round(asleep_ns / task['turns'] / 1e3))
        kinds[f'beside{number}'] = {'priority': task['nice'], 'run': run_us,
                                    'sleep': [sleep_us // 2, sleep_us + sleep_us // 2]}
    return kinds


def with_background(workload, kinds):
    return workload | {'tasks': workload['tasks'] | kinds}


def wakes_by_timer(task):
    """Whether a task of a workload file sleeps until a timer wakes it."""
    parts = [task, *task.get('phases', {}).values()]
    return any(key.rstrip('0123456789') in ('sleep', 'timer') for part in parts for key in part)


def seen_by_program(latency_ns, task, its_costs):
    """A simulated latency ends where the task goes on its CPU. Its program sees the time after the
    switch and, where a timer woke it, after the interrupt."""
    if not latency_ns:
        return latency_ns
    interrupt = its_costs['interrupt_ns'] if wakes_by_timer(task) else 0
    return latency_ns + interrupt + its_costs['context_switch_ns']


def topology(smp):
    return f'core:{smp.partition(",")[0]} pu:1'


def run_once(scxsim, scheduler, file, options, its_costs, seed):
    command = [scxsim, '--scheduler', scheduler, '--topology', topology(options.smp), '--workload', file,
               '--duration', str(options.warmup + options.duration), '--warmup', str(options.warmup),
               '--seed', str(seed), '--json']
    for name, value in its_costs.items():
        command += ['--cost', f'{name}={value}']
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise LabError(f'{" ".join(command)} ended with status {done.returncode}')
    return json.loads(done.stdout)


def simulate(scxsim, options, scheduler, workload, run, its_costs):
    """The kinds of a workload as simulated under a scheduler, beside what ran beside them in `run`:
    run_ns and latency_ns by name, means over the seeds."""
    everything = with_background(workload, background(run, its_costs))
    with tempfile.NamedTemporaryFile('w', prefix='fidelity-', suffix='.json') as file:
        json.dump(everything, file)
        file.flush()
        runs = [run_once(scxsim, scheduler, file.name, options, its_costs, seed)
                for seed in range(1, options.seeds + 1)]
    found = {}
    for name, task in workload['tasks'].items():
        mine = [next(t for t in one['tasks'] if t['name'] == name) for one in runs]
        woken = [t['latency_ns']['mean'] for t in mine if t['latency_ns']['count']]
        latency = statistics.mean(woken) if woken else 0
        found[name] = {'run_ns': statistics.mean(t['run_ns'] for t in mine),
                       'latency_ns': seen_by_program(latency, task, its_costs)}
    return found


def find_scxsim(programs):
    path = os.path.join(programs, 'scxsim')
    if not os.path.isfile(path):
        raise LabError(f'{path} is not there: build it (cmake --build --preset release --target scxsim)')
    return path
