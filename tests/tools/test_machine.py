# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's command line, the verdict on a run, and what the console says."""
import contextlib
import io
import os
import tempfile
import types
import unittest

import support
from lab import builds, console, kernels, machine
from lab.emulator import Emulator
from lab.errors import Unavailable, UsageError

vm = support.load_vm()
MIB = 1 << 20


def command_line(version=(10, 0), **kwargs):
    with tempfile.NamedTemporaryFile() as initrd:
        spec = machine.Spec('/k/vmlinux', initrd.name, **kwargs)
        return machine.command_line(spec, Emulator(('qemu',), version), (5, 6, 7, 8))


def value(argv, option):
    return argv[argv.index(option) + 1]


class CommandLine(unittest.TestCase):
    def test_cpus_are_counted_in_every_form(self):
        for text, count in (('4', 4), ('16,sockets=2,dies=2,cores=2,threads=2', 16), ('cpus=8', 8),
                            ('sockets=2,cores=4', 8)):
            self.assertEqual(machine.cpu_count(text), count, text)
        for text in ('0', '-1', 'x', '4,4', 'sockets=x', '', '4,maxcpus=200'):
            with self.assertRaises(UsageError, msg=text):
                machine.cpu_count(text)

    def test_sizes(self):
        self.assertEqual(machine.parse_size('512M'), 512 * MIB)
        self.assertEqual(machine.parse_size('2G'), 2048 * MIB)
        self.assertEqual(machine.parse_size('1024'), 1024 * MIB)
        for text in ('0', 'x', '3X', '-1G', ''):
            with self.assertRaises(UsageError, msg=text):
                machine.parse_size(text)

    def test_memory_grows_with_cpus_and_files(self):
        self.assertEqual(machine.default_memory(4, 40 * MIB), 1024 * MIB)
        self.assertGreater(machine.default_memory(64, 40 * MIB), 1024 * MIB)
        self.assertGreater(machine.default_memory(4, 400 * MIB), 1200 * MIB)

    def test_nodes_share_the_memory(self):
        argv, total = machine.numa_arguments(
            ['node,nodeid=0', 'node,nodeid=1,cpus=2-3', 'dist,src=0,dst=1,val=20'], 1024 * MIB)
        self.assertEqual(total, 1024 * MIB)
        self.assertEqual(argv, [
            '-object', f'memory-backend-ram,id=scxxmem0,size={512 * MIB}',
            '-numa', 'node,nodeid=0,memdev=scxxmem0',
            '-object', f'memory-backend-ram,id=scxxmem1,size={512 * MIB}',
            '-numa', 'node,nodeid=1,cpus=2-3,memdev=scxxmem1',
            '-numa', 'dist,src=0,dst=1,val=20'])
        argv, total = machine.numa_arguments([f'node,nodeid={i}' for i in range(3)], 1024 * MIB)
        self.assertEqual(total % 3, 0)
        self.assertLessEqual(total, 1024 * MIB)

    def test_a_topology_gets_a_processor_that_shows_it(self):
        self.assertEqual(value(command_line(), '-cpu'), 'max')
        self.assertEqual(value(command_line(smp='8,sockets=2'), '-cpu'), 'SapphireRapids')
        self.assertEqual(value(command_line((7, 2), smp='8,sockets=2'), '-cpu'), 'max,vendor=GenuineIntel')
        self.assertEqual(value(command_line(smp='8,sockets=2', cpu='EPYC'), '-cpu'), 'EPYC')

    def test_icount_is_one_thread(self):
        self.assertEqual(value(command_line(), '-accel'), 'tcg,thread=multi')
        for shift in 0, 7:
            argv = command_line(icount=shift)
            self.assertEqual(value(argv, '-accel'), 'tcg,thread=single')
            self.assertEqual(value(argv, '-icount'), f'shift={shift},align=off,sleep=off')

    def test_possible_cpus_are_those_of_smp_or_more(self):
        for smp, possible in (('4', 0), ('4', 4), ('4', 8192), ('8,sockets=2', 0)):
            machine.check_possible(smp, possible)
        for smp, possible in (('4', 3), ('4', 8193), ('4', -1), ('4,maxcpus=8', 64), ('sockets=2', 64)):
            with self.assertRaises(UsageError, msg=(smp, possible)):
                machine.check_possible(smp, possible)

    def test_possible_cpus_take_memory_and_leave_the_kernels_buffers_small(self):
        self.assertNotIn('swiotlb', value(command_line(), '-append'))
        argv = command_line(possible=1024)
        self.assertIn(' swiotlb=noforce log_buf_len=256K', value(argv, '-append'))
        memory = [machine.default_memory(4, 40 * MIB, possible) for possible in (1024, 4160, 8192)]
        self.assertTrue(1280 * MIB <= memory[0] <= 2048 * MIB, memory)
        self.assertTrue(5120 * MIB < memory[1] <= 6144 * MIB, memory)
        self.assertTrue(15 << 30 < memory[2] < 18 << 30, memory)

    def test_the_users_kernel_arguments_come_last(self):
        self.assertTrue(value(command_line(append='quiet x=1'), '-append').endswith(' quiet x=1'))


LOG = '''\
[    0.6] WARNING: CPU: 0 PID: 1 at arch/x86/boot.c:1 at_boot+0x1/0x2
[    2.0] scxx-lab: the command starts
[    2.1] sched_ext: BPF scheduler "lavd" enabled
[    2.9] sched_ext: BPF scheduler "lavd" disabled (unregistered from user space)
'''


class Console(unittest.TestCase):
    def found(self, *lines):
        text = LOG + ''.join(line + '\r\n' for line in lines)
        return console.warnings(console.after_start(console.clean(text.encode())))

    def test_a_quiet_run_has_no_warnings(self):
        self.assertEqual(self.found(), [])
        self.assertEqual(self.found('[    3.0] scxx-lab: the command ended',
                                    '[    3.1] hackbench[12]: this is no WARNING at all'), [])

    def test_what_a_kernel_says_in_trouble_is_found(self):
        for line in (
                '[   12.3] WARNING: CPU: 1 PID: 99 at kernel/sched/ext.c:1234 scx_foo+0x12/0x34',
                '[   12.3] WARNING: kernel/sched/ext.c:1234 at scx_foo+0x12/0x34, CPU#1: sh/99',
                '[   12.3][  T12] BUG: kernel NULL pointer dereference, address: 0000000000000000',
                '[   12.3] BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 32s!',
                '[   12.3] Oops: 0002 [#1] SMP NOPTI',
                '[   12.3] Oops: general protection fault, probably for non-canonical address',
                '[   12.3] rcu: INFO: rcu_preempt self-detected stall on CPU',
                '[   12.3] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:',
                '[   12.3] watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [hackbench:99]',
                '[   12.3] INFO: task kworker/0:1:9 blocked for more than 120 seconds.',
                '[   12.3] sched_ext: BPF scheduler "lavd" disabled (runnable task stall)',
                '[   12.3] sched_ext: BPF scheduler "lavd" disabled (scx_bpf_error)',
                '[   12.3] Kernel panic - not syncing: Fatal exception'):
            self.assertEqual(self.found(line), [line])

    def test_warnings_at_boot_are_not_the_commands(self):
        self.assertEqual(self.found(), [])
        self.assertEqual(console.after_start(['[ 0.1] WARNING: x']), [])

    def test_the_emulators_crash_is_told_from_others(self):
        self.assertTrue(console.is_emulator_crash(['[   1.2] Oops: int3: 0000 [#1] SMP NOPTI']))
        self.assertFalse(console.is_emulator_crash(['[   1.2] Oops: 0000 [#1] SMP NOPTI']))


class PossibleCpus(unittest.TestCase):
    """check_possible() of tools/vm: what a kernel's configuration says of it."""

    def refused(self, config, possible, variant=''):
        with tempfile.NamedTemporaryFile('w') as file:
            file.write(config)
            file.flush()
            kernel = kernels.Kernel('/k', 'r', '7.3', 'x', variant, config=file.name if config else '')
            try:
                vm.check_possible(kernel, possible)
            except Unavailable as error:
                return str(error)
        return ''

    def test_a_kernel_that_cannot_is_named(self):
        able = 'CONFIG_ACPI_TABLE_UPGRADE=y\nCONFIG_NR_CPUS=512\n'
        self.assertEqual(self.refused(able, 512), '')
        self.assertIn('built for 512 CPUs', self.refused(able, 513))
        self.assertIn('CONFIG_ACPI_TABLE_UPGRADE', self.refused('CONFIG_NR_CPUS=512\n', 512))

    def test_without_a_configuration_the_name_tells_or_nothing_does(self):
        self.assertEqual(self.refused('', 8192), '')
        self.assertEqual(self.refused('', 64, 'nr64'), '')
        self.assertIn('built for 64 CPUs', self.refused('', 65, 'nr64'))


class Verdict(unittest.TestCase):
    """judge(): the exit status, and what is said."""

    def judge(self, outcome, lines=(), **options):
        given = types.SimpleNamespace(timeout=5, fail_on_warning=False, log='/x.log')
        vars(given).update(options)
        out = io.StringIO()
        with contextlib.redirect_stderr(out):
            status = vm.judge(given, outcome, list(lines), '/x.log')
        return status, out.getvalue()

    def test_the_commands_status_is_ours(self):
        for status in (0, 7, 137):
            self.assertEqual(self.judge(machine.Outcome(status=status, ready=True)), (status, ''))

    def test_a_time_out_says_how_far_it_came(self):
        status, text = self.judge(machine.Outcome(timed_out=True, ready=True), ['last words'])
        self.assertEqual(status, 124)
        self.assertIn('the command had not ended', text)
        self.assertIn('last words', text)
        self.assertIn('/x.log', text)
        self.assertIn('first process', self.judge(machine.Outcome(timed_out=True))[1])

    def test_a_guest_that_goes_down_is_an_error(self):
        self.assertEqual(self.judge(machine.Outcome(ready=True, qemu_status=0))[0], 125)
        status, text = self.judge(machine.Outcome(qemu_status=1, qemu_errors='no such CPU'))
        self.assertEqual(status, 125)
        self.assertIn('no such CPU', text)

    def test_a_warning_counts_only_where_asked(self):
        lines = [console.STARTED, '[ 1.0] WARNING: bad', console.ENDED]
        done = machine.Outcome(status=0, ready=True)
        self.assertEqual(self.judge(done, lines)[0], 0)
        status, text = self.judge(done, lines, fail_on_warning=True)
        self.assertEqual(status, 123)
        self.assertIn('WARNING: bad', text)


class Restarts(unittest.TestCase):
    """boot_surely(): what is tried again, and how often."""

    CRASH = ['[ 1.0] Oops: int3: 0000 [#1]']

    def boots(self, *runs):
        runs = list(runs)
        vm.boot = lambda *_: (self.count.append(1), runs.pop(0))[1]
        vm.keep_log = lambda path: path
        self.count = []
        with contextlib.redirect_stderr(io.StringIO()):
            outcome, _ = vm.boot_surely(None, None, None, '/x.log')
        return outcome.status, len(self.count)

    def test_the_emulators_crash_is_tried_again_once_while_the_command_ran(self):
        crash = (machine.Outcome(ready=True), self.CRASH)
        good = (machine.Outcome(ready=True, status=0), [])
        self.assertEqual(self.boots(good), (0, 1))
        self.assertEqual(self.boots(crash, good), (0, 2))
        self.assertEqual(self.boots(crash, crash, good), (None, 2))

    def test_at_boot_it_is_tried_again_more_often(self):
        crash = (machine.Outcome(), self.CRASH)
        self.assertEqual(self.boots(crash, crash, crash, (machine.Outcome(status=3), [])), (3, 4))
        self.assertEqual(self.boots(*[crash] * 9), (None, 5))

    def test_other_crashes_are_not_tried_again(self):
        self.assertEqual(self.boots((machine.Outcome(ready=True), ['Oops: 0000'])), (None, 1))
        self.assertEqual(self.boots((machine.Outcome(timed_out=True), self.CRASH)), (None, 1))


class Options(unittest.TestCase):
    def test_the_command_is_not_read_as_options(self):
        options = vm.parse(['run', '--kernel', '7.2', '--', 'ls', '--kernel', '--', '-v'])
        self.assertEqual(options.kernel, '7.2')
        self.assertEqual(options.command, ['ls', '--kernel', '--', '-v'])

    def test_options_that_may_be_given_again(self):
        options = vm.parse(['run', '--numa', 'a', '--numa', 'b', '--file', 'x', '--file', 'y:/z', '--', 'true'])
        self.assertEqual((options.numa, options.file), (['a', 'b'], ['x', 'y:/z']))

    def test_wrong_usage_ends_with_2(self):
        for arguments in ([], ['run'], ['run', '--'], ['run', '--nosuch', '--', 'x'], ['fly'],
                          ['run', '--timeout', 'soon', '--', 'x'], ['fetch', '--', '7.2'],
                          ['run', '--tim', '3', '--', 'x']):
            with self.assertRaises(SystemExit) as caught, contextlib.redirect_stderr(io.StringIO()):
                vm.parse(arguments)
            self.assertEqual(caught.exception.code, 2, arguments)

    def test_the_newest_build_is_taken(self):
        with tempfile.TemporaryDirectory() as root:
            os.environ.pop('SCXX_PROGRAMS', None)
            self.assertIsNone(builds.programs_folder(None, root))
            for age, name in ((100, 'release'), (200, 'dev')):
                folder = os.path.join(root, 'build', name, 'bin')
                os.makedirs(folder)
                path = os.path.join(folder, 'scx_x')
                with open(path, 'wb'):
                    pass
                os.utime(path, (age, age))
            self.assertEqual(builds.programs_folder(None, root), os.path.join(root, 'build', 'dev', 'bin'))
            self.assertEqual(builds.programs_folder(root), root)
            with self.assertRaises(UsageError):
                builds.programs_folder('/nosuch')


if __name__ == '__main__':
    unittest.main()
