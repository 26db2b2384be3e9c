# SPDX-License-Identifier: GPL-2.0-only
"""Builds a kernel for the lab from Debian's linux-source package, for a number of CPUs.

Why: Debian's own are built for 8,192 CPUs, its 6.12 without sched_ext, and some with wrong type
information. What a scheduler does with the kernel's CPU masks has to hold for every size of them.

The tree and the objects lie in a folder of the cache that goes when the build ends, however it ends;
the finished kernel appears in the store by one rename. The source package stays, for the next build.
"""
import collections
import contextlib
import fcntl
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from . import packages
from .errors import LabError, Unavailable, UsageError

# trixie has the source of its own series, which the suites of the binary kernels have not.
SUITES = ('trixie', *packages.SUITES)
OLDEST = '6.12'         # the first with sched_ext
FEWEST, ON_STACK, MOST = 2, 512, 8192
FRAGMENT = os.path.join(os.path.dirname(os.path.realpath(__file__)), 'kernel_config')
DISK_BYTES = 4 << 30    # the tree, the objects and their debug information, with room to spare

_PROGRAMS = {'gcc': 'gcc', 'make': 'make', 'ld': 'binutils', 'flex': 'flex', 'bison': 'bison',
             'bc': 'bc', 'perl': 'perl', 'tar': 'tar', 'xz': 'xz-utils', 'dpkg-deb': 'dpkg'}
_HEADERS = {'stdio.h': 'libc6-dev', 'libelf.h': 'libelf-dev', 'zlib.h': 'zlib1g-dev'}
# Without these the kernel would be of no use here, whatever else the version calls differently.
_REQUIRED = ('CONFIG_SCHED_CLASS_EXT', 'CONFIG_BPF_JIT', 'CONFIG_DEBUG_INFO_BTF', 'CONFIG_SMP',
             'CONFIG_CGROUP_SCHED', 'CONFIG_BLK_DEV_INITRD', 'CONFIG_SERIAL_8250_CONSOLE',
             'CONFIG_ACPI_TABLE_UPGRADE')

# What would lead make elsewhere.
_NOT_INHERITED = ('ARCH', 'CROSS_COMPILE', 'KBUILD_OUTPUT', 'LOCALVERSION', 'MAKEFLAGS')
_UNPACK = '''set -e
name=$(dpkg-deb --fsys-tarfile "$1" | tar -t | grep '/linux-source-[0-9.]*\\.tar\\.xz$')
dpkg-deb --fsys-tarfile "$1" | tar -xO "$name" | tar -xJ -C "$2" --strip-components=1
'''


@dataclass(frozen=True)
class Order:
    """What to build."""
    version: str        # a series or a version: 7.2, 7.2.13
    nr_cpus: int
    jobs: int

    @property
    def variant(self):
        return f'nr{self.nr_cpus}'


def check_order(order):
    """Errors: UsageError, before anything is fetched."""
    if not re.fullmatch(r'\d+\.\d+[\w.~+-]*', order.version):
        raise UsageError(f'--version {order.version}: a series such as 7.2, or a version such as 7.2.13')
    series = packages.series_of(order.version)
    if packages.compare_versions(series, OLDEST) < 0:
        raise UsageError(f'--version {order.version}: sched_ext is in Linux since {OLDEST}')
    if not FEWEST <= order.nr_cpus <= MOST:
        raise UsageError(f'--nr-cpus {order.nr_cpus}: x86-64 takes {FEWEST} to {MOST}')
    if order.jobs < 1:
        raise UsageError(f'--jobs {order.jobs}: 1 or more')


def source_package(every, spec):
    """The newest source of a series, or of the very version that spec names."""
    sources = [p for p in every if p.name.startswith('linux-source-')]
    fits = [p for p in sources if spec in (p.series, p.upstream, p.version)]
    if not fits:
        have = sorted({p.series for p in sources}, key=packages.version_key)
        raise Unavailable(f"no linux-source package of {spec} in Debian's suites "
                          f'({", ".join(SUITES)}); they have {", ".join(have) or "none"}')
    return max(fits, key=lambda p: packages.version_key(p.version))


def missing_packages(path=None):
    """What a build needs and this machine lacks: (what, Debian's package) pairs."""
    found = [(name, package) for name, package in _PROGRAMS.items()
             if not shutil.which(name, path=path)]
    if not shutil.which('gcc', path=path):
        return found
    for header, package in _HEADERS.items():
        done = subprocess.run([shutil.which('gcc', path=path), '-fsyntax-only', '-xc', '-'],
                              input=f'#include <{header}>\n', text=True, capture_output=True,
                              check=False)
        if done.returncode:
            found.append((header, package))
    return found


def check_machine(folder):
    """Errors: Unavailable if a program, a header or the space is missing."""
    if platform.machine() != 'x86_64':
        raise Unavailable(f'this machine is {platform.machine()}: kernels are built on x86-64 only')
    missing = missing_packages()
    if missing:
        raise Unavailable('a kernel cannot be built here without '
                          + ', '.join(what for what, _ in missing) + ': apt-get install '
                          + ' '.join(dict.fromkeys(package for _, package in missing)))
    free = shutil.disk_usage(folder).free
    if free < DISK_BYTES:
        raise Unavailable(f'{folder} has {free / 1e9:.1f} GB free, and a build needs '
                          f'{DISK_BYTES / 1e9:.1f} GB: make room, or let SCXX_CACHE name a folder '
                          'on another disk')


def fragment(order):
    """The options of a kernel for so many CPUs, as text."""
    with open(FRAGMENT, encoding='utf-8') as file:
        text = file.read()
    text += f'CONFIG_LOCALVERSION="-{order.variant}"\n'
    if order.nr_cpus == MOST:
        return text + 'CONFIG_MAXSMP=y\n'       # which sets the number and takes masks off the stack
    if order.nr_cpus > ON_STACK:
        # Masks that the kernel allocates are only offered together with their checks.
        text += 'CONFIG_DEBUG_PER_CPU_MAPS=y\nCONFIG_CPUMASK_OFFSTACK=y\n'
    return text + f'CONFIG_NR_CPUS={order.nr_cpus}\n'


def check_config(text, order):
    """Errors: LabError if the version's Kconfig did not take what the lab needs."""
    lines = set(text.splitlines())
    wanted = [f'{name}=y' for name in _REQUIRED] + [f'CONFIG_NR_CPUS={order.nr_cpus}']
    refused = [line for line in wanted if line not in lines]
    if refused:
        raise LabError(f'Linux {order.version} does not take {", ".join(refused)}: '
                       f'see its Kconfig, and {os.path.basename(FRAGMENT)}')


class Builder:
    """Builds kernels into a store. `paholes` finds a pahole, `say` gets progress, a line a call."""

    def __init__(self, cache, store, index, paholes, say):
        self._cache = cache
        self._store = store
        self._index = index
        self._paholes = paholes
        self._say = say

    def build(self, order, again=False):
        """The kernel, built or from the cache. Errors: UsageError, Unavailable, LabError."""
        check_order(order)
        folder = os.path.join(self._cache, 'build')
        os.makedirs(folder, exist_ok=True)
        with _lock(folder, self._say):
            built = None if again else self._store.local(f'{order.version}-{order.variant}')
            if built:
                self._say('it is here already (--again builds it anew)')
                return built
            check_machine(folder)
            with self._index.lock():
                package = source_package(self._index.packages(SUITES), order.version)
                pahole = self._paholes.find()
                source = self._fetch(package)
            with tempfile.TemporaryDirectory(prefix='kernel.', dir=folder) as tree:
                return self._make(order, package, source, pahole, tree)

    def _fetch(self, package):
        """The source package, in the cache; then another one of the same series goes."""
        folder = os.path.join(self._cache, 'sources')
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, f'{package.name}_{package.version}.deb')
        if not os.path.exists(path):
            with tempfile.TemporaryDirectory(prefix='scxx-fetch.') as downloads:
                os.chmod(downloads, 0o755)      # apt downloads as the user _apt
                deb = os.path.join(downloads, 'package.deb')
                packages.download(package, deb, self._say)
                try:
                    shutil.copyfile(deb, path + '.part')
                    os.rename(path + '.part', path)
                finally:
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(path + '.part')
        for name in os.listdir(folder):
            if name.startswith(package.name + '_') and name != os.path.basename(path):
                os.unlink(os.path.join(folder, name))
        return path

    def _make(self, order, package, source, pahole, tree):
        self._say(f'unpacking {package.name} {package.version}')
        _unpack(source, tree)
        out, options = os.path.join(tree, 'out'), os.path.join(tree, 'options')
        os.mkdir(out)
        with open(options, 'w', encoding='utf-8') as file:
            file.write(fragment(order))
        make = ['make', '-C', os.path.join(tree, 'source'), f'O={out}', f'PAHOLE={pahole}']
        environment = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        environment |= {'LC_ALL': 'C', 'KCONFIG_ALLCONFIG': options, 'KBUILD_BUILD_USER': 'scxx',
                        'KBUILD_BUILD_HOST': 'lab'}
        with self._log(order) as log:
            _run([*make, 'allnoconfig'], environment, log, self._say)
            config = os.path.join(out, '.config')
            with open(config, encoding='utf-8') as file:
                check_config(file.read(), order)
            self._say(f'building {package.upstream}-{order.variant}: 25 minutes or so of one CPU; '
                      f'its log is {log.name}')
            _run([*make, f'-j{order.jobs}', 'bzImage'], environment, log, self._say)
        return self._store.add_built(os.path.join(out, 'arch/x86/boot/bzImage'), config, package,
                                     order.variant)

    def _log(self, order):
        folder = os.path.join(self._cache, 'logs')
        os.makedirs(folder, exist_ok=True)
        return open(os.path.join(folder, f'build-{order.version}-{order.variant}.log'), 'wb')


@contextlib.contextmanager
def _lock(folder, say):
    """One build at a time; what one that was killed has left is removed."""
    with open(os.path.join(folder, 'lock'), 'w', encoding='utf-8') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say('waiting for another build')
            fcntl.flock(file, fcntl.LOCK_EX)
        for name in os.listdir(folder):
            if name.startswith('kernel.'):
                shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
        yield


@contextlib.contextmanager
def _group(command, **options):
    """A process with a group of its own, which ends with the block, however that ends."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True, errors='replace',
                          start_new_session=True, **options) as process:
        try:
            yield process
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise


def _unpack(deb, tree):
    """The kernel's tree from a source package, in tree/source."""
    source = os.path.join(tree, 'source')
    os.mkdir(source)
    with _group(['sh', '-c', _UNPACK, 'sh', deb, source], stderr=subprocess.PIPE) as process:
        errors = process.stderr.read().strip()
    if process.returncode or not os.path.exists(os.path.join(source, 'Makefile')):
        os.unlink(deb)      # fetched anew the next time
        raise LabError(f'{os.path.basename(deb)} does not unpack: '
                       f'{errors or "it holds no kernel tree"}')


def _run(command, environment, log, say):
    """Runs make with its output in a log, and says how far it is. Errors: LabError."""
    last = collections.deque(maxlen=12)
    with _group(command, env=environment, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT) as process:
        _follow(process.stdout, log, last, say)
    if process.returncode:
        raise LabError('the kernel does not build:\n  ' + '\n  '.join(last)
                       + f'\n  the whole log: {log.name}')


def _follow(lines, log, last, say):
    live = sys.stderr.isatty()
    started = said = time.monotonic()
    steps = 0
    for line in lines:
        log.write(line.encode())
        last.append(line.rstrip())
        steps += line.startswith('  ')
        now = time.monotonic()
        if now - said < (0.5 if live else 30):
            continue
        said = now
        text = f'  {steps} steps, {now - started:.0f} s: {line.strip()[:60]}'
        if live:
            print(f'\r{text:<90}', end='', file=sys.stderr, flush=True)
        else:
            say(text)
    if live and said != started:
        print(file=sys.stderr)
