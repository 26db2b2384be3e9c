# SPDX-License-Identifier: GPL-2.0-only
"""The scripts as a user meets them: help, wrong usage, dry runs. Nothing is changed or booted."""
import os
import signal
import tempfile
import unittest

from support import ROOT, TOOLS, load_vm, run

SETUP = os.path.join(TOOLS, 'setup')
VM = os.path.join(TOOLS, 'vm')


class Setup(unittest.TestCase):
    def test_a_dry_run_needs_no_root_and_changes_nothing(self):
        before = os.stat('/var/lib/dpkg/status').st_mtime_ns if os.path.exists('/var/lib/dpkg') else 0
        for extra in ([], ['--no-lab']):
            done = run(SETUP, '--dry-run', *extra)
            if 'not Debian' in done.stderr:
                self.skipTest('not Debian')
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout.splitlines()[-1], 'nothing (was changed|to do)')
        if before:
            self.assertEqual(os.stat('/var/lib/dpkg/status').st_mtime_ns, before)

    def test_an_unknown_option_is_refused(self):
        done = run(SETUP, '--nosuch')
        self.assertEqual(done.returncode, 2)
        self.assertIn('--nosuch', done.stderr)


class Shell(unittest.TestCase):
    SCRIPTS = ('tools/setup', 'tools/check', 'tools/quickstart', '.ci/run')

    def test_they_are_sound_bash(self):
        for name in self.SCRIPTS:
            done = run('bash', '-n', os.path.join(ROOT, name))
            self.assertEqual((done.returncode, done.stderr), (0, ''), name)

    def test_help(self):
        for name in ('setup', 'check', 'quickstart', 'vm', 'bench', 'fidelity'):
            done = run(os.path.join(TOOLS, name), '--help')
            self.assertEqual(done.returncode, 0, name)
            self.assertIn('sage: ', done.stdout)

    def test_every_file_says_its_licence(self):
        for folder in (TOOLS, os.path.join(TOOLS, 'lab'), os.path.join(ROOT, '.ci')):
            for entry in os.scandir(folder):
                if entry.is_file():
                    with open(entry.path, encoding='utf-8') as file:
                        self.assertIn('SPDX-License-Identifier: GPL-2.0-only', file.read(400), entry.path)


class Vm(unittest.TestCase):
    def test_without_an_emulator_the_lab_is_unavailable(self):
        with tempfile.TemporaryDirectory() as cache:
            done = run(VM, 'run', '--', 'true',
                       env={**os.environ, 'SCXX_QEMU': '/nosuch/qemu', 'SCXX_CACHE': cache})
        self.assertEqual(done.returncode, 77)
        self.assertIn('/nosuch/qemu', done.stderr)
        self.assertEqual(done.stdout, '')

    def test_only_the_first_signal_ends_it(self):
        vm = load_vm()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        vm.end_on_signals()
        with self.assertRaises(vm.Stopped) as raised:
            os.kill(os.getpid(), signal.SIGTERM)
        self.assertEqual(raised.exception.number, signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)     # it clears up: this ends nothing

    def test_wrong_usage(self):
        for arguments in (['run'], ['run', '--smp', 'x', '--', 'true'], ['run', '--timeout', '0', '--', 'true'],
                          ['run', '--possible-cpus', '3', '--', 'true'], ['build-kernel'],
                          ['build-kernel', '--version', '6.1', '--nr-cpus', '64'],
                          ['build-kernel', '--version', '7.2', '--nr-cpus', '9000']):
            done = run(VM, *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ''), arguments)
            self.assertTrue(done.stderr)


if __name__ == '__main__':
    unittest.main()
