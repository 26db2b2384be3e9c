#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""scxtop as somebody at a terminal meets it.

usage: live_test.py PROGRAM SERVER [unittest's options]
"""

import signal
import sys
import unittest

from support import Case
from terminal import Terminal

Case.program, Case.server = sys.argv.pop(1), sys.argv.pop(1)
DOWN, PAGE_DOWN, HOME = "\x1bOB", "\x1b[6~", "\x1bOH"


class Live(Case):
    def start(self, *arguments, **kwargs) -> Terminal:
        terminal = Terminal([self.program, "--socket", str(self.socket), "-i", "0.1", *arguments], **kwargs)
        self.addCleanup(terminal.close)
        return terminal

    def start_with(self, kind: str, *arguments, **kwargs) -> Terminal:
        self.serve(kind)
        terminal = self.start(*arguments, **kwargs)
        terminal.wait_for("scx_test" if kind == "big" else "nr_kernel_dispatches", "the scheduler")
        return terminal

    def quit(self, terminal: Terminal):
        terminal.press("q")
        self.assertEqual(terminal.wait_for_end(), 0)
        self.assertTrue(terminal.is_restored())

    def test_shows_the_machine_and_quits(self):
        terminal = self.start_with("big")
        self.assertIn("1049", terminal.screen.modes)        # or restoring it proves nothing
        self.assertFalse(terminal.is_restored())
        terminal.wait_for("node 0", "a node")
        terminal.wait_for("q quit", "the last line")
        self.quit(terminal)

    def test_keys(self):
        terminal = self.start_with("big", rows=60, columns=120)
        terminal.press("h")
        terminal.wait_for("again: back", "the help")
        terminal.press("?")
        terminal.wait_for(lambda screen: "again: back" not in screen.text(), "the view again")
        terminal.press("+")
        terminal.wait_for("every 0.2 s", "a longer interval")
        terminal.press("-")
        terminal.wait_for("every 0.1 s", "a shorter interval")
        terminal.press("1")
        terminal.wait_for(lambda screen: "node 0" not in screen.text(), "no CPUs")
        terminal.wait_for("by latency criticality", "the tasks")
        terminal.press("s")
        terminal.wait_for("by run time", "another order")
        terminal.press("1")
        terminal.wait_for("node 0", "the CPUs again")
        self.quit(terminal)

    def test_scrolling(self):
        terminal = self.start_with("big")
        terminal.wait_for("lines 1-21/", "the beginning")
        terminal.press(DOWN)
        terminal.wait_for("lines 2-22/", "a line further")
        terminal.press(PAGE_DOWN)
        terminal.wait_for("lines 22-42/", "a page further")
        terminal.press(HOME)
        terminal.wait_for("lines 1-21/", "the beginning again")
        terminal.press("\t")
        terminal.wait_for(lambda screen: screen.text().splitlines()[2].startswith("─ 2 Rates"), "the next section")
        self.quit(terminal)

    def test_pause_stops_the_clock(self):
        terminal = self.start_with("big")
        mseq = lambda: terminal.screen.text().split("mseq", 1)[1].split()[0]
        terminal.press("1")
        terminal.wait_for("mseq", "the rates")
        first = mseq()
        terminal.wait_for(lambda screen: mseq() != first, "another answer")
        terminal.press("p")
        terminal.wait_for("paused", "that it is paused")
        terminal.press("p")
        terminal.wait_for(lambda screen: "paused" not in screen.text(), "that it goes on")
        first = mseq()
        terminal.wait_for(lambda screen: mseq() != first, "another answer")
        self.quit(terminal)

    def test_resize(self):
        terminal = self.start_with("big")
        for rows, columns in ((60, 200), (10, 40), (1, 1), (2, 5), (24, 80)):
            terminal.resize(rows, columns)
            terminal.wait_for(lambda screen: screen.text().strip(), "something on the new screen")
        terminal.wait_for("q quit", "the last line")
        self.assertIn("q quit", terminal.screen.text().splitlines()[23])
        self.quit(terminal)

    def test_the_scheduler_goes_and_another_comes(self):
        scheduler = self.serve("big")
        terminal = self.start()
        terminal.wait_for("node 0", "the machine")
        scheduler.stop()
        terminal.wait_for("the scheduler has ended; waiting", "what happened")
        self.assertIn("node 0", terminal.screen.text())
        self.serve("rust")
        terminal.wait_for("nr_kernel_dispatches", "the other scheduler")
        terminal.wait_for(lambda screen: "waiting" not in screen.text(), "that all is well")
        self.assertNotIn("node 0", terminal.screen.text())
        self.quit(terminal)

    def test_starts_before_the_scheduler(self):
        terminal = self.start()
        terminal.wait_for("no scheduler serves statistics here yet", "what it waits for")
        self.serve("big")
        terminal.wait_for("node 0", "the machine")
        self.quit(terminal)

    def test_keys_work_while_the_scheduler_is_silent(self):
        self.serve_raw(None)
        terminal = self.start()
        terminal.wait_for("connecting", "that it tries")
        terminal.press("h")
        terminal.wait_for("again: back", "the help")
        self.quit(terminal)

    def test_answers_that_are_none(self):
        self.serve_raw(b"garbage\n")
        terminal = self.start()
        terminal.wait_for("trying again", "that something is wrong")
        self.quit(terminal)

    def test_signals_restore_the_terminal(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            terminal = self.start()
            terminal.wait_for("no scheduler serves", "the view")
            terminal.process.send_signal(number)
            self.assertEqual(terminal.wait_for_end(), -number)
            self.assertTrue(terminal.is_restored(), number)

    def test_stop_and_continue(self):
        self.serve("big")
        shell = f"{self.program} --socket {self.socket} -i 0.1; echo stopped; read -r; fg"
        terminal = Terminal(["bash", "-m", "-c", shell])
        self.addCleanup(terminal.close)
        terminal.wait_for("node 0", "the machine")
        terminal.press("\x1a")
        terminal.wait_for("stopped", "the shell again")
        self.assertTrue(terminal.is_restored())
        terminal.press("\n")
        terminal.wait_for(lambda screen: "1049" in screen.modes and "node 0" in screen.text(), "the view again")
        self.quit(terminal)

    def test_an_error_restores_the_terminal(self):
        long = str(self.socket) + "x" * 200
        terminal = Terminal([self.program, "--socket", long])
        self.addCleanup(terminal.close)
        self.assertEqual(terminal.wait_for_end(), 2)
        self.assertTrue(terminal.is_restored() or b"1049" not in terminal.said)
        self.assertIn(b"scxtop: ", terminal.said)

    def test_colours(self):
        for arguments, settings, coloured in (((), {}, True), (("--no-color",), {}, False),
                                              ((), {"NO_COLOR": "1"}, False), ((), {"term": "vt220"}, False)):
            scheduler = self.serve("big")
            terminal = self.start(*arguments, **settings)
            terminal.wait_for("node 0", "the machine")
            self.assertEqual(terminal.screen.colours > 0, coloured, (arguments, settings))
            terminal.press("q")
            self.assertEqual(terminal.wait_for_end(), 0)
            scheduler.stop()

    def test_a_terminal_without_utf8(self):
        self.serve("big")
        terminal = self.start("--no-color", LC_ALL="C")
        terminal.wait_for("LLC 0 tier 0", "the machine")
        self.assertTrue(terminal.said.isascii())
        self.assertIn("88 76 68 87", terminal.screen.text())
        self.quit(terminal)

    def test_an_unknown_terminal(self):
        terminal = self.start(term="no-such-terminal")
        self.assertEqual(terminal.wait_for_end(), 1)
        self.assertIn(b"does not know the terminal", terminal.said)


if __name__ == "__main__":
    unittest.main()
