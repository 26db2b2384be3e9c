#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""scxstat as somebody at a terminal meets it.

usage: command_test.py PROGRAM SERVED [unittest's options]
"""

import json
import os
import pty
import signal
import subprocess
import threading
import time
import unittest

from scheduler import Scheduler
from support import PROGRAM, RUST_ANSWER, RUST_METADATA, Case, Served, eventually, run


class Show(Case):
    def test_a_scheduler_of_this_project(self):
        with Served(self.socket):
            said = self.expect_success(run(*self.here))
            self.assertEqual(said, self.expect_success(run("show", *self.here)))
        self.assertEqual(said, "  nr_sched    18446744073709551000    0.0/s\n"
                               "  wait_ns                       12    0.0/s\n"
                               "  pc_big                     43.25 %\n"
                               "  power_mode              balanced\n"
                               "  queued\n"
                               "    4  0\n"
                               "  doms\n"
                               "        load(%)  moved/s\n"
                               "    0      0.50      0.0\n"
                               "    10     0.50      0.0\n")

    def test_counters_have_no_rate_where_it_asks_once(self):
        with Served(self.socket):
            said = self.expect_success(run("--over", "0", *self.here))
        self.assertTrue(said.startswith("  nr_sched    18446744073709551000\n"), said)
        self.assertIn("        load(%)  moved\n    0      0.50      7\n", said)

    def test_a_scheduler_of_the_rust_framework(self):
        with Scheduler(self.socket, RUST_METADATA, {"top": RUST_ANSWER}):
            said = self.expect_success(run(*self.here))
        self.assertIn("  busy    12.50\n", said)
        self.assertIn("    10     -        z\n", said)

    def test_json_is_what_was_answered(self):
        with Scheduler(self.socket, RUST_METADATA, {"top": RUST_ANSWER}) as scheduler:
            said = self.expect_success(run("show", "--json", *self.here))
            self.assertEqual(len(scheduler.requests), 2)
        self.assertEqual(list(json.loads(said).items()), list(RUST_ANSWER.items()))
        self.assertEqual(said.count("\n"), 1)

    def test_a_list_is_a_table(self):
        with Served(self.socket):
            said = self.expect_success(run("show", "--target", "sched_samples",
                                           "--arg", "nr_samples=2", *self.here))
        self.assertEqual(said, " pid  comm\n1000  make\n1001  make\n")

    def test_other_targets_are_shown_by_their_struct(self):
        with Served(self.socket):
            self.assertEqual(self.expect_success(run("show", "--target", "visits", *self.here)), "  nr  2\n")

    def test_an_answer_is_about_as_long_as_asked_for(self):
        for over, nr, at_least in ("0", 1, 0), ("0.8", 2, 0.8):
            with Served(self.socket):
                begun = time.monotonic()
                said = self.expect_success(run("--json", "--target", "visits", "--over", over, *self.here))
                self.assertEqual(json.loads(said), {"nr": nr})
                self.assertGreaterEqual(time.monotonic() - begun, at_least)

    def test_what_is_described_nowhere_is_shown_as_it_came(self):
        with Scheduler(self.socket, RUST_METADATA, {"odd": {"a": [1, {"b": 2}]}}):
            said = self.expect_success(run("show", "--target", "odd", *self.here))
        self.assertEqual(said, '{"a":[1,{"b":2}]}\n')

    def test_an_abstract_socket(self):
        name = f"@scxstat-test-{os.getpid()}"
        with Scheduler(name, RUST_METADATA, {"top": RUST_ANSWER}):
            self.assertIn("  busy    12.50\n", self.expect_success(run("--socket", name)))
        self.expect_error(run("--socket", name), 1, "no scheduler serves statistics at", name)

    def test_all_arguments_reach_the_scheduler(self):
        with Scheduler(self.socket, RUST_METADATA, {"x": {}}) as scheduler:
            self.expect_success(run("--json", "--target", "x", "--arg", "a=1", "--arg", "b=c=d", "--arg", "e=",
                                    *self.here))
            self.assertEqual(json.loads(scheduler.requests[0]),
                             {"req": "stats", "args": {"target": "x", "a": "1", "b": "c=d", "e": ""}})

    def test_a_table_is_as_wide_as_the_terminal(self):
        samples = {"samples": [{f"field_{i}": i for i in range(20)}]}
        metadata = {"Sample": {"name": "Sample", "top": "true",
                               "fields": {f"field_{i}": {"datum": "u64"} for i in range(20)}}}
        with Scheduler(self.socket, metadata, {"samples": samples}):
            terminal, end = pty.openpty()
            os.system(f"stty cols 40 < {os.ttyname(end)}")
            subprocess.run([PROGRAM, "--target", "samples", "--socket", self.socket], stdout=end, check=True,
                           timeout=60)
            said = os.read(terminal, 10000).decode().splitlines()
        os.close(terminal)
        os.close(end)
        self.assertLessEqual(max(map(len, said)), 40)
        self.assertTrue(said[0].endswith(" …"), said)


class Watch(Case):
    def start(self, *arguments):
        process = subprocess.Popen([PROGRAM, "show", "--socket", self.socket, *arguments], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def end(self, process, how=signal.SIGINT):
        process.send_signal(how)
        self.assertEqual(process.wait(timeout=60), 0)
        return process.stderr.read()

    def test_json_lines(self):
        with Served(self.socket):
            process = self.start("--watch", "0.01", "--json", "--target", "visits")
            self.assertEqual([json.loads(process.stdout.readline())["nr"] for _ in range(5)], [1, 2, 3, 4, 5])
            self.assertEqual(self.end(process), "")

    def test_counters_have_rates_from_the_second_time_on(self):
        with Served(self.socket):
            process = self.start("--watch=0.01")
            first = [process.stdout.readline() for _ in range(11)]
            self.assertEqual(first[2], "  pc_big                     43.25 %\n")
            self.assertEqual(first[10], "\n")
            self.assertEqual(process.stdout.readline().split(),
                             ["nr_sched", "18446744073709551000", "0.0/s"])
            self.end(process, signal.SIGTERM)

    def test_without_a_number_it_is_every_second(self):
        with Scheduler(self.socket, RUST_METADATA, {"top": RUST_ANSWER}):
            process = self.start("--watch", "--json")
            process.stdout.readline()
            process.stdout.readline()
            self.end(process)

    def test_it_waits_for_a_scheduler_and_for_the_next_one(self):
        process = self.start("--watch", "0.01")
        self.assertIn("yet; waiting", process.stderr.readline())
        with Scheduler(self.socket, RUST_METADATA, {"top": RUST_ANSWER}):
            self.assertIn("connected", process.stderr.readline())
            self.assertIn("at ", process.stdout.readline())
        self.assertIn("has ended; waiting", process.stderr.readline())
        other = {"New": {"name": "New", "top": "true", "fields": {"fresh": {"datum": "u64"}}}}
        with Scheduler(self.socket, other, {"top": {"fresh": 7}}):
            self.assertIn("connected", process.stderr.readline())
            # the new scheduler's statistics are read by its own metadata
            while "fresh" not in (line := process.stdout.readline()):
                self.assertNotEqual(line, "")
            self.end(process)

    def test_it_ends_while_it_waits_for_an_answer(self):
        asked = threading.Event()

        def respond(_):
            asked.set()
            return b""

        with Scheduler(self.socket, respond=respond):
            process = self.start("--watch", "0.01")
            self.assertTrue(asked.wait(20))
            self.end(process)

    def test_a_reader_that_goes_away_ends_it(self):
        with Served(self.socket):
            done = subprocess.run(f"{PROGRAM} --watch 0.01 --json --socket {self.socket} | head -n 2",
                                  shell=True, capture_output=True, text=True, timeout=60, check=True)
        self.assertEqual((done.stdout.count("\n"), done.stderr), (2, ""))


class Describe(Case):
    def test_text_and_json(self):
        with Scheduler(self.socket, RUST_METADATA):
            said = self.expect_success(run("describe", *self.here))
            self.assertTrue(said.startswith("SysStats: all of it\n"), said)
            self.assertRegex(said, "  doms +DomainStats by u64 +by")
            self.assertEqual(json.loads(self.expect_success(run("describe", "--json", *self.here))),
                             RUST_METADATA)

    def test_no_metadata(self):
        with Scheduler(self.socket, ["x"]):
            self.expect_error(run("describe", *self.here), 1, "metadata")


class List(Case):
    def test_here(self):
        done = run("list")
        self.assertIn(done.returncode, (0, 1))
        self.assertEqual(done.stderr, "")
        self.assertTrue(done.stdout.startswith("sched_ext: "), done.stdout)
        listing = json.loads(run("list", "--json").stdout)
        self.assertEqual(set(listing), {"state", "schedulers"})


class WhatGoesWrong(Case):
    def test_nobody_is_there(self):
        for command in ("show", "describe", "openmetrics"):
            self.expect_error(run(command, *self.here), 1, "no scheduler serves statistics at", self.socket)

    def test_a_dead_schedulers_socket(self):
        with Scheduler(self.socket) as scheduler:
            scheduler.path = ""     # stays
        self.assertTrue(self.socket.exists())
        self.expect_error(run(*self.here), 1, "no scheduler serves statistics at")

    @unittest.skipUnless(os.geteuid() == 0, "somebody else's socket takes root to make")
    def test_a_socket_of_somebody_else(self):
        with Scheduler(self.socket):
            self.folder.chmod(0o755)
            self.socket.chmod(0o600)
            self.expect_error(run(*self.here, user="nobody"), 1, "cannot connect to", "run as root")

    def test_an_error_of_the_scheduler(self):
        with Scheduler(self.socket, RUST_METADATA, {"top": RUST_ANSWER}):
            self.expect_error(run("--target", "none", *self.here), 1, "unknown target 'none'")

    def test_answers_that_are_none(self):
        for answer in (b"hello\n", b"{}\n", b"[]\n", b"\xff\xfe\n", b'{"errno":"x"}\n', b"\n",
                       b'{"errno":0,"args":{"resp":NaN}}\n'):
            for command in ("show", "describe", "openmetrics"):
                with self.subTest(answer=answer, command=command), \
                        Scheduler(self.socket, respond=lambda _, answer=answer: answer):
                    self.expect_error(run(command, *self.here), 1)

    def test_statistics_that_are_no_object(self):
        for answer in (1, [], "x", None):
            with self.subTest(answer=answer), Scheduler(self.socket, RUST_METADATA, {"top": answer}):
                self.expect_error(run(*self.here), 1, "no JSON object")
                self.expect_error(run("openmetrics", *self.here), 1, "no JSON object")

    def test_half_an_answer(self):
        answers = iter([b'{"errno":0,"args":{', None])
        with Scheduler(self.socket, respond=lambda _: next(answers)):
            self.expect_error(run("--timeout", "0.2", *self.here), 1, "timed out")
        with Scheduler(self.socket, respond=lambda _: None):
            self.expect_error(run(*self.here), 1, "has ended")

    def test_no_answer(self):
        with Scheduler(self.socket, respond=lambda _: b""):
            for command in ("show", "describe", "openmetrics"):
                self.expect_error(run(command, "--timeout", "0.05", *self.here), 1, "timed out")

    def test_full_disk(self):
        with Served(self.socket), open("/dev/full", "w", encoding="utf-8") as full:
            for arguments in (["show"], ["show", "--watch", "0.01"], ["describe"], ["openmetrics"]):
                done = subprocess.run([PROGRAM, *arguments, "--socket", self.socket], stdout=full,
                                      stderr=subprocess.PIPE, text=True, check=False, timeout=60)
                self.assertEqual(done.returncode, 1, arguments)
                self.assertIn("No space left", done.stderr)


class Usage(Case):
    def expect_usage(self, *arguments):
        done = run(*arguments)
        self.expect_error(done, 2, "Try 'scxstat --help'.")
        return done.stderr

    def test_version_and_help(self):
        for option in ("-V", "--version"):
            self.assertRegex(self.expect_success(run(option)), r"\Ascxstat \d+\.\d+\.\d+ \S+-linux-gnu\n\Z")
        for option in ("-h", "--help"):
            self.assertIn("openmetrics", self.expect_success(run(option)))

    def test_wrong_usage(self):
        for arguments in (["sow"], ["show", "list"], ["--none"], ["--timeout", "0"], ["--timeout", "-1"],
                          ["--timeout", "nan"], ["--timeout", "x"], ["--watch", "0"], ["--watch=-1"],
                          ["--watch", "inf"], ["--arg", "x"], ["--arg", "=x"], ["--arg", "a=1", "--arg", "a=2"],
                          ["list", "--watch"], ["--over", "-1"], ["list", "--over", "1"],
                          ["--over", "1", "--watch"], ["list", "--target", "x"], ["describe", "--arg", "a=b"],
                          ["show", "--listen", "1"], ["openmetrics", "--json"], ["show", "--prefix", "x"],
                          ["openmetrics", "--listen", "x"], ["--socket", "/" + "x" * 200], ["--socket", ""]):
            with self.subTest(arguments=arguments):
                self.expect_usage(*arguments)

    def test_the_message_names_what_is_wrong(self):
        self.assertIn("no command 'sow': show, list, describe, openmetrics", self.expect_usage("sow"))
        self.assertIn("--watch does not go with the command list", self.expect_usage("list", "--watch", "1"))


class Nothing(Case):
    def test_a_scheduler_is_asked_no_more_than_it_takes(self):
        with Scheduler(self.socket, RUST_METADATA, {"top": RUST_ANSWER}) as scheduler:
            self.expect_success(run(*self.here))
            self.assertTrue(eventually(lambda: len(scheduler.requests) == 3))
            self.assertEqual(scheduler.connections, 1)


if __name__ == "__main__":
    unittest.main()
