#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""tools/bench: its command line and tables, and, with "vm", its figures for scx_simple.

usage: bench_test.py unit
       bench_test.py vm PIPE_COST SCX_SIMPLE
"""
import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '..', 'tools', 'bench')
ROUND_TRIPS = 200
SKIPPED = 77


def load_bench():
    """tools/bench as a module (it has no .py)."""
    loader = importlib.machinery.SourceFileLoader('scxx_bench', BENCH)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader('scxx_bench', loader))
    sys.modules['scxx_bench'] = module      # where dataclasses look
    loader.exec_module(module)
    return module


bench = load_bench()


def run(*arguments):
    return subprocess.run([BENCH, *arguments], capture_output=True, text=True, check=False)


class CommandLine(unittest.TestCase):
    def read(self, *texts):
        return [(s.name, s.program, s.options) for s in bench.read_schedulers(texts)]

    def test_a_scheduler_is_a_program_with_options_and_may_have_a_name(self):
        program = '/bin/sh'
        self.assertEqual(self.read(program), [('sh', program, [])])
        self.assertEqual(self.read(f'{program} -c "a b"'), [('sh -c a b', program, ['-c', 'a b'])])
        self.assertEqual(self.read("the kernel's=/bin/sh --x=1"),
                         [("the kernel's", program, ['--x=1'])])
        self.assertEqual(self.read(f'{program} --x=1'), [('sh --x=1', program, ['--x=1'])])

    def test_a_scheduler_that_is_not_there_is_wrong_usage(self):
        done = run('/nosuch/scx_simple')
        self.assertEqual(done.returncode, 2)
        self.assertIn('/nosuch/scx_simple: no such program', done.stderr)

    def test_two_of_one_name_must_be_named(self):
        done = run('/bin/sh', '/bin/sh')
        self.assertEqual(done.returncode, 2)
        self.assertIn('two schedulers are called sh', done.stderr)

    def test_round_trips_are_a_positive_number(self):
        self.assertEqual(run('--round-trips', '0', '/bin/sh').returncode, 2)


class Tables(unittest.TestCase):
    SAID = {'round_trips': 10, 'pipe_ns': 200_000, 'attach_ns': 1_500_000_000, 'programs': [
        {'name': 'once', 'verified': 7, 'calls': 0, 'instructions': 0, 'all_calls': 1,
         'all_instructions': 1234},
        {'name': 'often', 'verified': 3, 'calls': 20, 'instructions': 5000, 'all_calls': 30,
         'all_instructions': 9000},
        {'name': 'never', 'verified': 5, 'calls': 0, 'instructions': 0, 'all_calls': 0,
         'all_instructions': 0}]}

    def test_sums_and_shares(self):
        run_ = bench.summarize('x', self.SAID)
        self.assertEqual(run_['attach_s'], 1.5)
        self.assertEqual(run_['instructions_per_round_trip'], 20_000)
        self.assertEqual(run_['bpf_instructions_per_round_trip'], 500)
        self.assertEqual(run_['verified_instructions'], 15)
        once, often, never = run_['programs']
        self.assertEqual((often['instructions_per_call'], often['all_instructions_per_call']), (250, 300))
        self.assertEqual((once['instructions_per_call'], once['all_instructions_per_call']), (None, 1234))
        self.assertIsNone(never['all_instructions_per_call'])

    def test_the_table_is_markdown_with_the_busiest_program_first(self):
        lines = bench.program_table(bench.summarize('x', self.SAID))
        self.assertEqual({line.count('|') for line in lines}, {7})
        cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines]
        self.assertEqual([row[0] for row in cells[2:]], ['often', 'once', 'never'])
        self.assertEqual(cells[3], ['once', '0', '–', '1', '1,234', '7'])


class Measured(unittest.TestCase):
    """One boot: the kernel's own scheduler, scx_simple, and a scheduler that ends at once."""
    pipe_cost = simple = ''

    @classmethod
    def setUpClass(cls):
        cls.done = run('--kernel', '7.3', '--round-trips', str(ROUND_TRIPS), '--json',
                       '--pipe-cost', cls.pipe_cost, cls.simple, f'broken={cls.simple} --no-such-option')
        if cls.done.returncode == SKIPPED:
            raise unittest.SkipTest(cls.done.stderr)
        cls.runs = json.loads(cls.done.stdout)['runs']

    def test_a_scheduler_that_cannot_be_measured_is_named_with_its_words(self):
        self.assertEqual(self.done.returncode, 1)
        self.assertIn('broken: the scheduler ended with status 2 before it was attached', self.done.stderr)
        self.assertIn('--no-such-option', self.done.stderr)

    def test_the_kernels_own_scheduler_has_no_bpf(self):
        own = self.runs[0]
        self.assertEqual((own['programs'], own['bpf_instructions_per_round_trip']), ([], 0))
        self.assertIsNone(own['attach_s'])
        # Four system calls and two switches: thousands of instructions, not hundreds of thousands.
        self.assertTrue(3_000 < own['instructions_per_round_trip'] < 100_000, own)

    def test_each_round_trip_is_two_wakeups_and_two_switches(self):
        programs = {p['program']: p for p in self.runs[1]['programs']}
        for name in ('simple_enqueue', 'simple_dispatch', 'simple_running', 'simple_stopping'):
            calls = programs[name]['calls']
            # Whatever else runs in the guest may add a few.
            self.assertTrue(2 * ROUND_TRIPS - 2 <= calls <= 2.1 * ROUND_TRIPS, (name, calls))
            self.assertTrue(20 < programs[name]['instructions_per_call'] < 10_000, programs[name])
            self.assertTrue(programs[name]['all_calls'] > calls, programs[name])
            self.assertGreater(programs[name]['verified_instructions'], 0)

    def test_what_happens_once_is_counted_over_the_whole_life(self):
        programs = {p['program']: p for p in self.runs[1]['programs']}
        for name in ('simple_init', 'scx_default_exit'):
            self.assertEqual((programs[name]['calls'], programs[name]['all_calls']), (0, 1), name)
        # As many tasks leave as came.
        self.assertGreater(programs['scx_default_init_task']['all_calls'], 10)
        self.assertEqual(programs['scx_default_init_task']['all_calls'],
                         programs['scx_default_exit_task']['all_calls'])

    def test_the_sums_agree_with_their_parts(self):
        simple = self.runs[1]
        parts = sum(p['calls'] * p['instructions_per_call'] for p in simple['programs'] if p['calls'])
        self.assertAlmostEqual(simple['bpf_instructions_per_round_trip'], parts / ROUND_TRIPS, places=3)
        self.assertLess(parts / ROUND_TRIPS, simple['instructions_per_round_trip'])
        self.assertTrue(0.01 < simple['attach_s'] < 60, simple['attach_s'])


if __name__ == '__main__':
    if sys.argv[1] == 'vm':
        Measured.pipe_cost, Measured.simple = sys.argv[2:4]
        ended = unittest.main(argv=sys.argv[:1] + ['-v', 'Measured'], exit=False)
        sys.exit(SKIPPED if ended.result.skipped else not ended.result.wasSuccessful())
    unittest.main(argv=sys.argv[:1] + ['-v', 'CommandLine', 'Tables'])
