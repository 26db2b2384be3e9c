# SPDX-License-Identifier: GPL-2.0-only
"""The virtual machine: QEMU's command line, and one run of it from start to exit status.

Software emulation (TCG) only: it needs no privileges and works inside other virtual
machines. Four serial ports, because every kernel has them: console, the command's
stdout, its stderr, and a control line ("ready", "exit STATUS"); each is a socket pair,
so that nothing touches the file system and nothing is lost when QEMU ends.
"""
import contextlib
import ctypes
import os
import re
import selectors
import signal
import socket
import subprocess
import time
from dataclasses import dataclass

from .errors import UsageError

_PORTS = ('console', 'out', 'err', 'control')
_MIB = 1 << 20
_GRACE_S = 5        # for the guest to power off after it has reported the status

# Quiet but for warnings (loglevel), no second try after a crash (panic, oops), and nothing
# that only costs time under emulation: calibration, the watchdogs, mitigations, page poisoning.
_KERNEL_ARGUMENTS = (
    'console=ttyS0,115200 loglevel=5 panic=-1 oops=panic tsc=reliable lpj=4000000 no_timer_check '
    'rcupdate.rcu_expedited=1 mitigations=off nowatchdog init_on_alloc=0 random.trust_cpu=on '
    'apparmor=0 audit=0 nokaslr reboot=t')

# Buffers that grow with the possible CPUs and that no guest uses: bounce buffers, the kernel's log.
_POSSIBLE_ARGUMENTS = 'swiotlb=noforce log_buf_len=256K'
_MOST_POSSIBLE = 8192   # NR_CPUS of x86-64 ends there


@dataclass(frozen=True)
class Spec:
    """What machine to make. Texts are the command line's own."""
    kernel: str
    initrd: str
    smp: str = '4'
    numa: tuple = ()
    memory: str = ''
    icount: int | None = None
    cpu: str = ''
    append: str = ''
    possible: int = 0       # CPUs that the kernel counts as possible (acpi.py); 0: those of smp


@dataclass
class Outcome:
    """How a run ended."""
    status: int | None = None       # the command's, None if the guest never told
    ready: bool = False             # the guest's first process ran
    timed_out: bool = False
    qemu_status: int | None = None
    qemu_errors: str = ''


def cpu_count(smp):
    """The number of CPUs of an -smp text: 4; 16,sockets=2,…; sockets=2,cores=4."""
    fields = [part.partition('=') for part in smp.split(',')]
    named = {key: value for key, equals, value in fields if equals}
    if 'maxcpus' in named:
        raise UsageError(f'--smp {smp}: few kernels count the CPUs that maxcpus= adds as possible ones; '
                         'use --possible-cpus')
    plain = [key for key, equals, _ in fields if not equals]
    try:
        if plain or 'cpus' in named:
            count = int(plain[0] if plain else named['cpus'])
        else:
            count = 1
            for key in ('sockets', 'dies', 'clusters', 'modules', 'cores', 'threads'):
                count *= int(named.get(key, 1))
    except ValueError:
        count = 0
    if count < 1 or len(plain) > 1:
        raise UsageError(f'--smp {smp}: a number, or what QEMU takes, such as '
                         '16,sockets=2,dies=2,cores=2,threads=2')
    return count


def check_possible(smp, possible):
    """Errors: UsageError for a number of possible CPUs (0: no wish) that the machine cannot have."""
    if not possible:
        return
    if not smp.isdigit():
        raise UsageError(f'--possible-cpus goes with a plain number of CPUs, not with --smp {smp}')
    if not cpu_count(smp) <= possible <= _MOST_POSSIBLE:
        raise UsageError(f'--possible-cpus {possible}: from --smp, {smp}, to {_MOST_POSSIBLE}')


def parse_size(text):
    """Bytes of 512M, 2G, 1024 (MiB, as QEMU has it)."""
    match = re.fullmatch(r'(\d+)([KMGT]?)B?', text.strip(), re.I)
    if not match or not int(match[1]):
        raise UsageError(f'--memory {text}: a size such as 512M or 2G')
    return int(match[1]) << {'K': 10, '': 20, 'M': 20, 'G': 30, 'T': 40}[match[2].upper()]


def default_memory(cpus, initrd_bytes, possible=0):
    """Enough for the kernel, its data per CPU, and the initramfs twice (packed, unpacked).

    A possible CPU has its data, too, which grow with the number of the others: 96 bytes a pair in
    the kernel of Debian, and 56 more once a scheduler is attached to 7.2 or 7.3.
    """
    need = 512 * _MIB + 16 * _MIB * cpus + _MIB // 2 * possible + 192 * possible ** 2 + 3 * initrd_bytes
    return max(1024 * _MIB, -(-need // (256 * _MIB)) * 256 * _MIB)


def numa_arguments(specs, memory):
    """-numa arguments; nodes that name no memory share it evenly, each with a backend."""
    bare = [s for s in specs if s.split(',')[0] == 'node' and not re.search(r',mem(dev)?=', s)]
    share = memory // len(bare) // (2 * _MIB) * 2 * _MIB if bare else 0
    arguments, number, total = [], 0, 0
    for spec in specs:
        if spec in bare:
            arguments += ['-object', f'memory-backend-ram,id=scxxmem{number},size={share}']
            spec += f',memdev=scxxmem{number}'
            number, total = number + 1, total + share
        arguments += ['-numa', spec]
    return arguments, total or memory


def _processor(spec, version):
    """A CPU model whose caches and dies the guest can see: only Intel's leaves tell them."""
    if spec.cpu:
        return ['-cpu', spec.cpu]
    if not re.search(r'(sockets|dies|cores|threads|modules)=', spec.smp):
        return ['-cpu', 'max']
    if version >= (10, 0):      # where max,vendor=GenuineIntel ends QEMU
        return ['-machine', 'q35', '-cpu', 'SapphireRapids']
    return ['-cpu', 'max,vendor=GenuineIntel']


def command_line(spec, emulator, ports):
    """QEMU's argv. `ports` are the descriptors of console, stdout, stderr, control."""
    cpus = cpu_count(spec.smp)
    memory = parse_size(spec.memory) if spec.memory else \
        default_memory(cpus, os.path.getsize(spec.initrd), spec.possible)
    numa, memory = numa_arguments(spec.numa, memory)
    append = _KERNEL_ARGUMENTS
    if spec.possible:
        append += ' ' + _POSSIBLE_ARGUMENTS
    if spec.icount is not None:
        # One instruction is 2^icount virtual nanoseconds; the same run every time.
        timing = ['-accel', 'tcg,thread=single', '-icount', f'shift={spec.icount},align=off,sleep=off',
                  '-seed', '42', '-rtc', 'base=2026-01-01,clock=vm']
        append += ' norandmaps'
    else:
        timing = ['-accel', 'tcg,thread=multi']
    argv = [*emulator.argv, '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot',
            *timing, *_processor(spec, emulator.version),
            '-smp', spec.smp, '-m', f'{memory // _MIB}M', *numa, '-kernel', spec.kernel, '-initrd', spec.initrd,
            '-append', f'{append} {spec.append}'.strip()]
    for name, descriptor in zip(_PORTS, ports):
        argv += ['-chardev', f'socket,id={name},fd={descriptor}', '-serial', f'chardev:{name}']
    return argv


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)      # PR_SET_PDEATHSIG


def run(spec, emulator, timeout_s, log, sinks, echo=None):
    """Boots the machine and serves its ports until it ends. Returns an Outcome.

    `log` is a binary file for the console; `sinks` are the descriptors that get the
    command's stdout and stderr, as it writes; `echo`, if given, is called with QEMU's argv
    and with console bytes.
    """
    with contextlib.ExitStack() as stack:
        pairs = [socket.socketpair() for _ in _PORTS]
        for ours, theirs in pairs:
            stack.callback(ours.close)
            stack.callback(theirs.close)
        numbers = [theirs.fileno() for _, theirs in pairs]
        argv = command_line(spec, emulator, numbers)
        if echo:
            echo(argv)
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            pass_fds=numbers, start_new_session=True, preexec_fn=_die_with_parent)
        stack.callback(_reap, process)
        for _, theirs in pairs:
            theirs.close()
        outcome = Outcome()
        _serve(process, [ours for ours, _ in pairs], timeout_s, log, sinks, echo, outcome)
        _reap(process)
        outcome.qemu_status = process.returncode
        return outcome


def _reap(process):
    if process.poll() is None:
        process.kill()
    process.wait()
    if not process.stdout.closed:
        process.stdout.close()


def _serve(process, sockets, timeout_s, log, sinks, echo, outcome):
    """Moves bytes until QEMU has closed every port, or time is up."""
    control, errors = bytearray(), bytearray()

    def console(data):
        log.write(data)
        log.flush()
        if echo:
            echo(data)

    def told(data):
        control.extend(data)
        for line in bytes(control).split(b'\n')[:-1]:
            word, _, rest = line.strip().partition(b' ')
            outcome.ready |= word == b'ready'
            if word == b'exit' and rest.isdigit():
                outcome.status = int(rest)

    handlers = [console, lambda d: _write_all(sinks[0], d), lambda d: _write_all(sinks[1], d), told]
    deadline = time.monotonic() + timeout_s
    with selectors.DefaultSelector() as selector:
        for connection, handler in zip(sockets, handlers):
            selector.register(connection, selectors.EVENT_READ, handler)
        selector.register(process.stdout, selectors.EVENT_READ, errors.extend)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                outcome.timed_out = outcome.status is None
                break
            for key, _ in selector.select(left):
                data = _read(key.fd)
                if data:
                    key.data(data)
                else:
                    selector.unregister(key.fileobj)
            if outcome.status is not None and deadline > time.monotonic() + _GRACE_S:
                deadline = time.monotonic() + _GRACE_S
    if outcome.timed_out or outcome.status is not None:
        _reap(process)
    else:
        process.wait()
    outcome.qemu_errors = errors.decode('utf-8', 'replace').strip()


def _read(descriptor):
    try:
        return os.read(descriptor, 1 << 16)
    except ConnectionResetError:
        return b''


def _write_all(descriptor, data):
    while data:
        data = data[os.write(descriptor, data):]


def stopped_text(outcome):
    """Why a machine that reported no status ended, for people."""
    if outcome.qemu_status:
        how = f'signal {-outcome.qemu_status}' if outcome.qemu_status < 0 \
            else f'status {outcome.qemu_status}'
        return f'QEMU ended with {how}: {outcome.qemu_errors or "it said nothing"}'
    if outcome.ready:
        return 'the guest went down before the command ended (crash, or power-off by the command)'
    return 'the guest went down before its first process ran'
