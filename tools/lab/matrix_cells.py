# SPDX-License-Identifier: GPL-2.0-only
"""The cells of tools/matrix: which kernels and shapes there are, and what a guest says of each."""
import os
import re
import subprocess
from dataclasses import asdict, dataclass

from .errors import LabError, Unavailable, UsageError

HERE = os.path.dirname(os.path.realpath(__file__))
VM = os.path.join(os.path.dirname(HERE), 'vm')

# 7.1.13 is a build with wrong type information, which must be said and not tried.
KERNELS = ('6.12', '6.16', '6.18', '6.19', '7.0', '7.1.13', '7.2-nr64', '7.2-nr512', '7.2-nr8192', '7.2',
           '7.3')
SCHEDULERS = ('scx_simple', 'scx_lavd', 'scx_qmap')
UNAVAILABLE = 77


@dataclass(frozen=True)
class Shape:
    """A machine: what tools/vm is told, the CPUs that go offline first, the CPUs there can be."""
    words: str
    arguments: tuple
    cpus: int
    offline: str = '-'
    patience: int = 60      # guest seconds for a start or an end


SHAPES = {
    '1': Shape('1 CPU', ('--smp', '1'), 1),
    '4': Shape('4 CPUs', ('--smp', '4'), 4),
    'smt': Shape('2 cores, SMT', ('--smp', '4,sockets=1,cores=2,threads=2'), 4),
    '2x2': Shape('2 nodes, 4 LLCs, SMT',
                 ('--smp', '16,sockets=2,dies=2,cores=2,threads=2', '--memory', '2G',
                  '--numa', 'node,nodeid=0,cpus=0-7', '--numa', 'node,nodeid=1,cpus=8-15'), 16),
    'offline': Shape('8 CPUs, 3 offline', ('--smp', '8'), 8, offline='2 3 7'),
    '200': Shape('200 possible, 4 online', ('--smp', '4', '--possible-cpus', '200'), 200),
    '64': Shape('64 CPUs', ('--smp', '64', '--memory', '4G'), 64, patience=240),
    '1024': Shape('1,024 possible, 4 online', ('--smp', '4', '--possible-cpus', '1024'), 1024),
    '4160': Shape('4,160 possible, 4 online', ('--smp', '4', '--possible-cpus', '4160'), 4160,
                  patience=240),
}
# What the kernels of the lab's own are built for; the others take 8,192. 6.16 does not boot with more
# than 4,096: sched_ext asks for 8 bytes per CPU pair of the allocator for data per CPU, which ends at 32 KiB.
MOST_CPUS = {'6.12': 64, '6.16': 4096, '7.2-nr64': 64, '7.2-nr512': 512}

# A scheduler that does not attach has explained it where it wrote one of these.
EXPLAINED = re.compile(r'describes \S+ wrongly in its type information|has no sched_ext')
# What tools/vm says of a kernel that no archive has and nobody has built, and of one that cannot have
# the shape's CPUs.
ABSENT = re.compile(r'no kernel \S+ here: build it with .*')
UNFIT = re.compile(r'kernel \S+ (?:takes no CPU table of the lab|is built for \d+ CPUs).*')


@dataclass
class Cell:
    """What came of one scheduler on one kernel and shape."""
    kernel: str
    shape: str
    scheduler: str
    attached: bool = False
    load: bool = False
    ended: bool = False
    status: int = -1
    warnings: int = 0
    form: str = ''
    verified: int = 0
    said: str = ''      # why not, in the scheduler's words or the lab's
    attach_ms: int = 0      # guest time from the program's start to its being in charge
    peak_kib: int = 0       # the most memory that the process had
    lacking: str = ''       # 'not built', 'not possible': there was no guest

    @property
    def well(self):
        return self.attached and self.load and self.ended and not self.warnings

    @property
    def explained(self):
        if self.lacking:
            return True
        return not self.attached and self.status == 1 and bool(EXPLAINED.search(self.said))

    @property
    def failed(self):
        return not self.well and not self.explained

    def as_json(self):
        return asdict(self) | {'well': self.well, 'explained': self.explained}


@dataclass
class Plan:
    """Names, in the order of the table. Guests are those that the kernel has room for."""
    kernels: list
    shapes: list
    schedulers: list

    @property
    def guests(self):
        return [(kernel, shape) for kernel in self.kernels for shape in self.shapes
                if SHAPES[shape].cpus <= MOST_CPUS.get(kernel, 8192)]


def make_plan(options):
    """What the command line asks for. Errors: UsageError for a shape that there is not."""
    shapes = options.shape.split(',')
    for shape in shapes:
        if shape not in SHAPES:
            raise UsageError(f'--shape {shape}: none of {", ".join(SHAPES)}')
    plan = Plan(options.kernel.split(','), shapes, options.scheduler.split(','))
    if '' in plan.kernels + plan.schedulers:
        raise UsageError('--kernel and --scheduler: names with commas between them')
    return plan


def read_cells(kernel, shape, schedulers, output):
    """The cells that a guest's output tells of; one of which it says nothing is failed."""
    cells = {name: Cell(kernel, shape, name, said='the guest said nothing of it')
             for name in schedulers}
    said = {name: [] for name in schedulers}
    for line in output.splitlines():
        word, _, rest = line.partition(' ')
        name, _, rest = rest.partition(' ')
        if name not in cells:
            continue
        if word == 'said':
            said[name].append(rest)
        if word == 'cell':
            values = dict(pair.split('=', 1) for pair in rest.split())
            cells[name] = Cell(kernel, shape, name, *(values[key] == 'yes' for key in
                                                      ('attached', 'load', 'ended')),
                               int(values['status']), int(values['warnings']),
                               attach_ms=int(values['attach_ms']),
                               peak_kib=int(values['peak_kib']))
    for name, cell in cells.items():
        running = re.search(r'is running \((\w+) form, (\d+) instructions', '\n'.join(said[name]))
        if running:
            cell.form, cell.verified = running[1], int(running[2])
        if not cell.well and said[name]:
            cell.said = re.sub(r'^[\d:]+ [A-Z] ', '', said[name][-1])
    return list(cells.values())


def lacking_cells(kernel, shape, schedulers, errors):
    """The cells where tools/vm has no such kernel. Errors: Unavailable if it is the lab that is lacking."""
    for word, pattern in (('not built', ABSENT), ('not possible', UNFIT)):
        why = pattern.search(errors)
        if why:
            return [Cell(kernel, shape, name, said=why[0], lacking=word) for name in schedulers]
    raise Unavailable(errors.strip())


def run_guest(options, schedulers, kernel, shape):
    """Boots it and runs the schedulers there. Errors: Unavailable, LabError for a wrong kernel."""
    machine = SHAPES[shape]
    command = [VM, 'run', '--kernel', kernel, *machine.arguments, '--timeout', str(options.timeout),
               '--file', os.path.join(HERE, 'matrix_guest')]
    if options.programs:
        command += ['--programs', options.programs]
    command += ['--', 'sh', 'matrix_guest', str(machine.patience), str(machine.cpus), machine.offline,
                *schedulers]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors='replace', check=False)
    if done.returncode == UNAVAILABLE:
        return lacking_cells(kernel, shape, schedulers, done.stderr)
    if done.returncode == 2:
        raise LabError(done.stderr.strip())
    cells = read_cells(kernel, shape, schedulers, done.stdout)
    for cell in cells:
        if cell.status < 0 and done.stderr.strip():
            cell.said = done.stderr.strip().splitlines()[0]
    return cells
