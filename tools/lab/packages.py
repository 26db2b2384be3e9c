# SPDX-License-Identifier: GPL-2.0-only
"""Finds packages in Debian's suites, kernel images above all, and downloads them.

No single suite has every series, and the archive moves: versions vanish when newer ones
arrive. So nothing here names a version: the package lists are read, through apt and
checked against Debian's archive keys, and kept as one small index a suite for a day.
The machine's own apt configuration is neither used for these suites nor changed.
"""
import contextlib
import fcntl
import functools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from .errors import Unavailable

# Backports carry the older series, sid and experimental the newest, testing what sid left behind.
SUITES = ('trixie-backports', 'experimental', 'sid', 'testing')
_KEYRINGS = ('/usr/share/keyrings/debian-archive-keyring.pgp',
             '/usr/share/keyrings/debian-archive-keyring.gpg')
_HELPER = '/usr/lib/apt/apt-helper'
_LIST_AGE_S = 24 * 3600

# linux-image-6.18.…-cloud-amd64 up to 6.18, linux-binary-[unsigned-]… from 6.19 on;
# linux-base-… holds the configuration of the latter.
_NAME = re.compile(r'linux-(image|binary|base)-(unsigned-)?(\d\S*?)-cloud-amd64(-unsigned)?')
_OTHERS = re.compile(
    r'qemu-system-(x86|data)|seabios'                               # see emulator.py
    r'|linux-source-\d+\.\d+'                                       # kernel_build.py
    r'|pahole|lib(bpf1|dw1t64|elf1t64|c6|zstd1|lzma5|bz2-1\.0)|zlib1g')      # pahole.py
# Part of the names of the lists in the cache: another one whenever other packages are looked for.
_LISTED = 2
_IMAGE_BYTES = 1 << 20      # smaller ones are meta packages


@dataclass(frozen=True)
class Package:
    """One entry of a package list."""
    name: str
    version: str
    suite: str
    url: str
    size: int
    sha256: str

    @property
    def series(self):
        return series_of(self.version)

    @property
    def upstream(self):
        """The version without Debian's revision: 7.2.13, 7.3~rc7."""
        return self.version.rsplit('-', 1)[0]

    @property
    def abi(self):
        return _NAME.fullmatch(self.name)[3]

    @property
    def unsigned(self):
        return 'unsigned' in self.name


def series_of(version):
    found = re.match(r'\d+\.\d+', version)
    return found[0] if found else ''


def _order(char):
    if char == '~':
        return -1
    return ord(char) if char.isalpha() else ord(char) + 256


def _compare_part(a, b):
    """Debian's order: text and numbers in turn; ~ before the end, letters before the rest."""
    while a or b:
        text_a, text_b = re.match(r'\D*', a)[0], re.match(r'\D*', b)[0]
        orders = [[_order(c) for c in text] + [0] for text in (text_a, text_b)]
        if orders[0] != orders[1]:
            return -1 if orders[0] < orders[1] else 1
        a, b = a[len(text_a):], b[len(text_b):]
        num_a, num_b = re.match(r'\d*', a)[0], re.match(r'\d*', b)[0]
        if int(num_a or 0) != int(num_b or 0):
            return -1 if int(num_a or 0) < int(num_b or 0) else 1
        a, b = a[len(num_a):], b[len(num_b):]
    return 0


def _split_version(version):
    epoch, colon, rest = version.partition(':')
    upstream, dash, revision = (rest if colon else version).rpartition('-')
    return (epoch if colon else '0', *((upstream, revision) if dash else (revision, '')))


def compare_versions(a, b):
    """< 0, 0, > 0 as Debian version a is older than, the same as, newer than b."""
    for part_a, part_b in zip(_split_version(a), _split_version(b)):
        result = _compare_part(part_a, part_b)
        if result:
            return result
    return 0


version_key = functools.cmp_to_key(compare_versions)


def parse_list(text, suite, mirror):
    """The packages of a Packages file that the lab has use for."""
    found = []
    for stanza in text.split('\n\n'):
        name = stanza[9:stanza.find('\n')]
        if _OTHERS.fullmatch(name) or _NAME.fullmatch(name):
            field = dict(line.split(': ', 1) for line in stanza.splitlines()
                         if ': ' in line and not line.startswith(' '))
            found.append(Package(field['Package'], field['Version'], suite,
                                 f'{mirror}/{field["Filename"]}', int(field['Size']),
                                 field['SHA256']))
    return found


def candidates(packages, spec):
    """The images that answer to a series (7.2) or a version (7.2.13), best first.

    Newest first; of one version the signed package before the unsigned one, a released
    suite before a moving one. Whether an image is sound shows only when it is there.
    """
    def key(package):
        return (version_key(package.version), not package.unsigned,
                -SUITES.index(package.suite) if package.suite in SUITES else -len(SUITES))

    images = {}
    for package in sorted(packages, key=key, reverse=True):
        if not _NAME.fullmatch(package.name) or '-base-' in package.name \
                or package.size < _IMAGE_BYTES:
            continue
        if package.series == spec or package.upstream == spec or package.version == spec:
            images.setdefault(package.version, package)
    return list(images.values())


def series(packages):
    """The series of which there are images, oldest first."""
    found = {p.series for p in packages if _NAME.fullmatch(p.name)}
    return sorted((s for s in found if s), key=version_key)


def config_package(packages, image):
    """The package with the configuration of an image of 6.19 or newer, or None."""
    for package in packages:
        if package.name == f'linux-base-{image.abi}-cloud-amd64' \
                and package.version == image.version:
            return package
    return None


def debian_codename():
    """The codename of this Debian release; '' on other systems."""
    with contextlib.suppress(OSError), open('/etc/os-release', encoding='utf-8') as file:
        text = file.read()
        name = re.search(r'^VERSION_CODENAME="?([a-z]+)', text, re.M)
        return name[1] if name and re.search(r'^ID="?debian\b', text, re.M) else ''
    return ''


def mirror():
    """The mirror that SCXX_DEBIAN_MIRROR names, else the one that this machine's apt uses."""
    if named := os.environ.get('SCXX_DEBIAN_MIRROR'):
        return named.rstrip('/')
    codename = debian_codename()
    sites = []
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        if codename:
            sites = _apt_get('indextargets', '--format', '$(SITE)', 'Created-By: Packages',
                             'Origin: Debian', 'Label: Debian', f'Codename: {codename}').split()
            # Before the first apt-get update nothing says whose a source is; but only Debian's
            # own mirrors have the -updates suite. Last, a path that ends as Debian's does.
            uris = _apt_get('update', '--print-uris')
            sites += re.findall(rf"^'(\S+?)/+dists/{codename}-updates/", uris, re.M)
            sites += re.findall(rf"^'(\S+?/debian)/+dists/{codename}/", uris, re.M)
    for site in sites:
        if site.startswith('http'):
            return site
    raise Unavailable('apt here knows no Debian mirror: set SCXX_DEBIAN_MIRROR to the address of one')


def _apt_get(*arguments):
    return subprocess.run(['apt-get', *arguments], capture_output=True, text=True,
                          check=True).stdout


class Index:
    """The package lists, kept in a folder of the cache. Update them under lock() only."""

    def __init__(self, cache, say):
        self._folder = os.path.join(cache, 'packages')
        self._lock_path = os.path.join(cache, 'fetch.lock')
        self._say = say
        self._tried = set()

    @contextlib.contextmanager
    def lock(self):
        """Keeps two fetches apart, whichever processes they are in."""
        os.makedirs(os.path.dirname(self._lock_path), exist_ok=True)
        with open(self._lock_path, 'w', encoding='utf-8') as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._say('waiting for another fetch')
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def packages(self, suites=SUITES, refresh=False):
        """What the suites have. Reads the network where a list is a day old, or to refresh.

        A suite that cannot be read is passed over with a warning, or its old list used;
        Unavailable if that leaves nothing. One try a suite in the life of the object.
        """
        old = [s for s in suites
               if s not in self._tried and (refresh or self._age(s) > _LIST_AGE_S)]
        if old:
            self._tried.update(old)
            self._update(old)
        found = [p for suite in suites for p in self._load(suite)]
        if not found:
            raise Unavailable(f'no package list of {", ".join(suites)} can be read: is there a '
                              'Debian mirror that this machine reaches?')
        return found

    def _path(self, suite):
        return os.path.join(self._folder, f'{suite}.{_LISTED}.json')

    def _age(self, suite):
        try:
            return time.time() - os.stat(self._path(suite)).st_mtime
        except OSError:
            return float('inf')

    def _load(self, suite):
        try:
            with open(self._path(suite), encoding='utf-8') as file:
                return [Package(**entry) for entry in json.load(file)]
        except FileNotFoundError:
            return []

    def _update(self, suites):
        site = mirror()
        self._say(f'reading the package lists of {", ".join(suites)} from {site}')
        with tempfile.TemporaryDirectory(prefix='scxx-apt.') as folder:
            os.chmod(folder, 0o755)     # apt downloads as the user _apt
            for suite in suites:
                try:
                    packages = parse_list(_read_suite(folder, site, suite, self._say), suite, site)
                except Unavailable as error:
                    self._say(f'warning: {error}; doing without what is new there')
                    continue
                os.makedirs(self._folder, exist_ok=True)
                temporary = f'{self._path(suite)}.{os.getpid()}'
                with open(temporary, 'w', encoding='utf-8') as file:
                    json.dump([vars(p) for p in packages], file)
                os.replace(temporary, self._path(suite))


def _read_suite(folder, site, suite, say):
    keyring = next((k for k in _KEYRINGS if os.path.exists(k)), None)
    if not keyring:
        raise Unavailable('no Debian archive keyring: install debian-archive-keyring')
    root = os.path.join(folder, suite)
    for name in ('lists/partial', 'archives/partial', 'parts'):
        os.makedirs(os.path.join(root, name))
    source = os.path.join(root, 'suite.list')
    with open(source, 'w', encoding='utf-8') as file:
        file.write(f'deb [arch=amd64 signed-by={keyring}] {site} {suite} main\n')
    options = {
        'Dir::Etc::SourceList': source, 'Dir::Etc::SourceParts': os.path.join(root, 'parts'),
        'Dir::State::Lists': os.path.join(root, 'lists'), 'Dir::Cache': root,
        'APT::Architecture': 'amd64', 'APT::Architectures': 'amd64',
        'Acquire::Languages': 'none', 'Acquire::Retries': '3', 'APT::Update::Error-Mode': 'any',
    }
    errors = _update_lists(options)
    if 'is expired' in errors:
        say(f'the mirror\'s list of {suite} is out of date; using it all the same '
            '(its signature is good)')
        errors = _update_lists({**options, 'Acquire::Check-Valid-Until': 'false'})
    lists = [entry.path for entry in os.scandir(os.path.join(root, 'lists'))
             if '_Packages' in entry.name]
    if errors or not lists:
        raise Unavailable(f'the suite {suite} cannot be read from {site}: '
                          + (errors or 'it has no package list'))
    return subprocess.run([_HELPER, 'cat-file', *lists], capture_output=True, text=True,
                          check=True).stdout


def _update_lists(options):
    """apt-get update; '' or the errors."""
    arguments = [part for key, value in options.items() for part in ('-o', f'{key}={value}')]
    try:
        done = subprocess.run(['apt-get', '-q', *arguments, 'update'], capture_output=True,
                              text=True, check=False, stdin=subprocess.DEVNULL,
                              env={**os.environ, 'LC_ALL': 'C'})
    except FileNotFoundError:
        raise Unavailable('apt-get is not here: kernels come as Debian packages') from None
    if not done.returncode:
        return ''
    errors = [line[3:] for line in done.stderr.splitlines() if line.startswith(('E:', 'W:'))]
    return errors[0] if errors else f'apt-get ended with status {done.returncode}'


def download(package, path, say):
    """Fetches a package to `path`, with progress, and checks it against the signed list."""
    size = package.size / 1e6
    say(f'fetching {package.name} {package.version} from {package.suite}: {size:.0f} MB')
    with subprocess.Popen([_HELPER, '-o', 'Acquire::Retries=3', 'download-file', package.url, path,
                           f'SHA256:{package.sha256}'], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            _watch(process, path, package.size)
            errors = process.stderr.read()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        lines = [line for line in errors.splitlines() if line.startswith('E:')]
        raise Unavailable(f'{package.url} cannot be fetched: '
                          + (lines[0][3:] if lines else f'apt-helper status {process.returncode}'))


def _watch(process, path, total):
    live = sys.stderr.isatty()
    last = started = time.monotonic()
    while process.poll() is None:
        time.sleep(0.2)
        now = time.monotonic()
        if now - last < (0.5 if live else 10):
            continue
        last = now
        with contextlib.suppress(OSError):
            done = os.stat(path).st_size
            text = f'  {100 * done // total} %, {done / 1e6 / (now - started):.1f} MB/s'
            print('\r' + text + '   ' if live else text, end='' if live else '\n',
                  file=sys.stderr, flush=True)
    if live and last != started:
        print(file=sys.stderr)
