# SPDX-License-Identifier: GPL-2.0-only
"""The lab itself, on one kernel: output, exit status, time-out, a guest that goes down."""
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from support import TOOLS, run

VM = os.path.join(TOOLS, 'vm')
KERNEL = '6.18'


os.environ.pop('SCXX_PROGRAMS', None)       # this tests the lab, not the project's programs


def guest(*command, options=()):
    return run(VM, 'run', '--kernel', KERNEL, *options, '--', *command)


class Boot(unittest.TestCase):
    def test_output_and_status_are_the_commands(self):
        done = guest('sh', '-c', 'echo out; echo err >&2; uname -r; exit 7')
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertEqual(done.stdout.splitlines()[0], 'out')
        self.assertTrue(done.stdout.splitlines()[1].startswith(KERNEL))
        self.assertEqual(done.stderr, 'err\n')

    def test_bytes_and_arguments_pass_unchanged(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'bytes')
            data = bytes(range(256)) * 200
            with open(path, 'wb') as file:
                file.write(data)
            done = subprocess.run(
                [VM, 'run', '--kernel', KERNEL, '--file', path, '--', 'sh', '-c',
                 'cat bytes; printf %s "$1" >&2', 'x', "a  'b'\n$c"], capture_output=True, check=False)
        self.assertEqual(done.stdout, data)
        self.assertEqual(done.stderr, b"a  'b'\n$c")

    def test_a_signal_that_ends_the_command_shows(self):
        self.assertEqual(guest('sh', '-c', 'kill -TERM $$').returncode, 143)

    def test_the_guest_is_a_sched_ext_machine(self):
        done = guest('sh', '-c', 'cat /sys/kernel/sched_ext/state; nproc; test -e /sys/kernel/btf/vmlinux '
                     '&& test -d /sys/kernel/tracing/events && cat /proc/sys/net/core/bpf_jit_enable',
                     options=('--smp', '2'))
        self.assertEqual(done.stdout.split(), ['disabled', '2', '1'], done.stderr)

    def test_a_time_out_is_124_and_shows_the_console(self):
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, 'log')
            done = guest('sh', '-c', 'echo started; sleep 1000', options=('--timeout', '30', '--log', log))
            self.assertEqual((done.returncode, done.stdout), (124, 'started\n'), done.stderr)
            self.assertIn('the command had not ended', done.stderr)
            with open(log, 'rb') as file:
                self.assertIn(b'the command starts', file.read())

    def test_possible_cpus_are_as_many_as_asked_for_or_it_is_125(self):
        show = ('cat', '/sys/devices/system/cpu/possible')
        self.assertEqual(guest(*show, options=('--possible-cpus', '200')).stdout, '0-199\n')
        done = guest(*show, options=('--possible-cpus', '200', '--append', 'nr_cpus=8'))
        self.assertEqual((done.returncode, done.stdout), (125, ''))
        self.assertIn('the possible CPUs 0-7, and not 0-199', done.stderr)

    def test_a_guest_that_crashes_is_125(self):
        done = guest('sh', '-c', 'echo c >/proc/sysrq-trigger; sleep 100')
        self.assertEqual(done.returncode, 125)
        self.assertIn('sysrq triggered crash', done.stderr)

    def test_a_kernel_warning_is_123_where_asked(self):
        command = ('sh', '-c', 'echo "sched_ext: BPF scheduler \\"x\\" disabled (runnable task stall)" >/dev/kmsg')
        self.assertEqual(guest(*command).returncode, 0)
        done = guest(*command, options=('--fail-on-warning',))
        self.assertEqual(done.returncode, 123)
        self.assertIn('runnable task stall', done.stderr)

    def test_an_interrupt_leaves_nothing_behind(self):
        with tempfile.TemporaryDirectory() as folder:
            with subprocess.Popen([VM, 'run', '--kernel', KERNEL, '--', 'sh', '-c', 'echo up; sleep 1000'],
                                  stdout=subprocess.PIPE, env={**os.environ, 'TMPDIR': folder}) as process:
                self.assertEqual(process.stdout.readline(), b'up\n')
                started = time.monotonic()
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(20), 143)
                self.assertLess(time.monotonic() - started, 10)
                self.assertEqual(process.stdout.read(), b'')
            self.assertEqual(os.listdir(folder), [])


if __name__ == '__main__':
    ready = run(VM, 'fetch', KERNEL)
    if ready.returncode:
        print(f'no lab here: {ready.stderr}', file=sys.stderr)
        sys.exit(77)
    unittest.main()
