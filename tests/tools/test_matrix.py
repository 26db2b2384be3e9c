# SPDX-License-Identifier: GPL-2.0-only
"""tools/matrix: what a guest says, and the tables of it."""
import os
import subprocess
import tempfile
import types
import unittest

import support      # noqa: F401  (puts tools/ on the path)
from lab import document, kernels, matrix_cells, matrix_kept, matrix_tables
from lab.errors import Unavailable, UsageError

MATRIX = os.path.join(os.path.dirname(matrix_cells.VM), 'matrix')
BROKEN = ('12:00:01 E kernel 7.1.13 describes scx_bpf_kick_cpu wrongly in its type information (BTF), '
          'and 19 kfuncs in all; this build of the kernel cannot run schedulers that call it: use '
          'another build of it')
OUTPUT = f'''something else
cell scx_simple attached=yes load=yes ended=yes status=0 warnings=0 attach_ms=1250 peak_kib=9092
said scx_simple 12:00:00 I 4 CPUs, 1 node
said scx_simple 12:00:01 I scx_simple is running (cid form, 3878 instructions verified)
cell scx_lavd attached=no load=no ended=no status=1 warnings=0 attach_ms=0 peak_kib=0
said scx_lavd {BROKEN}
cell scx_qmap attached=yes load=yes ended=no status=1 warnings=2 attach_ms=900 peak_kib=9000
said scx_qmap 12:00:01 I scx_qmap is running (cpu form, 14041 instructions verified)
said scx_qmap 12:00:09 E scx_qmap was ended by the kernel: runtime error
'''


def make_plan(**given):
    options = types.SimpleNamespace(**{'kernel': '7.3', 'shape': '4',
                                       'scheduler': 'scx_simple,scx_lavd,scx_qmap'} | given)
    return matrix_cells.make_plan(options)


class Cells(unittest.TestCase):
    def setUp(self):
        self.simple, self.lavd, self.qmap = matrix_cells.read_cells(
            '7.3', '4', ['scx_simple', 'scx_lavd', 'scx_qmap'], OUTPUT)

    def test_one_that_did_all_is_well(self):
        self.assertTrue(self.simple.well)
        self.assertEqual((self.simple.form, self.simple.verified, self.simple.said), ('cid', 3878, ''))
        self.assertEqual((self.simple.attach_ms, self.simple.peak_kib), (1250, 9092))

    def test_one_that_says_that_the_kernel_cannot_is_explained(self):
        self.assertTrue(self.lavd.explained and not self.lavd.failed)
        self.assertTrue(self.lavd.said.startswith('kernel 7.1.13 describes'), self.lavd.said)

    def test_any_other_is_failed(self):
        self.assertTrue(self.qmap.failed)
        self.assertEqual(self.qmap.warnings, 2)
        silent, = matrix_cells.read_cells('7.3', '4', ['scx_lavd'], 'nothing')
        self.assertTrue(silent.failed)
        for wrong in ('status=0', 'status=137'):
            other, = matrix_cells.read_cells('7.3', '4', ['scx_lavd'],
                                             OUTPUT.replace('status=1', wrong))
            self.assertTrue(other.failed, wrong)

    def test_a_warning_alone_fails(self):
        cell, = matrix_cells.read_cells('7.3', '4', ['scx_simple'],
                                        OUTPUT.replace('warnings=0', 'warnings=1'))
        self.assertTrue(cell.failed)


    def test_a_kernel_that_nobody_built_is_explained_with_the_command(self):
        store = kernels.Store('/nonexistent', [], None, None)
        for spec, command in (('7.2-nr8192', '--version 7.2 --nr-cpus 8192'),
                              ('6.12', '--version 6.12 --nr-cpus 64')):
            with self.assertRaises(Unavailable) as raised:
                store.resolve(spec)
            cell, = matrix_cells.lacking_cells(spec, '4', ['scx_lavd'], f'vm: error: {raised.exception}\n')
            self.assertEqual((cell.failed, matrix_tables.words(cell)), (False, 'not built'))
            self.assertTrue(cell.said.endswith(f'tools/vm build-kernel {command}'), cell.said)

    def test_a_kernel_without_room_is_explained_and_a_lab_that_cannot_run_is_not(self):
        said = "vm: error: kernel 7.0 takes no CPU table of the lab's: it has no CONFIG_X\n"
        cell, = matrix_cells.lacking_cells('7.0', '1024', ['scx_lavd'], said)
        self.assertEqual((cell.failed, matrix_tables.words(cell)), (False, 'not possible'))
        with self.assertRaises(Unavailable):
            matrix_cells.lacking_cells('7.0', '1024', ['scx_lavd'], 'vm: error: no QEMU\n')


class Plans(unittest.TestCase):
    def test_kernels_get_the_machines_that_they_have_room_for(self):
        guests = make_plan(kernel='6.12,7.2-nr512', shape='4,200').guests
        self.assertEqual(guests, [('6.12', '4'), ('7.2-nr512', '4'), ('7.2-nr512', '200')])
        guests = make_plan(kernel='6.16,7.2-nr512,7.2-nr8192', shape='1024,4160').guests
        self.assertEqual(guests, [('6.16', '1024'), ('7.2-nr8192', '1024'), ('7.2-nr8192', '4160')])

    def test_what_there_is_not_is_wrong_usage(self):
        for wrong in ({'shape': 'round'}, {'shape': ''}, {'kernel': '7.3,'}, {'scheduler': ''}):
            with self.assertRaises(UsageError, msg=wrong):
                make_plan(**wrong)
        done = subprocess.run([MATRIX, '--shape', 'round'], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn('--shape round: none of 1, 4, smt', done.stderr)


class KeptCells(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.names = ['scx_simple', 'scx_lavd', 'scx_qmap']
        for name in self.names:
            self.build(name, name)
        self.cells = matrix_cells.read_cells('7.3', '4', self.names, OUTPUT)

    def build(self, name, contents):
        with open(os.path.join(self.folder, name), 'w', encoding='utf-8') as file:
            file.write(contents)

    def kept(self):
        return matrix_kept.Kept(os.path.join(self.folder, 'cells'), self.folder, self.names)

    def test_what_was_well_or_explained_is_found_again_and_what_failed_is_not(self):
        self.kept().add(self.cells)
        self.assertEqual([self.kept().find('7.3', '4', name) for name in self.names],
                         [*self.cells[:2], None])
        self.assertIsNone(self.kept().find('7.3', 'smt', 'scx_simple'))

    def test_a_kernel_that_was_not_there_may_be_there_the_next_time(self):
        self.kept().add(matrix_cells.lacking_cells('7.2-nr8192', '4', self.names,
                                                   'no kernel 7.2-nr8192 here: build it with x'))
        self.assertIsNone(self.kept().find('7.2-nr8192', '4', 'scx_simple'))

    def test_another_build_and_a_broken_file_run_again(self):
        self.kept().add(self.cells)
        self.build('scx_simple', 'rebuilt')
        self.assertIsNone(self.kept().find('7.3', '4', 'scx_simple'))
        folder = os.path.join(self.folder, 'cells')
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
                file.write('[1')
        self.assertIsNone(self.kept().find('7.3', '4', 'scx_lavd'))

    def test_a_program_that_is_not_there_is_wrong_usage(self):
        with self.assertRaises(UsageError):
            matrix_kept.Kept(self.folder, self.folder, ['scx_none'])


class Tables(unittest.TestCase):
    def setUp(self):
        self.plan = make_plan()
        self.cells = matrix_cells.read_cells('7.3', '4', self.plan.schedulers, OUTPUT)

    def test_markdown_says_form_and_instructions_or_what_is_missing(self):
        lines = matrix_tables.markdown(self.plan, self.cells)
        row = [word.strip() for word in lines[2].strip('|').split('|')]
        self.assertEqual(row, ['7.3', '4 CPUs', 'cid, 3,878', 'explained', 'FAILED: end, 2 warnings'])
        self.assertIn('wrongly in its type information', lines[-1])

    def test_html_escapes_what_schedulers_say(self):
        self.cells[2].said = '"<script>'
        page = matrix_tables.html_page(self.plan, self.cells)
        self.assertNotIn('<script>', page)
        self.assertIn('&quot;&lt;script&gt;', page)
        self.assertIn('title="in charge after 1.2 s, 9,092 KiB at most"', page)

    def test_a_document_keeps_all_but_the_table(self):
        with tempfile.NamedTemporaryFile('w+', suffix='.md') as file:
            file.write('a\n<!-- tools/matrix -->\nold\n<!-- end -->\nz\n')
            file.flush()
            text = document.read(file.name, 'matrix')
            self.assertEqual(document.renewed(text, 'matrix', lambda arguments: 'new \\1'),
                             'a\n<!-- tools/matrix -->\nnew \\1\n<!-- end -->\nz\n')

    def test_a_document_without_a_place_for_it_is_refused_before_any_guest_boots(self):
        for path in ('/nonexistent', os.path.join(os.path.dirname(MATRIX), 'matrix')):
            with self.assertRaises(UsageError):
                document.read(path, 'nosuch')
        done = subprocess.run([MATRIX, '--renew', '/dev/null'], capture_output=True, text=True,
                              check=False, timeout=30)
        self.assertEqual((done.returncode, 'matrix: 1 of' in done.stderr), (2, False), done.stderr)


if __name__ == '__main__':
    unittest.main()
