# SPDX-License-Identifier: GPL-2.0-only
"""tools/vm build-kernel without a build: a source package in miniature, and a make that makes nothing."""
import contextlib
import gzip
import io
import os
import signal
import struct
import tarfile
import tempfile
import types
import unittest
from unittest import mock

import support      # noqa: F401  (sets the path)
from lab import kernel_build, kernels, packages, pahole
from lab.errors import LabError, Unavailable, UsageError
from test_kernels import FakeIndex, make_btf, make_bzimage, make_elf

SOUND = make_btf({'scx_bpf_kick_cpu': [('cpu', 'int')],
                  'scx_bpf_kick_cpu_impl': [('cpu', 'int'), ('aux', 'aux')]})
BROKEN = make_btf({'scx_bpf_kick_cpu': [('cpu', 'int'), ('aux', 'aux')]})
# As make is called: -C SOURCE O=OUT PAHOLE=… [-jN] TARGET. What `bzImage` makes lies in SCXX_TEST.
MAKE = '''#!/bin/sh
for last; do case $last in O=*) out=${last#O=} ;; esac; done
echo "$@" >>"$SCXX_TEST/calls"
case $last in
allnoconfig) grep -v REFUSED "$KCONFIG_ALLCONFIG" >"$out/.config"; echo CONFIG_NR_CPUS=8192 >>"$out/.config" ;;
bzImage)
	echo '  CC      kernel/sched/ext.o'
	[ ! -e "$SCXX_TEST/hang" ] || { echo $$ >"$SCXX_TEST/pid"; sleep 60; }
	[ ! -e "$SCXX_TEST/fail" ] || { echo 'ext.c:1: error: no'; exit 2; }
	mkdir -p "$out/arch/x86/boot"; cp "$SCXX_TEST/image" "$out/arch/x86/boot/bzImage" ;;
esac
'''


def source(version, suite='sid'):
    series = packages.series_of(version)
    return packages.Package(f'linux-source-{series}', version, suite, 'u', 1, '')


def tar(path, name, data, compression=''):
    with tarfile.open(path, 'w:' + compression) as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))


def alive(group):
    """The processes of a group that are not dead already."""
    found = []
    for process in filter(str.isdigit, os.listdir('/proc')):
        with contextlib.suppress(OSError), open(f'/proc/{process}/stat', encoding='utf-8') as file:
            state, _, its_group = file.read().rpartition(')')[2].split()[:3]
            if int(its_group) == group and state not in 'ZX':
                found.append(process)
    return found


class Orders(unittest.TestCase):
    def test_what_cannot_be_is_wrong_usage(self):
        kernel_build.check_order(kernel_build.Order('6.12', 2, 1))
        kernel_build.check_order(kernel_build.Order('7.2.13', 8192, 4))
        for version, count, jobs in (('6.11', 64, 1), ('5.10.3', 64, 1), ('new', 64, 1), ('7', 64, 1),
                                     ('7.2', 1, 1), ('7.2', 8193, 1), ('7.2', 64, 0)):
            with self.assertRaises(UsageError, msg=(version, count, jobs)):
                kernel_build.check_order(kernel_build.Order(version, count, jobs))

    def test_masks_leave_the_stack_where_they_grow_too_large_for_it(self):
        def options(count):
            lines = kernel_build.fragment(kernel_build.Order('7.2', count, 1)).splitlines()
            return [line for line in lines if 'MASK' in line or 'NR_CPUS' in line or 'MAXSMP' in line]
        self.assertEqual(options(512), ['CONFIG_NR_CPUS=512'])
        self.assertEqual(options(513), ['CONFIG_CPUMASK_OFFSTACK=y', 'CONFIG_NR_CPUS=513'])
        self.assertEqual(options(8192), ['CONFIG_MAXSMP=y'])

    def test_the_newest_source_of_a_series_or_the_very_version(self):
        every = [source(v) for v in ('7.2.9-1', '7.2.13-1', '7.2.12-1~bpo13+1', '7.3~rc7-1', '6.12.107-1')]
        for spec, version in (('7.2', '7.2.13-1'), ('7.2.12', '7.2.12-1~bpo13+1'), ('7.3', '7.3~rc7-1')):
            self.assertEqual(kernel_build.source_package(every, spec).version, version)
        with self.assertRaisesRegex(Unavailable, '6.12, 7.2, 7.3'):
            kernel_build.source_package(every, '6.18')

    def test_options_that_a_version_refuses_are_named(self):
        order = kernel_build.Order('7.2', 64, 1)
        good = kernel_build.fragment(order) + '\n'
        kernel_build.check_config(good, order)
        for line in ('CONFIG_NR_CPUS=64', 'CONFIG_SCHED_CLASS_EXT=y', 'CONFIG_DEBUG_INFO_BTF=y'):
            with self.assertRaisesRegex(LabError, line):
                kernel_build.check_config(good.replace(f'{line}\n', ''), order)


class Machine(unittest.TestCase):
    def test_what_is_missing_is_named_with_its_package(self):
        with tempfile.TemporaryDirectory() as folder:
            names = dict(kernel_build.missing_packages(folder))
            self.assertEqual((names['flex'], names['ld']), ('flex', 'binutils'))
            compiler = os.path.join(folder, 'gcc')
            with open(compiler, 'w', encoding='utf-8') as file:
                file.write('#!/bin/sh\n! grep -q libelf\n')
            os.chmod(compiler, 0o755)
            names = dict(kernel_build.missing_packages(folder))
            self.assertEqual((names.get('libelf.h'), names.get('zlib.h'), names.get('gcc')),
                             ('libelf-dev', None, None))
        with mock.patch.object(kernel_build, 'missing_packages', lambda: [('flex', 'flex'), ('bc', 'bc')]):
            with self.assertRaisesRegex(Unavailable, 'without flex, bc: apt-get install flex bc'):
                kernel_build.check_machine('/')

    def test_a_full_disk_is_said_before_anything_is_fetched(self):
        with mock.patch.object(kernel_build, 'missing_packages', lambda: []), \
                mock.patch('shutil.disk_usage', lambda _: types.SimpleNamespace(free=10 ** 9)):
            with self.assertRaisesRegex(Unavailable, '/some has 1.0 GB free.*SCXX_CACHE'):
                kernel_build.check_machine('/some')


class Builds(unittest.TestCase):
    """Builder.build() with everything but the compiler."""

    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.cache, self.test = os.path.join(folder, 'cache'), os.path.join(folder, 'test')
        commands = os.path.join(folder, 'commands')
        os.makedirs(os.path.join(self.cache, 'sources'))
        os.mkdir(self.test)
        os.mkdir(commands)
        self.deb = os.path.join(self.cache, 'sources', 'linux-source-7.2_7.2.13-1.deb')
        tree = os.path.join(folder, 'tree')
        tar(tree, 'linux-source-7.2/Makefile', b'all:\n', 'xz')
        with open(tree, 'rb') as file:
            tar(self.deb, './usr/src/linux-source-7.2.tar.xz', file.read())
        for name, text in (('make', MAKE), ('dpkg-deb', '#!/bin/sh\nexec cat "$2"\n')):
            with open(os.path.join(commands, name), 'w', encoding='utf-8') as file:
                file.write(text)
            os.chmod(file.name, 0o755)
        self.enterContext(mock.patch.dict(os.environ, PATH=f'{commands}:{os.environ["PATH"]}',
                                          SCXX_TEST=self.test))
        self.enterContext(mock.patch.object(kernel_build, 'check_machine', lambda folder: None))
        self.image(SOUND)
        self.said = []

    def image(self, btf_blob, release=b'7.2.13-nr8192 (scxx@lab) #1'):
        elf = make_elf(btf_blob, pvh=True)
        with open(os.path.join(self.test, 'image'), 'wb') as file:
            file.write(make_bzimage(gzip.compress(elf) + struct.pack('<I', len(elf)), release))

    def touch(self, name):
        with open(os.path.join(self.test, name), 'wb'):
            pass

    def build(self, again=False):
        index = FakeIndex([source('7.2.13-1'), source('7.3.4-1')])
        index.packages = lambda suites: index.every
        self.store = kernels.Store(self.cache, [], index, self.said.append)
        finder = types.SimpleNamespace(find=lambda: '/some/pahole')
        builder = kernel_build.Builder(self.cache, self.store, index, finder, self.said.append)
        return builder.build(kernel_build.Order('7.2', 8192, 3), again)

    def calls(self):
        with contextlib.suppress(FileNotFoundError), \
                open(os.path.join(self.test, 'calls'), encoding='utf-8') as file:
            return file.read().splitlines()
        return []

    def left(self):
        """What lies in the cache beside the source, the logs and the lock."""
        return sorted(os.listdir(os.path.join(self.cache, 'build')) if
                      os.path.isdir(os.path.join(self.cache, 'build')) else []) + \
            sorted(os.listdir(os.path.join(self.cache, 'kernels')) if
                   os.path.isdir(os.path.join(self.cache, 'kernels')) else [])

    def test_a_kernel_is_built_and_found_by_its_name(self):
        kernel = self.build()
        self.assertEqual((kernel.version, kernel.variant, kernel.release),
                         ('7.2.13', 'nr8192', '7.2.13-nr8192'))
        self.assertEqual(kernel.option('MAXSMP'), 'y')
        self.assertEqual(self.store.resolve('7.2-nr8192'), kernel)
        self.assertTrue(os.path.exists(kernel.path))
        configure, make = self.calls()
        self.assertTrue(configure.endswith('PAHOLE=/some/pahole allnoconfig'), configure)
        self.assertTrue(make.endswith('-j3 bzImage'), make)
        self.assertEqual(self.left(), ['lock', '7.2.13-nr8192'])

    def test_the_second_time_it_is_there(self):
        self.build()
        self.build()
        self.assertEqual(len(self.calls()), 2)
        self.build(again=True)
        self.assertEqual(len(self.calls()), 4)

    def test_a_kernel_with_wrong_type_information_is_not_kept(self):
        for blob, words in ((BROKEN, 'scx_bpf_kick_cpu'), (b'', 'no BTF'), (b'x' * 99, 'no BTF')):
            self.image(blob)
            with self.assertRaisesRegex(LabError, words):
                self.build()
            self.assertEqual(self.left(), ['lock'])

    def test_a_failed_build_says_why_and_leaves_nothing_but_its_log(self):
        self.touch('fail')
        with self.assertRaisesRegex(LabError, r'(?s)ext.c:1: error: no.*build-7.2-nr8192.log'):
            self.build()
        self.assertEqual(self.left(), ['lock'])

    def test_an_interrupted_build_ends_its_processes_and_leaves_nothing(self):
        class Stopped(BaseException):
            pass

        def stop(number, frame):
            raise Stopped
        self.touch('hang')
        self.addCleanup(signal.signal, signal.SIGALRM, signal.signal(signal.SIGALRM, stop))
        signal.setitimer(signal.ITIMER_REAL, 1)
        with self.assertRaises(Stopped):
            self.build()
        self.assertEqual(self.left(), ['lock'])
        with open(os.path.join(self.test, 'pid'), encoding='utf-8') as file:
            self.assertEqual(alive(int(file.read())), [])

    def test_what_a_killed_build_left_goes_with_the_next(self):
        os.makedirs(os.path.join(self.cache, 'build', 'kernel.old', 'source'))
        self.build()
        self.assertEqual(self.left(), ['lock', '7.2.13-nr8192'])

    def test_a_source_that_does_not_unpack_is_fetched_anew_the_next_time(self):
        with open(self.deb, 'wb') as file:
            file.write(b'no package')
        with self.assertRaisesRegex(LabError, 'does not unpack'):
            self.build()
        self.assertFalse(os.path.exists(self.deb))
        self.assertEqual(self.left(), ['lock'])

    def test_a_source_is_fetched_once_and_its_forerunner_goes(self):
        old = self.deb.replace('7.2.13', '7.2.12')
        os.rename(self.deb, old)
        with open(old, 'rb') as file:
            data = file.read()

        def no_network(package, path, say):
            raise Unavailable('no network')

        def download(package, path, say):
            with open(path, 'wb') as target:
                target.write(data)
        with mock.patch.object(packages, 'download', no_network), self.assertRaises(Unavailable):
            self.build()
        self.assertEqual((os.listdir(os.path.dirname(self.deb)), self.left()),
                         ([os.path.basename(old)], ['lock']))
        with mock.patch.object(packages, 'download', download):
            self.build()
        self.assertEqual(os.listdir(os.path.dirname(self.deb)), [os.path.basename(self.deb)])


class Pahole(unittest.TestCase):
    def test_an_old_one_is_passed_over_for_the_caches_own(self):
        with tempfile.TemporaryDirectory() as folder:
            cache = os.path.join(folder, "a folder's")
            commands = os.path.join(folder, 'commands')
            for path, text in ((f'{commands}/pahole', 'echo v1.24'),
                               (f'{cache}/pahole/{pahole.LOADER}',
                                '[ "$1" = --library-path ] && shift 2 && exec "$@"'),
                               (f'{cache}/pahole/usr/bin/pahole', 'echo v1.30')):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, 'w', encoding='utf-8') as file:
                    file.write(f'#!/bin/sh\n{text}\n')
                os.chmod(path, 0o755)
            own = os.path.join(cache, 'pahole')
            pahole.write_wrapper(own, own)
            finder = pahole.Paholes(cache, None, lambda text: None)
            with mock.patch.dict(os.environ, PATH=f'{commands}:{os.environ["PATH"]}'):
                self.assertEqual(finder.find(), os.path.join(own, 'run'))
                with open(f'{commands}/pahole', 'w', encoding='utf-8') as file:
                    file.write('#!/bin/sh\necho v1.26\n')
                self.assertEqual(finder.find(), f'{commands}/pahole')
            self.assertEqual(pahole.version(os.path.join(own, 'run')), (1, 30))

    def test_what_is_no_pahole_has_no_version(self):
        self.assertIsNone(pahole.version('/nosuch/pahole'))
        self.assertIsNone(pahole.version('/bin/true'))

    def test_a_suite_without_it_is_unavailable(self):
        finder = pahole.Paholes('/nosuch', types.SimpleNamespace(packages=lambda suites: []),
                                lambda text: None)
        with mock.patch('shutil.which', lambda name: None):
            with self.assertRaisesRegex(Unavailable, 'trixie has no package pahole'):
                finder.find()


if __name__ == '__main__':
    unittest.main()
