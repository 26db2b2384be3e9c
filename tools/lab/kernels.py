# SPDX-License-Identifier: GPL-2.0-only
"""Which kernel to boot: a file, an image of a kernels folder, or Debian's of a series.

The store keeps what was fetched, unpacked, below `<cache>/kernels/<release>/`. A folder
appears there by one rename, complete or not at all; a lock keeps two fetches apart.
"""
import contextlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, field

from . import btf, image, packages
from .errors import LabError, Unavailable, UsageError

SERIES = ('6.16', '6.18', '6.19', '7.0', '7.2', '7.3')
# Debian builds these without CONFIG_SCHED_CLASS_EXT: only a kernels folder can have one.
NOT_FROM_DEBIAN = ('6.12',)
DEFAULT = '6.18'

_IMAGE_NAME = re.compile(r'(?:bzImage|vmlinuz|vmlinux)-(\d+\.\d+[^+-]*)(?:\+[a-z0-9.]+)?'
                         r'(?:-(?:cloud-)?amd64)?(?:-(.+))?')


@dataclass
class Kernel:
    """A kernel that can be booted."""
    path: str                       # what QEMU gets
    release: str
    version: str
    origin: str                     # where it came from, for people
    variant: str = ''               # nr64, …: images of a kernels folder
    config: str = ''                # path of its configuration, if known
    broken: list = field(default_factory=list)     # kfuncs that no scheduler can call

    @property
    def series(self):
        return packages.series_of(self.version)

    def option(self, name):
        """The value of CONFIG_name, 'n' if it is not set; None where the configuration is unknown."""
        if not self.config:
            return None
        with open(self.config, encoding='utf-8') as file:
            found = re.search(rf'^CONFIG_{name}=(.*)$', file.read(), re.M)
        return found[1] if found else 'n'

    @property
    def most_cpus(self):
        """NR_CPUS, from the configuration or the name; None if neither tells."""
        named = re.fullmatch(r'nr(\d+)', self.variant)
        known = self.option('NR_CPUS') or (named and named[1])
        return int(known) if known else None


def scan_folder(folder):
    """The images of a kernels folder, by their names (bzImage-6.12.107-nr64)."""
    found = []
    with contextlib.suppress(OSError):
        for name in sorted(os.listdir(folder)):
            match = _IMAGE_NAME.fullmatch(name)
            if match:
                config = os.path.join(folder, name.replace(name.split('-')[0], 'config', 1))
                found.append(Kernel(os.path.join(folder, name), '', match[1], folder,
                                    variant=match[2] or '',
                                    config=config if os.path.isfile(config) else ''))
    return found


def choose(images, spec):
    """The image of a list that `spec` names: 6.12, 6.12.107, 7.2-nr64, 7.2.13-nr64; or None.

    A plain series never means a variant, unless Debian has no usable kernel of it.
    """
    wanted, _, variant = spec.partition('-')
    fits = [k for k in images
            if wanted in (k.series, k.version)
            and (k.variant == variant or (not variant and k.series in NOT_FROM_DEBIAN))]
    return max(fits, key=lambda k: packages.version_key(k.version), default=None)


class Store:
    """Kernels on this machine and in the archive. `say` gets progress, one line a call."""

    def __init__(self, cache, folders, index, say):
        self._root = os.path.join(cache, 'kernels')
        self._folders = folders
        self._index = index
        self._say = say

    def resolve(self, spec):
        """The kernel for --kernel. Fetches it if need be; raises Unavailable if it cannot."""
        if '/' in spec or os.path.isfile(spec):
            return self._from_file(spec)
        if not re.fullmatch(r'\d+\.\d+.*', spec):
            raise UsageError(f'{spec} is neither a file nor a kernel series such as {DEFAULT}')
        local = self.local(spec)
        if local:
            return local
        if '-' in spec or spec in NOT_FROM_DEBIAN:
            raise Unavailable(self._not_here(spec))
        return self.fetch(spec)

    def local(self, spec):
        """The kernel if it is here already, else None."""
        for folder in self._folders:
            found = choose(scan_folder(folder), spec)
            if found:
                return found
        return self._best_cached(spec)

    def cached(self):
        found = []
        with contextlib.suppress(FileNotFoundError):
            for name in os.listdir(self._root):
                with contextlib.suppress(OSError, ValueError):
                    found.append(self._load(os.path.join(self._root, name)))
        return sorted(found, key=lambda k: packages.version_key(k.version))

    def in_folders(self):
        return [k for folder in self._folders for k in scan_folder(folder)]

    def available(self, refresh=False):
        """Every image that the archive has: packages, newest first a series."""
        with self._index.lock():
            every = self._index.packages(refresh=refresh)
        return {s: packages.candidates(every, s)
                for s in packages.series(every)}

    def fetch(self, spec, refresh=False):
        """The newest sound image of a series, or the very version that spec names."""
        with self._index.lock():
            try:
                every = self._index.packages(refresh=refresh)
            except Unavailable:
                cached = self._best_cached(spec)
                if cached:
                    return cached
                raise
            found = packages.candidates(every, spec)
            if not found:
                return self._vanished(spec, every)
            exact = spec != found[0].series
            for package in found:
                kernel = self._cached_version(package.version) or self._install(package, every)
                if exact or not kernel.broken:
                    return kernel
                self._say(f'{kernel.version} of {kernel.origin} is broken for sched_ext: '
                          f'{len(kernel.broken)} kfuncs have wrong BTF ({kernel.broken[0]}, …); '
                          'taking the next')
        raise Unavailable(f'every kernel {spec} that the archive has is broken for sched_ext: '
                          + ', '.join(f'{p.version} ({p.suite})' for p in found)
                          + '; name a full version to boot one all the same')

    def _not_here(self, spec):
        match = re.fullmatch(r'([\d.]+)-nr(\d+)', spec)
        if match or spec in NOT_FROM_DEBIAN:
            version, count = match.groups() if match else (spec, '64')
            return (f'no kernel {spec} here: build it with tools/vm build-kernel --version {version} '
                    f'--nr-cpus {count}')
        return (f'no kernel {spec} in {", ".join(self._folders) or "any kernels folder"} '
                '(name one with --kernels or SCXX_KERNELS; "tools/vm list" shows what there is)')

    def _vanished(self, spec, every):
        cached = self._best_cached(spec)
        if cached:
            self._say(f'{spec} is gone from the archive; the cached {cached.version} stays')
            return cached
        have = [s for s in packages.series(every) if s not in NOT_FROM_DEBIAN]
        raise Unavailable(f"no kernel {spec} in Debian's suites ({', '.join(packages.SUITES)}); "
                          f'they have {", ".join(have)}')

    def _best_cached(self, spec):
        cached = self.cached()
        fits = [k for k in cached if not k.variant
                and (spec in (k.version, k.version.rsplit('-', 1)[0])
                     or (spec == k.series and not k.broken))]
        return fits[-1] if fits else choose([k for k in cached if k.variant], spec)

    def _cached_version(self, version):
        return next((k for k in self.cached() if k.version == version and not k.variant), None)

    def _load(self, folder):
        with open(os.path.join(folder, 'info.json'), encoding='utf-8') as file:
            info = json.load(file)
        config = os.path.join(folder, 'config')
        return Kernel(os.path.join(folder, info['image']), info['release'], info['version'],
                      info['suite'], variant=info.get('variant', ''),
                      config=config if os.path.exists(config) else '', broken=info['broken'])

    def _install(self, package, every):
        """Downloads, unpacks and checks an image; the finished folder appears by a rename."""
        os.makedirs(self._root, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix='scxx-fetch.') as downloads, \
                tempfile.TemporaryDirectory(prefix='.new.', dir=self._root) as folder:
            # TMPDIR for apt, which may not look into a home directory.
            os.chmod(downloads, 0o755)
            for part in filter(None, (package, packages.config_package(every, package))):
                deb = os.path.join(downloads, 'package.deb')
                packages.download(part, deb, self._say)
                _take(deb, folder)
                os.unlink(deb)
            final = self._finish(folder, {'version': package.version, 'suite': package.suite,
                                          'package': package.name})
        return self._load(final)

    def add_built(self, path, config, package, variant):
        """Takes a bzImage that was built from a source package. Errors: LabError if it is unsound."""
        os.makedirs(self._root, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix='.new.', dir=self._root) as folder:
            shutil.copyfile(path, os.path.join(folder, 'vmlinuz'))
            shutil.copyfile(config, os.path.join(folder, 'config'))
            final = self._finish(folder, {'version': package.upstream, 'suite': 'built here',
                                          'package': package.name, 'variant': variant}, sound=True)
        return self._load(final)

    def _finish(self, folder, info, sound=False):
        """Unpacks and checks folder/vmlinuz; the folder gets its name. Returns its path."""
        info = _unpack(folder) | info
        if sound and (info['broken'] or not info['btf']):
            raise LabError('the kernel that was built is of no use: '
                           + (f'{len(info["broken"])} kfuncs have wrong BTF ({info["broken"][0]}, …)'
                              if info['broken'] else 'it has no BTF that can be read'))
        with open(os.path.join(folder, 'info.json'), 'w', encoding='utf-8') as file:
            json.dump(info, file, indent=1)
        final = os.path.join(self._root, info['release'])
        shutil.rmtree(final, ignore_errors=True)
        os.chmod(folder, 0o755)
        os.rename(folder, final)
        os.mkdir(folder)        # for the context manager to remove
        return final

    def _from_file(self, path):
        try:
            with open(path, 'rb') as file:
                data = file.read()
        except OSError as error:
            raise UsageError(f'kernel {path}: {error.strerror}') from None
        if not image.is_bzimage(data) and not image.is_elf(data):
            raise UsageError(f'{path} is no x86 kernel image (neither bzImage nor vmlinux)')
        release = image.release(data)
        return Kernel(path, release, release or '?', path)


def _take(deb, folder):
    """Takes the kernel image and its configuration out of a package, where it has them."""
    wanted = re.compile(r'\./(?:boot|usr/lib/modules/[^/]+)/(vmlinuz|config)(?:[-.][^/]*)?')
    missing = {'vmlinuz', 'config'} - set(os.listdir(folder))
    with subprocess.Popen(['dpkg-deb', '--fsys-tarfile', deb], stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode='r|') as archive:
            for member in archive:
                match = wanted.fullmatch(member.name)
                if match and member.isfile() and match[1] in missing:
                    with open(os.path.join(folder, match[1]), 'wb') as file:
                        shutil.copyfileobj(archive.extractfile(member), file)
                    missing.remove(match[1])
                if not missing:
                    break       # the rest of the package is modules: not worth unpacking
        process.terminate()


def _unpack(folder):
    """Unpacks folder/vmlinuz for PVH where that works; says which image to boot."""
    path = os.path.join(folder, 'vmlinuz')
    if not os.path.exists(path):
        raise LabError('the package holds no kernel image: has its layout changed?')
    with open(path, 'rb') as file:
        data = file.read()
    info = {'release': image.release(data), 'image': 'vmlinuz', 'broken': [], 'btf': False}
    elf = image.unpack(data)
    if elf:
        blob = image.section(elf, '.BTF')
        with contextlib.suppress(ValueError):
            info['broken'] = btf.broken_kfuncs(blob) if blob else []
            info['btf'] = bool(blob)
        if image.has_pvh(elf):
            with open(os.path.join(folder, 'vmlinux'), 'wb') as file:
                file.write(elf)
            info['image'] = 'vmlinux'
    return info
