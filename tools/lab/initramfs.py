# SPDX-License-Identifier: GPL-2.0-only
"""Packs what the guest runs into cpio archives (newc), which the kernel unpacks as its root.

Three parts, which the kernel reads one after the other as if they were one:
  base      busybox, the load tools, their libraries      cached, the same for years
  programs  the project's programs, stripped              cached, one per build
  run       the command, --file, the kernel's config      made for each run
Uncompressed: under software emulation the guest would need seconds to inflate them.

The guest has Debian's merged /usr; files are packed by their real paths there.
"""
import contextlib
import hashlib
import os
import re
import shlex
import shutil
import stat
import subprocess
import tempfile

from .errors import LabError, Unavailable, UsageError

_INIT = os.path.join(os.path.dirname(__file__), 'guest_init')
# The shell, because busybox's own prefers its applets to what lies on the PATH.
_TOOLS = ('sh', 'hackbench', 'cyclictest', 'stress-ng', 'bpftool', 'chrt', 'taskset', 'nice',
          'setpriv', 'ps')
_SEARCH = os.environ.get('PATH', '') + ':/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin'
_LIBRARY_FOLDERS = ('/lib/', '/lib64/', '/usr/lib/', '/usr/lib64/')
_KEEP_COUNT = 12                # archives in the cache; those unused for longest go
_FORMAT = 'scxx-initramfs-1'    # part of every key: change it when the layout changes

PROGRAMS = '/usr/local/bin'
HOME = '/root'


class Archive:
    """A newc cpio archive being written. Folders above an entry are added as needed."""

    def __init__(self, file):
        self._file = file
        self._inode = 0
        self._seen = set()
        for link in ('bin', 'sbin', 'lib', 'lib64'):
            self.symlink('/' + link, 'usr/' + link)

    def folder(self, path, mode=0o755):
        path = _merged(path)
        if path in self._seen or path == '/':
            return
        self.folder(os.path.dirname(path))
        self._entry(path, stat.S_IFDIR | mode, b'')

    def symlink(self, path, target):
        self._add(path, stat.S_IFLNK | 0o777, os.fsencode(target))

    def data(self, path, data, mode=0o644):
        self._add(path, stat.S_IFREG | mode, data)

    def file(self, path, source, strip=False):
        """A copy of the host's file `source`; symbolic links are followed."""
        with open(source, 'rb') as file:
            data = file.read()
        mode = os.stat(source).st_mode & 0o7777
        if strip and data[:4] == b'\x7fELF':
            data = _stripped(source) or data
        self._add(path, stat.S_IFREG | mode, data)

    def node(self, path, mode, major, minor):
        self._add(path, mode, b'', (major, minor))

    def close(self):
        self._header('TRAILER!!!', 0, 0, (0, 0))
        self._file.write(b'\0' * (-self._file.tell() % 512))

    def _add(self, path, mode, data, device=(0, 0)):
        path = _merged(path)
        if path in self._seen:
            return
        self.folder(os.path.dirname(path))
        self._entry(path, mode, data, device)

    def _entry(self, path, mode, data, device=(0, 0)):
        self._seen.add(path)
        self._header(path.lstrip('/'), mode, len(data), device)
        self._file.write(data)
        self._pad()

    def _header(self, name, mode, size, device):
        encoded = os.fsencode(name) + b'\0'
        self._inode += 1
        links = 2 if stat.S_ISDIR(mode) else 1
        fields = (self._inode, mode, 0, 0, links, 0, size, 0, 0, *device, len(encoded), 0)
        self._file.write(b'070701' + b''.join(b'%08X' % value for value in fields) + encoded)
        self._pad()

    def _pad(self):
        self._file.write(b'\0' * (-self._file.tell() % 4))


def _merged(path):
    path = os.path.normpath(path)
    return re.sub(r'^/(bin|sbin|lib|lib64)/', r'/usr/\1/', path)


def _stripped(path):
    """The ELF file without debug information; None if strip is not here or does not like it."""
    if not shutil.which('strip'):
        return None
    with tempfile.NamedTemporaryFile(prefix='scxx-strip.') as out:
        done = subprocess.run(['strip', '-o', out.name, path], capture_output=True, check=False)
        if done.returncode:
            return None
        with open(out.name, 'rb') as file:      # strip replaces the file
            return file.read()


def libraries(path):
    """The shared libraries that an ELF program needs: the host's paths."""
    done = subprocess.run(['ldd', path], capture_output=True, text=True, check=False,
                          env={**os.environ, 'LC_ALL': 'C'})
    missing = re.findall(r'^\s*(\S+) => not found', done.stdout, re.M)
    if missing:
        raise LabError(f'{path} needs {", ".join(missing)}, which this machine does not have')
    return re.findall(r'^\s*(?:\S+ => )?(/\S+) \(0x', done.stdout, re.M)


def _is_program(path):
    with contextlib.suppress(OSError), open(path, 'rb') as file:
        return file.read(4) == b'\x7fELF'
    return False


def _add_libraries(archive, path):
    for library in libraries(path):
        real = os.path.abspath(library)
        if not real.startswith(_LIBRARY_FOLDERS):
            # From a run path of the build: the guest finds it in its default folder.
            real = '/usr/lib/' + os.path.basename(real)
        archive.file(real, library)


def _which(name):
    return shutil.which(name, path=_SEARCH)


def _fingerprint(paths):
    """A key of the content of files, from their names, sizes and times."""
    digest = hashlib.sha256(_FORMAT.encode())
    for path in paths:
        info = os.stat(path)
        digest.update(f'\0{path}\0{info.st_size}\0{info.st_mtime_ns}\0{info.st_mode}'.encode(
            'utf-8', 'surrogateescape'))
    return digest.hexdigest()[:24]


class Cache:
    """The parts that stay the same from run to run."""

    def __init__(self, folder):
        self._folder = folder

    def base(self):
        busybox = _which('busybox')
        if not busybox:
            raise Unavailable('busybox is not here: run tools/setup')
        tools = [path for path in map(_which, _TOOLS) if path]
        needs = sorted({library for path in [busybox, *tools] for library in libraries(path)})
        return self._part('base', [busybox, *tools, *needs, __file__],
                          lambda archive: _base(archive, busybox, tools))

    def programs(self, folder):
        """The programs of a folder, or None if it has none."""
        files = sorted(entry.path for entry in os.scandir(folder)
                       if entry.is_file() and os.access(entry.path, os.X_OK))
        if not files:
            return None

        def fill(archive):
            for path in files:
                archive.file(f'{PROGRAMS}/{os.path.basename(path)}', path, strip=True)
                if _is_program(path):
                    _add_libraries(archive, path)
        return self._part('programs', [*files, __file__], fill)

    def _part(self, kind, inputs, fill):
        path = os.path.join(self._folder, f'{kind}-{_fingerprint(inputs)}.cpio')
        if not os.path.exists(path):
            os.makedirs(self._folder, exist_ok=True)
            temporary = f'{path}.{os.getpid()}'
            try:
                with open(temporary, 'wb') as file:
                    archive = Archive(file)
                    fill(archive)
                    archive.close()
                os.rename(temporary, path)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary)
            self._prune()
        with contextlib.suppress(OSError):
            os.utime(path)
        return path

    def _prune(self):
        def used(entry):
            with contextlib.suppress(OSError):
                return entry.stat().st_mtime
            return 0
        for entry in sorted(os.scandir(self._folder), key=used, reverse=True)[_KEEP_COUNT:]:
            with contextlib.suppress(OSError):
                os.unlink(entry.path)


def _base(archive, busybox, tools):
    for folder in ('/proc', '/sys', '/dev', '/run', '/usr/lib64', '/usr/sbin', HOME):
        archive.folder(folder)
    archive.folder('/tmp', 0o1777)
    archive.symlink('/var/run', '/run')
    archive.symlink('/etc/mtab', '/proc/self/mounts')
    # The first process opens /dev/console before anything mounts /dev.
    archive.node('/dev/console', stat.S_IFCHR | 0o600, 5, 1)
    archive.data('/etc/passwd', b'root:x:0:0:root:/root:/bin/sh\n'
                 b'nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n')
    archive.data('/etc/group', b'root:x:0:\nnogroup:x:65534:\n')
    archive.data('/etc/hosts', b'127.0.0.1 localhost lab\n')
    archive.data('/etc/hostname', b'lab\n')
    for path in tools:
        archive.file(f'/usr/bin/{os.path.basename(path)}', path)
        _add_libraries(archive, path)
    archive.file('/usr/bin/busybox', busybox)
    _add_libraries(archive, busybox)
    applets = subprocess.run([busybox, '--list'], capture_output=True, text=True, check=True)
    for name in applets.stdout.split():
        archive.symlink(f'/usr/bin/{name}', 'busybox')      # the real tools were there first


def split_file_option(text):
    """HOST[:GUEST] of --file; without GUEST the file goes to the guest's home."""
    host, colon, guest = text.rpartition(':')
    if not colon or not guest.startswith('/'):
        host, guest = text, ''
    name = os.path.basename(os.path.abspath(host))
    if not guest:
        guest = f'{HOME}/{name}'
    elif guest.endswith('/'):
        guest += name
    return host, guest


def command_script(command):
    """A shell script that becomes the command, every argument as it was given."""
    return b'exec ' + b' '.join(os.fsencode(shlex.quote(word)) for word in command) + b'\n'


def write_run_part(path, command, files, config, release, possible=0):
    """The part of one run. `files` are --file's texts; /init insists on `possible` CPUs, where not 0."""
    with open(path, 'wb') as out:
        archive = Archive(out)
        archive.data('/lab/command', command_script(command))
        archive.file('/init', _INIT)
        if possible:
            archive.data('/lab/possible', b'0-%d\n' % (possible - 1))
        if config:
            archive.file(f'/boot/config-{release}', config)
        for text in files:
            host, guest = split_file_option(text)
            if not os.path.exists(host):
                raise UsageError(f'--file {host}: no such file')
            _add_tree(archive, host, guest)
        archive.close()


def _add_tree(archive, host, guest):
    if not os.path.isdir(host):
        archive.file(guest, host)
        if os.access(host, os.X_OK) and _is_program(host):
            _add_libraries(archive, host)
        return
    archive.folder(guest)
    for name in sorted(os.listdir(host)):
        path, target = os.path.join(host, name), os.path.join(guest, name)
        if os.path.islink(path):
            archive.symlink(target, os.readlink(path))
        elif os.path.isdir(path) or os.path.isfile(path):
            _add_tree(archive, path, target)
