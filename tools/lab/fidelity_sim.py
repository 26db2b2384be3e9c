# SPDX-License-Identifier: GPL-2.0-only
"""The simulated half of tools/fidelity: what the guest measured, as costs and workloads of scxsim."""
import json
import os
import statistics
import subprocess
import tempfile

from .errors import LabError

# Measured in the guest; the emulated machine has no caches to fill and no threads that share a core.
MEASURED = ('hz', 'tick_ns', 'context_switch_ns', 'wakeup_ns', 'interrupt_ns')
NOT_THERE = ('refill_core_ns', 'refill_llc_ns', 'refill_node_ns', 'refill_far_ns')
ORDINARY = (0, 3, 5, 7)     # SCHED_OTHER, BATCH, IDLE, EXT: the policies whose tasks a scheduler gets


def costs(calibration):
    """Those of scxsim's --cost. A kick is an interrupt as well."""
    found = {name: calibration[name] for name in MEASURED}
    return found | {'kick_ns': calibration['interrupt_ns']} | dict.fromkeys(NOT_THERE, 0)


def background(run, calibration):
    """A kind for each task that ran beside the workload: as often as it did, for as long each time."""
    kinds = {}
    for number, task in enumerate(run['others']):
        if task['policy'] not in ORDINARY:
            continue
        run_us = max(1, round((task['run_ns'] / task['turns'] - calibration['context_switch_ns']) / 1e3))
        sleep_us = max(1, round(run['measured_ns'] / task['turns'] / 1e3) - run_us)
        kinds[f'beside{number}'] = {'priority': task['nice'], 'run': run_us,
                                    'sleep': [sleep_us // 2, sleep_us + sleep_us // 2]}
    return kinds


def with_background(workload, kinds):
    return workload | {'tasks': workload['tasks'] | kinds}


def wakes_by_timer(task):
    """Whether a task of a workload file sleeps until a timer wakes it."""
    parts = [task, *task.get('phases', {}).values()]
    return any(key.rstrip('0123456789') in ('sleep', 'timer') for part in parts for key in part)


def seen_by_program(latency_ns, task, calibration):
    """A simulated latency ends where the task goes on its CPU. Its program sees the time after the
    switch and, where a timer woke it, after the interrupt."""
    if not latency_ns:
        return latency_ns
    interrupt = calibration['interrupt_ns'] if wakes_by_timer(task) else 0
    return latency_ns + interrupt + calibration['context_switch_ns']


def topology(smp):
    return f'core:{smp.partition(",")[0]} pu:1'


def run_once(scxsim, scheduler, file, options, calibration, seed):
    command = [scxsim, '--scheduler', scheduler, '--topology', topology(options.smp), '--workload', file,
               '--duration', str(options.warmup + options.duration), '--warmup', str(options.warmup),
               '--seed', str(seed), '--json']
    for name, value in costs(calibration).items():
        command += ['--cost', f'{name}={value}']
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise LabError(f'{" ".join(command)} ended with status {done.returncode}')
    return json.loads(done.stdout)


def simulate(scxsim, options, scheduler, workload, run, calibration):
    """The kinds of a workload as simulated under a scheduler, beside what ran beside them in `run`:
    run_ns and latency_ns by name, means over the seeds."""
    everything = with_background(workload, background(run, calibration))
    with tempfile.NamedTemporaryFile('w', prefix='fidelity-', suffix='.json') as file:
        json.dump(everything, file)
        file.flush()
        runs = [run_once(scxsim, scheduler, file.name, options, calibration, seed)
                for seed in range(1, options.seeds + 1)]
    found = {}
    for name, task in workload['tasks'].items():
        mine = [next(t for t in one['tasks'] if t['name'] == name) for one in runs]
        woken = [t['latency_ns']['mean'] for t in mine if t['latency_ns']['count']]
        latency = statistics.mean(woken) if woken else 0
        found[name] = {'run_ns': statistics.mean(t['run_ns'] for t in mine),
                       'latency_ns': seen_by_program(latency, task, calibration)}
    return found


def find_scxsim(programs):
    path = os.path.join(programs, 'scxsim')
    if not os.path.isfile(path):
        raise LabError(f'{path} is not there: build it (cmake --build --preset release --target scxsim)')
    return path
