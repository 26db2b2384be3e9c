#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""scxtop in scripts: --once, --json, errors.

usage: command_test.py PROGRAM SERVER [unittest's options]
"""

import json
import os
import subprocess
import sys
import unittest

from support import Case

Case.program, Case.server = sys.argv.pop(1), sys.argv.pop(1)


class Command(Case):
    def run_it(self, *arguments, **environment):
        return subprocess.run([self.program, "--socket", str(self.socket), "-i", "0.1", *arguments],
                              capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=60,
                              env={**os.environ, "LC_ALL": "C.UTF-8", **environment})

    def expect_text(self, *arguments, **environment) -> str:
        done = self.run_it(*arguments, **environment)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout.decode()

    def expect_error(self, status, *arguments) -> str:
        done = self.run_it(*arguments)
        self.assertEqual((done.returncode, done.stdout), (status, b""), done)
        return done.stderr.decode()

    def test_once_shows_everything_with_rates(self):
        self.serve("big")
        text = self.expect_text("--once", "--width", "100")
        self.assertTrue(text.startswith("scx_test  254 of 256 CPUs"), text)
        for piece in ("node 1", "LLC 7 tier 1", "pipewire", "p99", "doms", "by latency criticality"):
            self.assertIn(piece, text)
        self.assertRegex(text, r"nr_sched +[\d.]+[kM]/s")
        self.assertNotIn("\x1b", text)
        self.assertLessEqual(max(len(line) for line in text.splitlines()), 100)

    def test_without_utf8_there_is_only_ascii(self):
        self.serve("big")
        text = self.expect_text("--once", LC_ALL="C")
        self.assertTrue(text.isascii())
        self.assertIn("88 76 68 87", text)
        # Nor need any locale be installed.
        text = self.expect_text("--once", LC_ALL="C", LOCPATH="/nonexistent")
        self.assertTrue(text.isascii())
        self.assertIn("88 76 68 87", text)
        self.assertRegex(text, r"\n- 1 CPUs -{70}")

    def test_once_of_a_scheduler_with_top_alone(self):
        self.serve("rust")
        text = self.expect_text("--once")
        self.assertIn("nr_kernel_dispatches", text)
        self.assertIn("not offered: cids, domains, latency", text)

    def test_json_is_one_object(self):
        self.serve("big")
        state = json.loads(self.expect_text("--json"))
        self.assertEqual(len(state["answers"]["cids"]["util"]), 256)
        self.assertGreater(state["rates"]["nr_sched"], 0)
        self.assertEqual(state["lacking"], {})

    def test_no_scheduler(self):
        self.assertIn("no scheduler serves statistics", self.expect_error(1, "--once"))

    def test_answers_that_are_none(self):
        for answer in (b"garbage\n", b"{\"errno\": 0}\n", b"[]\n", b"\xff\xff\n", b"\x1b[2J\n"):
            server = self.serve_raw(answer)
            said = self.expect_error(1, "--once")
            self.assertTrue(said.startswith("scxtop: ") and said[:-1].isprintable(), said)
            server.stop()
            self.socket.unlink()

    def test_nothing_that_a_terminal_obeys_comes_through(self):
        evil = json.dumps("\x1b[2J\x9b31m\x7f\n")
        self.serve_raw(f'{{"errno": 0, "args": {{"resp": {{{evil}: {evil}, "samples": [{{"comm": {evil}}}], '
                       f'"scheduler": {evil}, "cids": [], "util": [1]}}}}}}\n'.encode())
        for arguments in (("--once",), ("--json",)):
            for char in self.expect_text(*arguments):
                self.assertTrue(char == "\n" or ord(char) >= 0x20 and not 0x7f <= ord(char) < 0xa0, repr(char))

    def test_a_sentence_of_the_scheduler_is_harmless(self):
        self.serve_raw(b'{"errno": 16, "args": {"resp": "\\u001b[31mred"}}\n')
        self.assertNotIn("\x1b", self.expect_text("--once"))

    def test_the_live_view_wants_a_terminal(self):
        self.assertIn("--once", self.expect_error(2))

    def test_wrong_usage(self):
        for arguments in (("--once", "--json"), ("--width", "80"), ("--once", "--width", "3"),
                          ("--once", "-i", "0"), ("--nothing",)):
            self.assertIn("--help", self.expect_error(2, *arguments), arguments)


if __name__ == "__main__":
    unittest.main()
