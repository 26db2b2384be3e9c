# SPDX-License-Identifier: GPL-2.0-only
"""Which QEMU to use, and where it comes from.

QEMU before 8.1 can run a stale breakpoint while the guest kernel patches its own code on
another CPU (it translates a page without holding its lock): the guest dies with
`Oops: int3`, in about one boot of 25, and again whenever a scheduler is attached. Debian 12
has 7.2. A sound one is in its backports; it is unpacked in the cache, so that the machine's
own QEMU, which other virtual machines may run on, stays as it is. It uses the libraries
that the machine's own QEMU package has brought.
"""
import contextlib
import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass

from . import packages
from .errors import LabError, Unavailable

PROGRAM = 'qemu-system-x86_64'
SOUND = (8, 1)
_PACKAGES = ('qemu-system-x86', 'qemu-system-data', 'seabios')
_RETRY_S = 24 * 3600


@dataclass(frozen=True)
class Emulator:
    argv: tuple             # the program and where its firmware is
    version: tuple          # (major, minor)

    @property
    def sound(self):
        return self.version >= SOUND


def _probe(argv):
    try:
        done = subprocess.run([*argv, '--version'], capture_output=True, text=True, check=False)
    except OSError:
        return None
    match = re.search(r'version (\d+)\.(\d+)', done.stdout)
    return Emulator(tuple(argv), (int(match[1]), int(match[2]))) if match else None


class Emulators:
    """Finds QEMU; fetches a sound one into the cache where the machine's own is not."""

    def __init__(self, cache, index, say):
        self._root = os.path.join(cache, 'qemu')
        self._index = index
        self._say = say

    def find(self, named=''):
        """The one that is named, else the machine's if it is sound, else a fetched one."""
        if named:
            found = _probe([named])
            if not found:
                raise Unavailable(f'{named} is no QEMU that runs here')
            return found
        own = _probe([PROGRAM])
        if not own:
            raise Unavailable(f'{PROGRAM} is not here: run tools/setup')
        return own if own.sound else self._cached() or self._fetched() or own

    def _cached(self):
        with contextlib.suppress(FileNotFoundError):
            for name in sorted(os.listdir(self._root), reverse=True):
                found = None if name.startswith('.') else self._open(os.path.join(self._root, name))
                if found:
                    return found
        return None

    def _open(self, folder):
        program = os.path.join(folder, 'usr/bin', PROGRAM)
        if not os.path.exists(program):
            return None
        share = os.path.join(folder, 'usr/share')
        return _probe([program, '-L', f'{share}/qemu', '-L', f'{share}/seabios'])

    def _fetched(self):
        """A QEMU from this release's backports; None if there is none or none that runs."""
        codename = packages.debian_codename()
        stamp = os.path.join(self._root, '.failed')
        with contextlib.suppress(FileNotFoundError):
            if time.time() - os.stat(stamp).st_mtime < _RETRY_S:
                return None
        if not codename or platform.machine() != 'x86_64' or not shutil.which('dpkg-deb'):
            return None
        os.makedirs(self._root, exist_ok=True)
        try:
            with self._index.lock():
                return self._cached() or self._install(f'{codename}-backports')
        except LabError as error:
            self._say(f'warning: {error}; the machine\'s own QEMU will do, with restarts when '
                      'it kills a guest')
            with open(stamp, 'w', encoding='utf-8'):
                return None

    def _install(self, suite):
        known = [p for p in self._index.packages([suite]) if p.suite == suite]
        wanted = [max((p for p in known if p.name == name), default=None,
                      key=lambda p: packages.version_key(p.version)) for name in _PACKAGES]
        if None in wanted:
            raise Unavailable(f'{suite} has no newer QEMU')
        self._say('the QEMU here is older than 8.1 and kills guests now and then: '
                  'a newer one goes into the cache')
        with tempfile.TemporaryDirectory(prefix='scxx-fetch.') as downloads, \
                tempfile.TemporaryDirectory(prefix='.new.', dir=self._root) as folder:
            os.chmod(downloads, 0o755)      # apt downloads as the user _apt
            for package in wanted:
                deb = os.path.join(downloads, 'package.deb')
                packages.download(package, deb, self._say)
                subprocess.run(['dpkg-deb', '-x', deb, folder], check=True)
                os.unlink(deb)
            found = self._open(folder)
            if not found or not found.sound:
                raise Unavailable(f'the QEMU of {suite} does not run here')
            final = os.path.join(self._root, re.sub(r'[^\w.+~-]', '_', wanted[0].version))
            shutil.rmtree(final, ignore_errors=True)
            os.chmod(folder, 0o755)
            os.rename(folder, final)
            os.mkdir(folder)                # for the context manager to remove
            return self._open(final)
