# SPDX-License-Identifier: GPL-2.0-only
"""What tools/bench measures: the schedulers, the workloads and their sizes; and the run itself.

The guest's program (tests/bench/guest) gets all of it as one JSON file, and answers with a line of
JSON for each run of a scheduler.
"""
import json
import os
import re
import shlex
import subprocess
import tempfile
from dataclasses import dataclass

from .builds import BUILDS, ROOT
from .errors import RunFailed, UsageError

VM = os.path.join(ROOT, 'tools', 'vm')
GUEST = '/bench'
KERNELS_OWN = 'kernel\'s own'
USUAL = ('pipe', 'messaging', 'timers', 'mix', 'forks')
WORKLOADS = (*USUAL, 'disturbed', 'frames', 'pinned', 'bursts', 'handover', 'light', 'spread')
MIX_NICE = (0, 0, 5, -5)


@dataclass
class Scheduler:
    """One to measure: its name in the tables, its program here, its options."""
    name: str
    program: str
    options: list


def read_schedulers(texts):
    """The schedulers of the command line. A name has no slash, and no option before its =."""
    schedulers = []
    for text in texts:
        name, command = re.fullmatch(r'(?:((?:(?! -)[^/=])+)=)?(.*)', text, re.S).groups()
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise UsageError(f'{text}: {error}') from error
        if not words or not os.path.isfile(words[0]):
            raise UsageError(f'{text}: no such program; name its file, as in '
                             'build/release/bin/scx_simple')
        if not name:
            name = ' '.join([os.path.basename(words[0]), *words[1:]])
        schedulers.append(Scheduler(name, words[0], words[1:]))
    names = [KERNELS_OWN] + [scheduler.name for scheduler in schedulers]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f'two schedulers are called {name}: name them, as in '
                             f'ours={name.split()[0]}')
    return schedulers


def read_workloads(text):
    """The workloads of a list such as pipe,mix, in the order in which they run."""
    names = text.split(',')
    for name in names:
        if name not in WORKLOADS:
            raise UsageError(f'--workload {text}: {name or "nothing"} is none of '
                             + ', '.join(WORKLOADS))
    return [name for name in WORKLOADS if name in names]


def find_guest(option):
    """The guest's program: the one that is named, else the newest build."""
    candidates = [option] if option else \
        [os.path.join(ROOT, 'build', build, 'tests', 'bench_guest') for build in BUILDS]
    found = [path for path in candidates if os.path.isfile(path)]
    if not found:
        raise UsageError(f'{candidates[0]} is not there: build it (cmake --preset release && '
                         'cmake --build --preset release --target bench_guest)')
    return max(found, key=os.path.getmtime)


def make_plan(options, schedulers):
    """What the guest is told. The scale is for all sizes but the round trips, which have an option."""
    def scaled(size, least):
        return max(least, round(size * options.scale))
    commands = [[f'{GUEST}/{i}/{os.path.basename(s.program)}', *s.options]
                for i, s in enumerate(schedulers)]
    return {
        'repeat': options.repeat,
        'schedulers': [{'name': KERNELS_OWN, 'command': []}]
                      + [{'name': s.name, 'command': c} for s, c in zip(schedulers, commands)],
        'workloads': read_workloads(options.workload),
        'round_trips': options.round_trips,
        'messaging_loops': scaled(50, 1),
        'timers_ms': scaled(2000, 50),
        'mix_nice': list(MIX_NICE),
        'mix_ms': scaled(10_000, 100),
        'jobs': scaled(60, 4),
        'disturbed_ms': scaled(2000, 50),
        'frames_ms': scaled(3000, 70),
        'pinned_ms': scaled(2000, 50),
        'bursts_ms': scaled(3000, 90),
        'handover_ms': scaled(4000, 50),
        'light_ms': scaled(2000, 100),
        'spread_ms': scaled(1000, 50),
    }


def run_guest(options, schedulers, plan):
    """The kernel's release, and what the guest said of each run."""
    with tempfile.NamedTemporaryFile('w', prefix='bench-plan-', suffix='.json') as file:
        json.dump(plan, file)
        file.flush()
        command = [VM, 'run', '--icount', '--smp', options.smp, '--timeout', str(options.timeout)]
        if options.kernel:
            command += ['--kernel', options.kernel]
        for spec in options.numa:
            command += ['--numa', spec]
        command += ['--file', f'{find_guest(options.guest)}:{GUEST}/bench_guest',
                    '--file', f'{file.name}:{GUEST}/plan.json']
        for i, scheduler in enumerate(schedulers):
            command += ['--file', f'{scheduler.program}:{GUEST}/{i}/']
        script = f'uname -r; {GUEST}/bench_guest {GUEST}/plan.json; test $? -lt 2'
        done = subprocess.run([*command, '--', 'sh', '-c', script], stdout=subprocess.PIPE, text=True,
                              check=False)
    if done.returncode:
        raise RunFailed(f'tools/vm ended with status {done.returncode}', done.returncode)
    release, *lines = done.stdout.splitlines()
    return release, [json.loads(line) for line in lines]


def stripped_size(program):
    """The bytes of a program without its symbols; None where strip makes nothing of it."""
    with tempfile.NamedTemporaryFile(prefix='bench-strip-') as copy:
        try:
            done = subprocess.run(['strip', '-o', copy.name, program], stderr=subprocess.DEVNULL,
                                  check=False)
        except OSError:
            return None
        return os.path.getsize(copy.name) if done.returncode == 0 else None
