# SPDX-License-Identifier: GPL-2.0-only
"""The cpio writer and what goes into it."""
import io
import os
import stat
import subprocess
import tempfile
import unittest

import support      # noqa: F401  (sets the path)
from lab import initramfs
from lab.errors import UsageError


def read_cpio(data):
    """newc -> {name: (mode, content)}, with the format's rules checked on the way."""
    entries, at = {}, 0
    while True:
        assert at % 4 == 0 and data[at:at + 6] == b'070701', at
        fields = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = data[at + 110:at + 110 + name_size - 1].decode()
        at = (at + 110 + name_size + 3) & ~3
        if name == 'TRAILER!!!':
            assert not any(data[at:])
            return entries
        entries[name] = (mode, data[at:at + size])
        at = (at + size + 3) & ~3


def packed(fill):
    out = io.BytesIO()
    archive = initramfs.Archive(out)
    fill(archive)
    archive.close()
    return out.getvalue()


class Writer(unittest.TestCase):
    def test_folders_come_before_what_is_in_them(self):
        names = list(read_cpio(packed(lambda a: a.data('/a/b/c', b'x'))))
        self.assertEqual(names[-3:], ['a', 'a/b', 'a/b/c'])

    def test_contents_and_modes_of_every_size(self):
        def fill(archive):
            for size in range(9):
                archive.data(f'/f{size}', b'x' * size, 0o600 + size % 8)
        entries = read_cpio(packed(fill))
        for size in range(9):
            self.assertEqual(entries[f'f{size}'], (stat.S_IFREG | 0o600 + size % 8, b'x' * size))

    def test_files_go_where_debian_has_them(self):
        entries = read_cpio(packed(lambda a: a.data('/lib/x86_64-linux-gnu/libc.so.6', b'')))
        self.assertIn('usr/lib/x86_64-linux-gnu/libc.so.6', entries)
        self.assertEqual(entries['lib'], (stat.S_IFLNK | 0o777, b'usr/lib'))

    def test_the_first_of_a_name_stays(self):
        def fill(archive):
            archive.data('/usr/bin/taskset', b'real')
            archive.symlink('/bin/taskset', 'busybox')
        self.assertEqual(read_cpio(packed(fill))['usr/bin/taskset'][1], b'real')

    def test_cpio_reads_it(self):
        data = packed(lambda a: a.data('/etc/passwd', b'root'))
        try:
            done = subprocess.run(['cpio', '-it', '--quiet'], input=data, capture_output=True, check=True)
        except FileNotFoundError:
            self.skipTest('no cpio here')
        self.assertIn(b'etc/passwd', done.stdout.split())


class Commands(unittest.TestCase):
    def test_every_argument_arrives_as_it_was_given(self):
        words = ['', 'a b', "it's", '"', '$HOME', '`id`', '*', '\\', 'new\nline', '--', '-n', 'ü', '\udcff']
        script = initramfs.command_script(['printf', '%s|', *words])
        done = subprocess.run(['sh'], input=script, capture_output=True, check=True, cwd='/')
        self.assertEqual(done.stdout, b''.join(os.fsencode(w) + b'|' for w in words))


class FileOption(unittest.TestCase):
    def test_host_and_guest(self):
        split = initramfs.split_file_option
        self.assertEqual(split('a/b.sh'), ('a/b.sh', '/root/b.sh'))
        self.assertEqual(split('folder/'), ('folder/', '/root/folder'))
        self.assertEqual(split('b.sh:/tmp/c'), ('b.sh', '/tmp/c'))
        self.assertEqual(split('b.sh:/tmp/'), ('b.sh', '/tmp/b.sh'))
        self.assertEqual(split('with:colon'), ('with:colon', '/root/with:colon'))


class RunPart(unittest.TestCase):
    def test_command_files_and_configuration_are_in_it(self):
        with tempfile.TemporaryDirectory() as folder:
            tree = os.path.join(folder, 'tree')
            os.makedirs(os.path.join(tree, 'sub'))
            with open(os.path.join(tree, 'sub', 'file'), 'wb') as file:
                file.write(b'data')
            os.symlink('sub/file', os.path.join(tree, 'link'))
            path = os.path.join(folder, 'run.cpio')
            initramfs.write_run_part(path, ['true'], [tree, '/bin/sh:/x/sh'], __file__, '6.18-x')
            with open(path, 'rb') as file:
                entries = read_cpio(file.read())
        self.assertEqual(entries['root/tree/sub/file'][1], b'data')
        self.assertEqual(entries['root/tree/link'][1], b'sub/file')
        self.assertEqual(entries['lab/command'][1], b'exec true\n')
        self.assertTrue(entries['init'][0] & 0o100)
        self.assertIn('boot/config-6.18-x', entries)
        self.assertTrue(any(name.endswith('libc.so.6') for name in entries), 'sh came without its libc')

    def test_a_missing_file_is_the_users_error(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(UsageError):
            initramfs.write_run_part(os.path.join(folder, 'x'), ['true'], ['/nosuch'], '', '')


class Caching(unittest.TestCase):
    def test_a_part_is_made_once_until_a_program_changes(self):
        with tempfile.TemporaryDirectory() as folder:
            programs, cache = os.path.join(folder, 'bin'), initramfs.Cache(os.path.join(folder, 'c'))
            os.mkdir(programs)
            self.assertIsNone(cache.programs(programs))
            program = os.path.join(programs, 'scx_x')
            for text in ('#!/bin/sh\n', '#!/bin/sh\nexit 1\n'):
                with open(program, 'w', encoding='utf-8') as file:
                    file.write(text)
                os.chmod(program, 0o755)
                first = cache.programs(programs)
                made = os.stat(first).st_ino
                self.assertEqual(cache.programs(programs), first)
                self.assertEqual(os.stat(first).st_ino, made)
                with open(first, 'rb') as file:
                    self.assertEqual(read_cpio(file.read())['usr/local/bin/scx_x'][1], text.encode())
            self.assertEqual(len(os.listdir(os.path.join(folder, 'c'))), 2)


if __name__ == '__main__':
    unittest.main()
