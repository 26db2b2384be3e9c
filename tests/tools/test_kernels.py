# SPDX-License-Identifier: GPL-2.0-only
"""Kernel images: choosing one, reading them, telling sound BTF from broken."""
import contextlib
import gzip
import os
import struct
import tempfile
import unittest

import support      # noqa: F401  (sets the path)
from lab import btf, image, kernels, packages
from lab.errors import Unavailable, UsageError


def make_btf(functions):
    """BTF with the given functions: name -> parameter list of (name, 'aux' or 'int')."""
    strings, types = bytearray(b'\0'), []

    def string(text):
        strings.extend(text.encode() + b'\0')
        return len(strings) - len(text) - 1

    def add(name, kind, vlen, size, extra=b''):
        types.append(struct.pack('<III', string(name) if name else 0, kind << 24 | vlen, size) + extra)
        return len(types)

    number = add('int', 1, 0, 4, struct.pack('<I', 32))
    aux = add('bpf_prog_aux', 4, 1, 8, struct.pack('<III', string('member'), number, 0))
    constant = add('', 10, 0, aux)
    pointer = add('', 2, 0, constant)
    ids = {'int': number, 'aux': pointer}
    for name, params in functions.items():
        extra = b''.join(struct.pack('<II', string(n), ids[t]) for n, t in params)
        proto = add('', 13, len(params), number, extra)
        add(name, 12, 0, proto)
    body = b''.join(types)
    header = struct.pack('<HBBIIIII', 0xEB9F, 1, 0, 24, 0, len(body), len(body), len(strings))
    return header + body + bytes(strings)


def make_elf(btf_blob=b'', pvh=False):
    """A vmlinux in miniature: one note segment, sections .BTF and .shstrtab."""
    names = b'\0.BTF\0.shstrtab\0'
    note = struct.pack('<III', 4, 8, 18 if pvh else 1) + b'Xen\0' + b'\0' * 8
    note_at = 64 + 56
    btf_at = note_at + len(note)
    names_at = btf_at + len(btf_blob)
    sections_at = names_at + len(names)
    header = b'\x7fELF\x02\x01\x01' + b'\0' * 9 + struct.pack(
        '<HHIQQQIHHHHHH', 2, 62, 1, 0, 64, sections_at, 0, 64, 56, 1, 64, 3, 2)
    segment = struct.pack('<IIQQQQQQ', 4, 4, note_at, 0, 0, len(note), len(note), 4)

    def section(name, offset, size):
        return struct.pack('<IIQQQQIIQQ', names.index(name), 1, 0, 0, offset, size, 0, 0, 1, 0)

    return (header + segment + note + btf_blob + names + bytes(64)
            + section(b'.BTF', btf_at, len(btf_blob)) + section(b'.shstrtab', names_at, len(names)))


def make_bzimage(payload, release=b'6.18.15-test (someone) #1'):
    """A bzImage with one set-up sector and a payload behind it."""
    data = bytearray(1024)
    data[0x1F1] = 1
    data[0x202:0x206] = b'HdrS'
    struct.pack_into('<H', data, 0x20E, 0x300 - 0x200)
    struct.pack_into('<II', data, 0x248, 0, len(payload))
    data[0x300:0x300 + len(release)] = release
    return bytes(data) + payload


class Images(unittest.TestCase):
    def test_a_gzip_bzimage_unpacks_to_its_vmlinux(self):
        elf = make_elf(pvh=True)
        packed = make_bzimage(gzip.compress(elf) + struct.pack('<I', len(elf)))
        self.assertTrue(image.is_bzimage(packed))
        self.assertEqual(image.unpack(packed), elf)

    def test_an_unknown_compression_is_none_and_no_error(self):
        self.assertIsNone(image.unpack(make_bzimage(b'LZ4?' * 10)))
        self.assertIsNone(image.unpack(b'no kernel' * 100))

    def test_release_is_read_from_either_form(self):
        self.assertEqual(image.release(make_bzimage(b'')), '6.18.15-test')
        self.assertEqual(image.release(make_elf() + b'\0Linux version 7.2.13-nr64 (x@y)\n'), '7.2.13-nr64')

    def test_pvh_is_seen_by_its_note(self):
        self.assertTrue(image.has_pvh(make_elf(pvh=True)))
        self.assertFalse(image.has_pvh(make_elf(pvh=False)))

    def test_sections_are_found_by_name(self):
        self.assertEqual(image.section(make_elf(b'types'), '.BTF'), b'types')
        self.assertIsNone(image.section(make_elf(), '.nosuch'))


class Soundness(unittest.TestCase):
    def test_an_implicit_argument_with_a_twin_is_sound(self):
        blob = make_btf({'scx_bpf_kick_cpu': [('cpu', 'int')],
                         'scx_bpf_kick_cpu_impl': [('cpu', 'int'), ('aux', 'aux')]})
        self.assertEqual(btf.broken_kfuncs(blob), [])

    def test_an_implicit_argument_that_shows_is_broken(self):
        blob = make_btf({'scx_bpf_kick_cpu': [('cpu', 'int'), ('aux', 'aux')],
                         'scx_bpf_create_dsq': [('aux', 'aux')],
                         'scx_bpf_now': []})
        self.assertEqual(btf.broken_kfuncs(blob), ['scx_bpf_create_dsq', 'scx_bpf_kick_cpu'])

    def test_the_older_spelling_and_other_functions_are_fine(self):
        blob = make_btf({'scx_bpf_old': [('aux__prog', 'aux')], 'bpf_other': [('aux', 'aux')]})
        self.assertEqual(btf.broken_kfuncs(blob), [])

    def test_garbage_is_an_error_and_not_a_verdict(self):
        for blob in (b'\0' * 64, make_btf({})[:-3]):
            with self.assertRaises(ValueError):
                btf.broken_kfuncs(blob)


class Folders(unittest.TestCase):
    NAMES = ('bzImage-6.12.107-nr64', 'bzImage-7.2.13-nr64', 'bzImage-7.2.13-nr512',
             'vmlinuz-7.0.13+deb13-cloud-amd64', 'vmlinuz-7.0.9', 'README.md', 'config.fragment')

    def setUp(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in self.NAMES:
                with open(os.path.join(folder, name), 'wb'):
                    pass
            self.images = kernels.scan_folder(folder)

    def chosen(self, spec):
        found = kernels.choose(self.images, spec)
        return found and os.path.basename(found.path)

    def test_names_that_are_no_images_are_passed_over(self):
        self.assertEqual(len(self.images), 5)
        self.assertEqual(kernels.scan_folder('/nosuch'), [])

    def test_a_plain_series_never_means_a_variant(self):
        self.assertIsNone(self.chosen('7.2'))
        self.assertIsNone(self.chosen('7.2.13'))
        self.assertEqual(self.chosen('7.2-nr64'), 'bzImage-7.2.13-nr64')
        self.assertEqual(self.chosen('7.2.13-nr512'), 'bzImage-7.2.13-nr512')
        self.assertIsNone(self.chosen('7.2-nr8'))

    def test_6_12_is_only_there_as_a_variant(self):
        self.assertEqual(self.chosen('6.12'), 'bzImage-6.12.107-nr64')

    def test_the_newest_plain_image_is_taken(self):
        self.assertEqual(self.chosen('7.0'), 'vmlinuz-7.0.13+deb13-cloud-amd64')
        self.assertEqual(self.chosen('7.0.9'), 'vmlinuz-7.0.9')


class FakeIndex:
    def __init__(self, every):
        self.every = every

    def packages(self, refresh=False):
        if self.every is None:
            raise Unavailable('no network')
        return self.every

    @contextlib.contextmanager
    def lock(self):
        yield


class FakeStore(kernels.Store):
    """A store whose archive is a list, and whose downloads are remembered."""

    def __init__(self, every, cached=(), broken=()):
        super().__init__('/nosuch', [], FakeIndex(every), lambda text: None)
        self.present, self.broken, self.installed = list(cached), broken, []

    def cached(self):
        return sorted(self.present, key=lambda k: packages.version_key(k.version))

    def _install(self, package, every):
        self.installed.append(package.version)
        return kernel(package.version, broken=['x'] if package.version in self.broken else [])


def kernel(version, broken=()):
    return kernels.Kernel('/k', version, version, 'suite', broken=list(broken))


def image_package(version):
    return packages.Package(f'linux-binary-{version}+deb-cloud-amd64', version, 'sid', 'u', 1 << 24, '')


class Fetching(unittest.TestCase):
    EVERY = [image_package(v) for v in ('7.2.12-1', '7.2.13-1', '6.18.1-1')]

    def test_the_newest_is_fetched(self):
        store = FakeStore(self.EVERY)
        self.assertEqual(store.resolve('7.2').version, '7.2.13-1')
        self.assertEqual(store.installed, ['7.2.13-1'])

    def test_a_broken_one_is_passed_over(self):
        store = FakeStore(self.EVERY, broken=['7.2.13-1'])
        self.assertEqual(store.resolve('7.2').version, '7.2.12-1')

    def test_a_broken_one_is_had_by_its_full_version(self):
        store = FakeStore(self.EVERY, broken=['7.2.13-1'])
        self.assertEqual(store.resolve('7.2.13').broken, ['x'])

    def test_nothing_sound_is_an_error_that_names_what_there_is(self):
        store = FakeStore(self.EVERY, broken=['7.2.12-1', '7.2.13-1'])
        with self.assertRaisesRegex(Unavailable, '7.2.13-1'):
            store.resolve('7.2')

    def test_a_cached_one_needs_no_network(self):
        store = FakeStore(None, cached=[kernel('7.2.9-1'), kernel('7.2.10-1', ['x'])])
        self.assertEqual(store.resolve('7.2').version, '7.2.9-1')
        self.assertEqual(store.fetch('7.2').version, '7.2.9-1')
        with self.assertRaises(Unavailable):
            store.resolve('6.18')

    def test_a_built_one_is_had_by_its_number_of_cpus_only(self):
        built = kernels.Kernel('/k', '7.2.13-nr8192', '7.2.13', 'built here', 'nr8192')
        store = FakeStore(self.EVERY, cached=[built])
        for spec in ('7.2-nr8192', '7.2.13-nr8192'):
            self.assertIs(store.resolve(spec), built)
        self.assertEqual(store.resolve('7.2').origin, 'suite')
        with self.assertRaisesRegex(Unavailable, 'build-kernel --version 7.2 --nr-cpus 64'):
            store.resolve('7.2-nr64')

    def test_fetch_looks_for_a_newer_one(self):
        store = FakeStore(self.EVERY, cached=[kernel('7.2.12-1')])
        self.assertEqual(store.resolve('7.2').version, '7.2.12-1')
        self.assertEqual(store.fetch('7.2').version, '7.2.13-1')

    def test_a_series_that_is_gone_says_what_there_is(self):
        with self.assertRaisesRegex(Unavailable, '6.18, 7.2'):
            FakeStore(self.EVERY).resolve('6.19')
        kept = FakeStore(self.EVERY, cached=[kernel('6.19.1-1')])
        self.assertEqual(kept.fetch('6.19').version, '6.19.1-1')

    def test_what_is_no_kernel_is_said_to_be_none(self):
        with self.assertRaises(UsageError):
            FakeStore([]).resolve('latest')
        with self.assertRaises(UsageError):
            FakeStore([]).resolve('/nosuch/bzImage')
        with self.assertRaises(UsageError):
            FakeStore([]).resolve(__file__)
        with self.assertRaises(Unavailable):
            FakeStore(self.EVERY).resolve('7.2-nr64')


if __name__ == '__main__':
    unittest.main()
