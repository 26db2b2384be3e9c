# SPDX-License-Identifier: GPL-2.0-only
"""Which pahole makes a kernel's type information.

The machine's own where it is new enough. Debian 12 has 1.24, which does not know that the verifier
supplies some arguments of kfuncs: schedulers would not load on what it makes. Debian 13's is unpacked
in the cache and runs there through its own loader and libraries, whatever the machine's are.
"""
import contextlib
import os
import re
import shutil
import subprocess
import tempfile

from . import packages
from .errors import Unavailable

NEEDED = (1, 26)
SUITE = 'trixie'
PACKAGES = ('pahole', 'libbpf1', 'libdw1t64', 'libelf1t64', 'libc6', 'zlib1g', 'libzstd1', 'liblzma5',
            'libbz2-1.0')
_LIBRARIES = 'usr/lib/x86_64-linux-gnu'
LOADER = f'{_LIBRARIES}/ld-linux-x86-64.so.2'
_WRAPPER = '''\
#!/bin/sh
here={folder}
exec "$here/{loader}" --library-path "$here/{libraries}" "$here/usr/bin/pahole" "$@"
'''


def version(program):
    """(major, minor), or None if that is no pahole that runs."""
    try:
        done = subprocess.run([program, '--version'], capture_output=True, text=True, check=False)
    except OSError:
        return None
    match = re.match(r'v?(\d+)\.(\d+)', done.stdout)
    return (int(match[1]), int(match[2])) if match else None


class Paholes:
    """Finds one; fetches it into the cache where the machine's own is too old."""

    def __init__(self, cache, index, say):
        self._folder = os.path.join(cache, 'pahole')
        self._index = index
        self._say = say

    def find(self):
        """The path of a program. Call it under the index's lock. Errors: Unavailable."""
        for program in (shutil.which('pahole'), self._wrapper()):
            if program and (version(program) or (0, 0)) >= NEEDED:
                return program
        self._say(f'no pahole >= {NEEDED[0]}.{NEEDED[1]} here: {SUITE}\'s goes into the cache')
        self._install()
        return self._wrapper()

    def _wrapper(self):
        return os.path.join(self._folder, 'run')

    def _install(self):
        known = self._index.packages([SUITE])
        newest = [max((p for p in known if p.name == name), default=None,
                      key=lambda p: packages.version_key(p.version)) for name in PACKAGES]
        missing = [name for name, package in zip(PACKAGES, newest) if not package]
        if missing:
            raise Unavailable(f'{SUITE} has no package {", ".join(missing)}')
        parent = os.path.dirname(self._folder)
        with tempfile.TemporaryDirectory(prefix='scxx-fetch.') as downloads, \
                tempfile.TemporaryDirectory(prefix='.new.', dir=parent) as folder:
            os.chmod(downloads, 0o755)      # apt downloads as the user _apt
            for package in newest:
                deb = os.path.join(downloads, 'package.deb')
                packages.download(package, deb, self._say)
                subprocess.run(['dpkg-deb', '-x', deb, folder], check=True)
                os.unlink(deb)
            write_wrapper(folder, self._folder)
            shutil.rmtree(self._folder, ignore_errors=True)
            os.chmod(folder, 0o755)
            os.rename(folder, self._folder)
            os.mkdir(folder)                # for the context manager to remove
        if (version(self._wrapper()) or (0, 0)) < NEEDED:
            with contextlib.suppress(OSError):
                shutil.rmtree(self._folder)
            raise Unavailable(f'the pahole of {SUITE} does not run here')


def write_wrapper(folder, final):
    """The program `run` of a folder that will be called `final`."""
    path = os.path.join(folder, 'run')
    quoted = "'" + final.replace("'", "'\\''") + "'"
    with open(path, 'w', encoding='utf-8') as file:
        file.write(_WRAPPER.format(folder=quoted, loader=LOADER, libraries=_LIBRARIES))
    os.chmod(path, 0o755)
