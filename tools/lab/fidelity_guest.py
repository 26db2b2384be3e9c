# SPDX-License-Identifier: GPL-2.0-only
"""The half of tools/fidelity that runs on a real kernel: one guest, all schedulers and workloads."""
import itertools
import json
import os
import subprocess

from .bench_plan import VM
from .builds import ROOT
from .errors import LabError, RunFailed, UsageError
from .fidelity_sim import COSTS_OF

BUILDS = ('release', 'dev')
GUEST_FILES = os.path.join(ROOT, 'tests', 'vm', 'guest')
WORKLOADS = os.path.join(ROOT, 'tests', 'vm', 'fidelity')
USUAL = ('weights', 'periodic', 'pipeline', 'handover')
SCHEDULERS = ('lavd', 'qmap', 'simple')


def find_build(option):
    """The build whose programs are used: the one that is named, else the newest."""
    candidates = [option] if option else [os.path.join(ROOT, 'build', build) for build in BUILDS]
    found = [path for path in candidates if os.path.isfile(os.path.join(path, 'tests', 'guest_play'))]
    if not found:
        raise UsageError(f'{candidates[0]} has no tests/guest_play: build it (cmake --preset release && '
                         'cmake --build --preset release)')
    return max(found, key=lambda path: os.path.getmtime(os.path.join(path, 'tests', 'guest_play')))


def workload_files(texts):
    """Files, and names of the usual ones."""
    files = [text if '/' in text else os.path.join(WORKLOADS, f'{text}.json') for text in texts]
    for file in files:
        if not os.path.isfile(file):
            raise UsageError(f'--workload: there is no {file}; usual are {", ".join(USUAL)}')
    if len({os.path.basename(file) for file in files}) < len(files):
        raise UsageError('--workload: two files of one name')
    return files


def command(options, build, files):
    found = [VM, 'run', '--icount', str(options.icount), '--smp', options.smp,
             '--kernel', options.kernel, '--timeout', str(options.timeout),
             '--programs', os.path.join(build, 'bin'),
             '--file', os.path.join(build, 'tests', 'guest_play')]
    for file in [os.path.join(GUEST_FILES, name) for name in ('lib.sh', 'fidelity.sh')] + files:
        found += ['--file', file]
    words = ['sh', 'fidelity.sh', str(options.warmup), str(options.warmup + options.duration),
             *map(os.path.basename, files), '--', *(f'scx_{name}' for name in options.scheduler)]
    return [*found, '--', *words]


def read_lines(text):
    """The kernel's release, its costs by scheduler, and what was played."""
    release, costs, runs = None, {}, []
    for line in text.splitlines():
        what, _, said = line.partition(' ')
        if what == 'release':
            release = said
            continue
        name, _, said = said.partition(' ')
        name = name.removeprefix('scx_')
        if what == 'costs':
            costs[name] = json.loads(said)
        elif what == 'played':
            runs.append({'scheduler': name} | json.loads(said))
    if COSTS_OF not in costs or not runs:
        raise LabError('the guest said nothing of its costs, or of the workloads')
    return release, costs, runs


def chosen(runs, schedulers, workloads):
    """The run of each workload under each scheduler; what the guest said may be of more."""
    found = {(run['scheduler'], run['workload']): run for run in runs}
    wanted = list(itertools.product(schedulers, workloads))
    for scheduler, workload in wanted:
        if (scheduler, workload) not in found:
            raise UsageError(f'the guest said nothing of {workload} under scx_{scheduler}')
    return [found[key] for key in wanted]


def run(options, build, files):
    done = subprocess.run(command(options, build, files), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise RunFailed(f'tools/vm ended with status {done.returncode}', done.returncode)
    return done.stdout
