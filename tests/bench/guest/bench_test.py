#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""tools/bench: its command line, figures and tables, and, with "vm", a short run of all workloads.

usage: bench_test.py unit
       bench_test.py vm BENCH_GUEST SCX_SIMPLE
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '..', 'tools')
BENCH = os.path.join(TOOLS, 'bench')
sys.path.insert(0, TOOLS)

from lab import bench_figures, bench_plan, bench_tables, document            # noqa: E402
from lab.errors import UsageError                                            # noqa: E402

ROUND_TRIPS = 200
SKIPPED = 77


def run(*arguments):
    return subprocess.run([BENCH, *arguments], capture_output=True, text=True, check=False)


class CommandLine(unittest.TestCase):
    def read(self, *texts):
        return [(s.name, s.program, s.options) for s in bench_plan.read_schedulers(texts)]

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

    def test_the_kernels_own_scheduler_has_its_name_already(self):
        with self.assertRaisesRegex(UsageError, "two schedulers are called kernel's own"):
            self.read("kernel's own=/bin/sh")

    def test_numbers_have_their_ranges(self):
        for option, value in (('--round-trips', '0'), ('--repeat', '0'), ('--scale', '0')):
            self.assertEqual(run(option, value, '/bin/sh').returncode, 2, option)

    def test_workloads_come_in_their_own_order(self):
        self.assertEqual(bench_plan.read_workloads('mix,pipe'), ['pipe', 'mix'])
        for wrong in ('mix,nosuch', '', 'pipe,'):
            with self.assertRaises(UsageError):
                bench_plan.read_workloads(wrong)

    def test_the_plan_is_scaled_but_for_the_round_trips(self):
        options = argparse.Namespace(repeat=2, workload='pipe', round_trips=7, scale=0.5)
        plan = bench_plan.make_plan(options, [bench_plan.Scheduler('x', '/a/b', ['-c'])])
        self.assertEqual([s['command'] for s in plan['schedulers']], [[], ['/bench/0/b', '-c']])
        self.assertEqual((plan['round_trips'], plan['messaging_loops'], plan['mix_ms']),
                         (7, 25, 5000))


def said(scheduler, round_, factor):
    """What the guest says of a made-up run."""
    return {'scheduler': scheduler, 'round': round_, 'attach_ns': 1_500_000_000,
            'memory': {'resident_kib': 1000, 'peak_kib': 2000, 'anonymous_kib': 500,
                       'maps_bytes': 4096},
            'workloads': {
                'pipe': {'round_trips': 10, 'ns': 200_000 * factor},
                'mix': {'hogs': [{'nice': 0, 'cpu_ns': 2 * 1024}, {'nice': 5, 'cpu_ns': 335}]}},
            'programs': [
                {'name': 'once', 'verified': 7, 'calls': 0, 'instructions': 0, 'all_calls': 1,
                 'all_instructions': 1234},
                {'name': 'often', 'verified': 3, 'calls': 20, 'instructions': 5000,
                 'all_calls': 30, 'all_instructions': 9000},
                {'name': 'never', 'verified': 5, 'calls': 0, 'instructions': 0, 'all_calls': 0,
                 'all_instructions': 0}]}


class Figures(unittest.TestCase):
    def test_sums_and_shares(self):
        one = bench_figures.summarize(said('x', 1, 1))
        self.assertEqual(one['attach_s'], 1.5)
        self.assertEqual(one['instructions_per_round_trip'], 20_000)
        self.assertEqual(one['bpf_instructions_per_round_trip'], 500)
        self.assertEqual(one['verified_instructions'], 15)
        self.assertIsNone(one['messaging_s'])
        once, often, never = one['programs']
        self.assertEqual((often['instructions_per_call'], often['all_instructions_per_call']),
                         (250, 300))
        self.assertEqual((once['instructions_per_call'], once['all_instructions_per_call']),
                         (None, 1234))
        self.assertIsNone(never['all_instructions_per_call'])

    def test_shares_are_compared_with_the_weights(self):
        one = bench_figures.summarize(said('x', 1, 1))
        # Weights 1024 and 335, and the first got twice what it should beside the second.
        got = 335 / (2 * 1024 + 335)
        due = 335 / (1024 + 335)
        self.assertAlmostEqual(one['mix'][1]['share'], got)
        self.assertAlmostEqual(one['mix'][1]['due'], due)
        self.assertAlmostEqual(one['mix_deviation_percent'], (1 - got / due) * 100)

    def test_a_ratio_is_to_the_same_round_and_the_median_counts(self):
        runs = [said('own', i + 1, own) for i, own in enumerate((1, 2, 4))]
        runs += [said('x', i + 1, x) for i, x in enumerate((1, 8, 12))]
        own, x = bench_figures.summarize_all(runs, 'own', {'x': 5})
        for key, value in (('median', 3), ('min', 1), ('max', 4)):
            self.assertAlmostEqual(x['ratios']['pipe_s'][key], value)
        self.assertEqual(own['ratios']['pipe_s'], {'median': 1, 'min': 1, 'max': 1})
        self.assertEqual((x['rounds'], x['stripped_binary_bytes']), (3, 5))
        self.assertEqual(x['programs'][1]['calls'], 60)

    def test_a_scheduler_that_failed_later_keeps_its_earlier_rounds(self):
        runs = [said('own', 1, 1), said('x', 1, 2), said('own', 2, 1),
                {'scheduler': 'x', 'round': 2, 'error': 'gone', 'evidence': ''}]
        _, x = bench_figures.summarize_all(runs, 'own', {})
        self.assertEqual((x['rounds'], x['ratios']['pipe_s']['median']), (1, 2))


class Tables(unittest.TestCase):
    def cells(self, lines):
        return [[cell.strip() for cell in line.strip('|').split('|')] for line in lines]

    def test_programs_are_a_markdown_table_with_the_busiest_first(self):
        summary = bench_figures.summarize_all([said('x', 1, 1)], 'own', {})[0]
        lines = bench_tables.program_table(summary)
        self.assertEqual({line.count('|') for line in lines}, {7})
        cells = self.cells(lines)
        self.assertEqual([row[0] for row in cells[2:]], ['often', 'once', 'never'])
        self.assertEqual(cells[3], ['once', '0', '–', '1', '1,234', '7'])

    def test_what_nobody_measured_has_no_row_and_spreads_are_shown(self):
        runs = [said('own', 1, 1), said('own', 2, 1), said('x', 1, 2), said('x', 2, 3)]
        summaries = bench_figures.summarize_all(runs, 'own', {'x': 2_000_000})
        rows = {row[0]: row[1:] for row in self.cells(bench_tables.overview(summaries))}
        self.assertNotIn('messaging, s', rows)
        self.assertEqual(rows['instructions a round trip'], ['20,000', '50,000 (40,000–60,000)'])
        self.assertEqual(rows['stripped binary, MB'], ['–', '2.00'])
        ratios = {row[0]: row[1:] for row in self.cells(bench_tables.comparison(summaries))}
        self.assertEqual(ratios['pipe'], ['1.00', '2.50 (2.00–3.00)'])


class Document(unittest.TestCase):
    TEXT = 'a\n<!-- tools/bench -x 1 -->\n<!-- end -->\nb\n<!-- tools/bench y -->\nold\n<!-- end -->\nc\n'

    def test_every_block_gets_what_its_own_command_prints(self):
        new = document.renewed(self.TEXT, 'bench', lambda arguments: f'of {arguments}\n')
        self.assertEqual(new, 'a\n<!-- tools/bench -x 1 -->\nof -x 1\n<!-- end -->\nb\n'
                              '<!-- tools/bench y -->\nof y\n<!-- end -->\nc\n')
        self.assertEqual(document.renewed(new, 'bench', lambda arguments: f'of {arguments}'), new)

    def test_a_document_whose_command_fails_stays_as_it_is(self):
        with tempfile.NamedTemporaryFile('w+') as file:
            file.write('<!-- tools/bench /nosuch/scx -->\nold\n<!-- end -->\n')
            file.flush()
            self.assertEqual(run('--renew', file.name).returncode, 2)
            file.seek(0)
            self.assertIn('\nold\n', file.read())

    def test_a_document_without_a_block_is_wrong_usage(self):
        self.assertEqual(run('--renew', '/dev/null').returncode, 2)
        self.assertEqual(run('--renew', '/dev/null', '/bin/sh').returncode, 2)
        self.assertEqual(run().returncode, 2)


class Measured(unittest.TestCase):
    """One boot: the kernel's own scheduler, scx_simple, and two that do not last."""
    guest = simple = ''

    @classmethod
    def setUpClass(cls):
        cls.done = run('--kernel', '7.3', '--smp', '2', '--repeat', '1', '--scale', '0.05',
                       '--round-trips', str(ROUND_TRIPS), '--json', '--guest', cls.guest,
                       '--workload', ','.join(bench_plan.WORKLOADS),
                       cls.simple, f'broken={cls.simple} --no-such-option',
                       f'short={cls.simple} --run-for 1')
        if cls.done.returncode == SKIPPED:
            raise unittest.SkipTest(cls.done.stderr)
        cls.said = json.loads(cls.done.stdout)
        cls.runs = {run['scheduler']: run for run in cls.said['runs']}
        cls.own, cls.measured = cls.runs["kernel's own"], cls.runs['scx_simple']

    def test_a_scheduler_that_does_not_attach_is_named_with_its_words(self):
        self.assertEqual(self.done.returncode, 1)
        self.assertIn('broken: round 1: the scheduler ended with status 2 before it was attached',
                      self.done.stderr)
        self.assertIn('--no-such-option', self.done.stderr)

    def test_a_scheduler_that_ends_during_a_workload_is_named_with_the_workload(self):
        self.assertRegex(self.runs['short']['error'],
                         f'^({"|".join(bench_plan.WORKLOADS)}): the scheduler ended with status 0')
        self.assertIn('its time is over', self.runs['short']['evidence'])
        self.assertEqual([s['scheduler'] for s in self.said['summaries']],
                         ["kernel's own", 'scx_simple'])

    def test_progress_says_which_workload_under_which_scheduler(self):
        for workload in bench_plan.WORKLOADS:
            self.assertIn(f'bench: round 1 of 1: scx_simple: {workload}\n', self.done.stderr)

    def test_the_kernels_own_scheduler_has_no_bpf(self):
        self.assertEqual((self.own['programs'], self.own['bpf_instructions_per_round_trip']), ([], 0))
        self.assertIsNone(self.own['attach_s'])
        # Four system calls and two switches: thousands of instructions, not hundreds of thousands.
        self.assertTrue(3_000 < self.own['instructions_per_round_trip'] < 100_000, self.own)

    def test_each_round_trip_is_two_wakeups_and_two_switches(self):
        programs = {p['program']: p for p in self.measured['programs']}
        for name in ('simple_dispatch', 'simple_running', 'simple_stopping'):
            calls = programs[name]['calls']
            # Whatever else runs in the guest may add a few, and so may two wakeups that meet.
            self.assertTrue(1.9 * ROUND_TRIPS <= calls <= 2.3 * ROUND_TRIPS, (name, calls))
            self.assertTrue(20 < programs[name]['instructions_per_call'] < 10_000, programs[name])
            self.assertTrue(programs[name]['all_calls'] > calls, programs[name])
            self.assertGreater(programs[name]['verified_instructions'], 0)

    def test_what_happens_once_is_counted_over_the_whole_life(self):
        programs = {p['program']: p for p in self.measured['programs']}
        for name in ('simple_init', 'scx_default_exit'):
            self.assertEqual((programs[name]['calls'], programs[name]['all_calls']), (0, 1), name)
        # The tasks of the guest: they come, and leave again.
        for name in ('scx_default_init_task', 'scx_default_exit_task'):
            self.assertGreater(programs[name]['all_calls'], 10)

    def test_the_sums_agree_with_their_parts(self):
        parts = sum(p['calls'] * p['instructions_per_call']
                    for p in self.measured['programs'] if p['calls'])
        self.assertAlmostEqual(self.measured['bpf_instructions_per_round_trip'],
                               parts / ROUND_TRIPS, places=3)
        self.assertLess(parts / ROUND_TRIPS, self.measured['instructions_per_round_trip'])

    def test_every_figure_is_there_and_could_be_true(self):
        for key in bench_figures.COMPARED:
            for one in (self.own, self.measured):
                self.assertTrue(0 < one[key] < 1e6, (key, one[key]))
        self.assertTrue(0.01 < self.measured['attach_s'] < 60)
        self.assertTrue(500 < self.measured['resident_kib'] <= self.measured['peak_kib'] < 1e6)
        self.assertTrue(0 < self.measured['anonymous_kib'] < self.measured['resident_kib'])
        self.assertTrue(0 < self.measured['maps_bytes'] < 1e9)
        simple = self.said['summaries'][1]
        self.assertTrue(1e5 < simple['stripped_binary_bytes'] <= os.path.getsize(self.simple))

    def test_the_workloads_are_what_the_plan_says(self):
        found = self.own['workloads']
        self.assertEqual((found['messaging']['messages'], found['messaging']['processes']),
                         (800 * self.said['plan']['messaging_loops'], 80))
        self.assertEqual(found['forks']['processes'], 1 + 3 * self.said['plan']['jobs'])
        timers = found['timers']
        self.assertTrue(timers['average_ns'] <= timers['p99_ns'] <= timers['max_ns'], timers)
        # Four threads, 200 times a second at most.
        most = 4 * self.said['plan']['timers_ms'] / 5
        self.assertTrue(4 <= timers['samples'] <= most, timers)

    def test_what_parts_are_for_has_figures_that_could_be_true(self):
        for one in (self.own, self.measured):
            for workload in ('disturbed', 'frames', 'pinned'):
                average, most = one[f'{workload}_average_us'], one[f'{workload}_max_us']
                self.assertTrue(0 <= average <= most < 10e6, (workload, average, most))
            self.assertTrue(-100 < one['handover_us'] < 10e6, one['handover_us'])
            self.assertTrue(0.99 < one['light_cpus'] <= 2.01, one['light_cpus'])
            self.assertTrue(0 <= one['spread_unevenness_percent'] <= 400, one)
            # Two CPUs, of which the bursts want six at once.
            self.assertTrue(2 < one['bursts_switches'] < 1e5, one['bursts_switches'])
            self.assertTrue(0 <= one['forks_migrations'] < 1e5, one['forks_migrations'])

    def test_the_shares_of_the_mix_add_up_on_one_cpu(self):
        for one in (self.own, self.measured):
            self.assertAlmostEqual(sum(hog['share'] for hog in one['mix']), 1)
            self.assertAlmostEqual(sum(hog['due'] for hog in one['mix']), 1)
            self.assertEqual([hog['nice'] for hog in one['mix']], [0, 0, 5, -5])
            used_ms = sum(hog['cpu_ns'] for hog in one['workloads']['mix']['hogs']) / 1e6
            # Two CPUs would have given twice the time; a tick or two may pass before the end.
            self.assertTrue(0.5 < used_ms / self.said['plan']['mix_ms'] < 1.5, used_ms)


if __name__ == '__main__':
    if sys.argv[1] == 'vm':
        Measured.guest, Measured.simple = sys.argv[2:4]
        ended = unittest.main(argv=sys.argv[:1] + ['-v', 'Measured'], exit=False)
        sys.exit(SKIPPED if ended.result.skipped else not ended.result.wasSuccessful())
    unittest.main(argv=sys.argv[:1] + ['-v', 'CommandLine', 'Figures', 'Tables', 'Document'])
