# SPDX-License-Identifier: GPL-2.0-only
"""tools/fidelity: what a guest says, what is simulated of it, and how near that is."""
import json
import os
import subprocess
import unittest

import support      # noqa: F401  (puts tools/ on the path)
from lab import fidelity_figures, fidelity_guest, fidelity_sim, fidelity_tables
from lab.errors import LabError, UsageError

FIDELITY = os.path.join(fidelity_guest.ROOT, 'tools', 'fidelity')
COSTS = {'turns_a_ms': 250_000, 'hz': 250, 'tick_ns': 7000, 'context_switch_ns': 8000, 'wakeup_ns': 6000,
         'interrupt_ns': 5000, 'kick_ns': 3000}
OTHERS = [
    {'comm': 'kworker/0:0', 'nice': -3, 'policy': 0, 'run_ns': 400_000, 'wait_ns': 1_600_000, 'turns': 10},
    {'comm': 'migration/0', 'nice': 0, 'policy': 1, 'run_ns': 90_000, 'wait_ns': 0, 'turns': 3},
]


def kind(name, run_ns, mean_ns=0.0, count=0):
    return {'name': name, 'run_ns': run_ns, 'latency_ns': {'count': count, 'mean': mean_ns}}


def played(*kinds):
    return {'workload': 'game', 'measured_ns': 12_000_000, 'kinds': list(kinds), 'others': OTHERS}


def cells(scheduler, real_us, simulated_us, real_share=50, simulated_share=50):
    run = played(kind('frames', real_share, real_us * 1e3, 500), kind('hog', 100 - real_share))
    simulated = {'frames': {'run_ns': simulated_share, 'latency_ns': simulated_us * 1e3},
                 'hog': {'run_ns': 100 - simulated_share, 'latency_ns': 0}}
    return fidelity_figures.cells(scheduler, run, simulated)


class Guest(unittest.TestCase):
    def test_its_lines(self):
        run = played(kind('hog', 1))
        text = ('release 7.3.4\n'
                f'costs scx_simple {json.dumps(COSTS)}\ncosts scx_lavd {json.dumps(COSTS | {"hz": 1000})}\n'
                f'played scx_lavd {json.dumps(run)}\n')
        release, costs, runs = fidelity_guest.read_lines(text)
        self.assertEqual((release, costs['simple'], costs['lavd']['hz']), ('7.3.4', COSTS, 1000))
        self.assertEqual(runs, [{'scheduler': 'lavd'} | run])

    def test_one_that_says_nothing_is_an_error(self):
        for text in ('', 'release 7.3.4\n', f'costs scx_simple {json.dumps(COSTS)}\n'):
            with self.assertRaises(LabError):
                fidelity_guest.read_lines(text)

    def test_what_is_wanted_of_what_it_said(self):
        runs = [{'scheduler': 'lavd', 'workload': 'a'}, {'scheduler': 'qmap', 'workload': 'a'}]
        self.assertEqual(fidelity_guest.chosen(runs, ['qmap'], ['a']), runs[1:])
        with self.assertRaisesRegex(UsageError, 'b under scx_lavd'):
            fidelity_guest.chosen(runs, ['lavd'], ['a', 'b'])

    def test_workloads_are_names_or_files(self):
        file, = fidelity_guest.workload_files(['weights'])
        self.assertTrue(file.endswith('tests/vm/fidelity/weights.json'))
        self.assertEqual(fidelity_guest.workload_files([file]), [file])
        for wrong in (['nosuch'], ['/nosuch/weights.json'], ['weights', file]):
            with self.assertRaises(UsageError):
                fidelity_guest.workload_files(wrong)

    def test_the_usual_workloads_are_there(self):
        for file in fidelity_guest.workload_files(fidelity_guest.USUAL):
            with open(file, encoding='utf-8') as text:
                self.assertTrue(json.load(text)['tasks'], file)


class Simulated(unittest.TestCase):
    def test_who_ran_beside_the_workload_runs_as_often_and_as_long(self):
        beside = fidelity_sim.background(played(), COSTS)
        self.assertEqual(list(beside), ['beside0'])     # the other one is no task of a scheduler's
        task = beside['beside0']
        # 40 µs a turn, 8 of them the switch; asleep for 10 ms of the 12
        self.assertEqual((task['priority'], task['run'], task['sleep']), (-3, 32, [500, 1500]))

    def test_a_program_sees_the_switch_and_its_timer(self):
        for task, extra in (({'run': 1, 'timer': {}}, 13_000), ({'sleep2': 5, 'run': 1}, 13_000),
                            ({'phases': {'a': {'sleep': 5}}}, 13_000), ({'suspend': 'a'}, 8000)):
            self.assertEqual(fidelity_sim.seen_by_program(1000, task, COSTS), 1000 + extra, task)
        self.assertEqual(fidelity_sim.seen_by_program(0, {'run': 1}, COSTS), 0)

    def test_a_policy_has_a_part_in_two_costs(self):
        both = {'simple': COSTS, 'lavd': {name: 2 * value for name, value in COSTS.items()}}
        costs = fidelity_sim.costs(both)
        self.assertNotIn('turns_a_ms', costs)
        self.assertEqual((costs['tick_ns'], costs['context_switch_ns'], costs['refill_far_ns']),
                         (7000, 8000, 0))
        self.assertEqual(fidelity_sim.costs(both, 'lavd'),
                         costs | {'context_switch_ns': 16000, 'wakeup_ns': 12000})


class Figures(unittest.TestCase):
    def verdict(self, *all_cells):
        return fidelity_figures.verdict([cell for some in all_cells for cell in some])

    def test_near_is_three_points_and_a_quarter(self):
        good = self.verdict(cells('lavd', 100, 125, 50, 53))
        self.assertEqual((good['far'], good['shares'], good['latencies']),
                         ([], {'all': 2, 'near': 2}, {'all': 1, 'near': 1}))
        for wrong in (cells('lavd', 100, 126), cells('lavd', 100, 74)):
            self.assertEqual([cell['figure'] for cell in self.verdict(wrong)['far']], ['latency_us'])
        self.assertEqual(len(self.verdict(cells('lavd', 100, 100, 50, 53.1))['far']), 2)

    def test_few_latencies_are_no_figure(self):
        run = played(kind('frames', 1, 5e3, fidelity_figures.FEW - 1))
        found = fidelity_figures.cells('lavd', run, {'frames': {'run_ns': 1, 'latency_ns': 0}})
        self.assertEqual([cell['figure'] for cell in found], ['share_percent'])

    def test_schedulers_in_another_order_are_named(self):
        self.assertEqual(self.verdict(cells('lavd', 100, 120), cells('qmap', 110, 130))['reversed'], [])
        found = self.verdict(cells('lavd', 100, 120), cells('qmap', 110, 115))['reversed']
        self.assertEqual([(one['figure'], one['schedulers']) for one in found],
                         [('latency_us', ['lavd', 'qmap'])])

    def test_schedulers_that_are_alike_have_no_order(self):
        self.assertEqual(self.verdict(cells('lavd', 100, 104), cells('qmap', 104, 100))['reversed'], [])

    def test_the_table_shows_what_is_too_far_off(self):
        found = cells('lavd', 100, 126)
        text = '\n'.join(fidelity_tables.comparison(found, ['lavd']))
        self.assertIn('**100 → 126 (× 1.26)**', text)
        self.assertIn(' 50.0 → 50.0 (+0.0)', text)


class Command(unittest.TestCase):
    def run_it(self, *arguments):
        return subprocess.run([FIDELITY, *arguments], capture_output=True, text=True, check=False)

    def test_wrong_usage(self):
        for arguments in (['nosuch'], ['--workload', 'nosuch'], ['--seeds', '0'],
                          ['--renew', 'docs/lab.md', 'lavd'], ['--renew', '/nosuch']):
            done = self.run_it(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ''), arguments)
            self.assertTrue(done.stderr, arguments)


if __name__ == '__main__':
    unittest.main()
