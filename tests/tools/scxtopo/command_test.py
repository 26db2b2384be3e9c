#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""scxtopo as somebody at a terminal meets it.

usage: command_test.py PROGRAM [unittest's options]
"""

import json
import os
import pty
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

PROGRAM = sys.argv.pop(1)
SVG = "{http://www.w3.org/2000/svg}"


def run(*arguments, **kwargs):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=60, **kwargs)


def write(root: Path, path: str, text: str):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text + "\n")


def small_machine(root: Path):
    """Two cores, the first big; CPU 2 is offline."""
    cpus = "sys/devices/system/cpu"
    write(root, f"{cpus}/possible", "0-2")
    write(root, f"{cpus}/present", "0-2")
    write(root, f"{cpus}/online", "0-1")
    for cpu, capacity in ((0, 1024), (1, 512)):
        write(root, f"{cpus}/cpu{cpu}/topology/core_cpus_list", str(cpu))
        write(root, f"{cpus}/cpu{cpu}/cpu_capacity", str(capacity))


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="scxtopo.")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.machine = self.folder / "machine"
        small_machine(self.machine)
        self.here = ("--topology", str(self.machine))

    def expect_success(self, done):
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout


class Views(Case):
    def test_this_machine_is_shown_without_root(self):
        said = self.expect_success(run())
        self.assertTrue(said.startswith("this machine: "), said)
        self.assertIn("node ", said)
        self.assertIn("cids: numbered", said)

    def test_another_machine(self):
        said = self.expect_success(run(*self.here))
        self.assertIn("tier 0 (big) has 1024, tier 1 (little) has 512", said)
        self.assertIn("not online: CPUs 2, cids 2", said)

    def test_text_views_follow_each_other(self):
        both = self.expect_success(run(*self.here, "--domains", "--cids"))
        cids = self.expect_success(run(*self.here, "--cids"))
        domains = self.expect_success(run(*self.here, "--domains"))
        self.assertEqual(both, cids + "\n" + domains)

    def test_every_view_says_something(self):
        for view in ("--cids", "--domains", "--order", "--evidence", "--json", "--full"):
            self.assertGreater(len(self.expect_success(run(*self.here, view))), 20, view)

    def test_big_cpus_decide(self):
        said = self.expect_success(run(*self.here, "--big-cpus", "1", "--json"))
        tiers = {cid["cpu"]: cid["tier"] for cid in json.loads(said)["cids"]}
        self.assertEqual(tiers, {0: 1, 1: 0, 2: None})

    def test_json_is_whole_and_the_same_each_time(self):
        said = self.expect_success(run(*self.here, "--json"))
        self.assertEqual(said, self.expect_success(run(*self.here, "--json")))
        machine = json.loads(said)
        self.assertEqual(machine["source"], str(self.machine))
        self.assertIsNone(machine["kernel"])
        self.assertEqual((machine["nr_cpu_ids"], machine["nr_cpus_online"]), (3, 2))
        self.assertEqual(json.loads(self.expect_success(run("--json")))["kernel"], os.uname().release)

    def test_version_and_help(self):
        for option in ("-V", "--version"):
            said = self.expect_success(run(option))
            self.assertRegex(said, r"\Ascxtopo \d+\.\d+\.\d+ \S+-linux-gnu\n\Z")
        for option in ("-h", "--help"):
            self.assertIn("--topology", self.expect_success(run(option)))


class Files(Case):
    def test_a_picture_in_a_file_and_on_standard_output(self):
        file = self.folder / "machine.svg"
        self.assertEqual(self.expect_success(run(*self.here, "--svg", str(file))), "")
        said = self.expect_success(run(*self.here, "--svg", "-"))
        self.assertEqual(file.read_text(), said)
        cids = [text.text for text in ElementTree.fromstring(said).iter(SVG + "text")
                if text.get("class") == "cid"]
        self.assertEqual(sorted(cids), ["0", "1", "2"])

    def test_a_file_goes_with_other_views(self):
        file = self.folder / "machine.svg"
        said = self.expect_success(run(*self.here, "--svg", str(file), "--json"))
        self.assertEqual(json.loads(said)["nr_cids"], 3)
        self.assertTrue(file.read_text().startswith("<?xml"))

    def test_a_file_is_replaced_and_nothing_is_left_beside_it(self):
        file = self.folder / "machine.svg"
        file.write_text("old")
        link = self.folder / "link.svg"
        link.symlink_to(file)
        self.expect_success(run(*self.here, "--svg", str(link)))
        self.assertTrue(link.is_symlink())
        self.assertIn("<svg", file.read_text())
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         ["link.svg", "machine", "machine.svg"])

    def test_a_new_file_has_the_mode_that_the_user_wants(self):
        file = self.folder / "machine.svg"
        subprocess.run(["sh", "-c", 'umask 027; exec "$@"', "sh", PROGRAM, *self.here, "--svg", file],
                       check=True, timeout=60)
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o640)

    def test_a_device_is_written_to(self):
        self.expect_success(run(*self.here, "--svg", "/dev/null"))
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_a_file_that_cannot_be_written(self):
        for path in (self.folder / "none" / "machine.svg", self.folder):
            done = run(*self.here, "--svg", str(path))
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertTrue(done.stderr.startswith("scxtopo: "), done.stderr)
            self.assertIn(str(path), done.stderr)

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([PROGRAM, *self.here], stdout=full, stderr=subprocess.PIPE,
                                  text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("scxtopo: cannot write to standard output", done.stderr)


class Bundles(Case):
    def test_a_bundle_replays_the_machine(self):
        file = self.folder / "machine.scxx"
        self.expect_success(run(*self.here, "--bundle", str(file)))
        self.assertEqual(self.expect_success(run(*self.here, "--bundle", "-")), file.read_text())
        for view in ("--cids", "--domains", "--order"):
            self.assertEqual(self.expect_success(run("--topology", str(file), view)),
                             self.expect_success(run(*self.here, view)))
        # A bundle of a bundle is the same bundle.
        self.assertEqual(self.expect_success(run("--topology", str(file), "--bundle", "-")),
                         file.read_text())

    def test_this_machine_replays(self):
        file = self.folder / "here.scxx"
        self.expect_success(run("--bundle", str(file)))
        here = json.loads(self.expect_success(run("--json")))
        there = json.loads(self.expect_success(run("--topology", str(file), "--json")))
        for key in ("nodes", "llcs", "domains", "cores", "cids", "core_type_evidence"):
            self.assertEqual(here[key], there[key], key)

    def test_a_bundle_with_a_view(self):
        file = self.folder / "machine.scxx"
        said = self.expect_success(run(*self.here, "--bundle", str(file), "--cids"))
        self.assertEqual(said, self.expect_success(run(*self.here, "--cids")))

    def test_a_machine_that_is_misread_is_bundled_all_the_same(self):
        write(self.machine, "sys/devices/system/cpu/online", "0-nine")
        file = self.folder / "machine.scxx"
        done = run(*self.here, "--bundle", str(file), "--cids")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("0-nine", file.read_text())

    def test_what_needs_no_bundle(self):
        done = run("--topology", "core:2 pu:2", "--bundle", str(self.folder / "machine.scxx"))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("scxtopo: ", done.stderr)

    def test_broken_files(self):
        file = self.folder / "machine.scxx"
        self.expect_success(run(*self.here, "--bundle", str(file)))
        whole = file.read_bytes()
        for broken in (whole[:len(whole) // 2], b"", b"\x7fELF\x00\x01", b"<?xml version='1.0'?><topology",
                       b'{"scxx-bundle": 99}'):
            file.write_bytes(broken)
            done = run("--topology", str(file))
            self.assertEqual((done.returncode, done.stdout), (1, ""), broken[:20])
            self.assertIn(str(file), done.stderr)


class Terminal(Case):
    def on_terminal(self, **environment):
        """What is written to a terminal."""
        ours, theirs = pty.openpty()
        env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        with subprocess.Popen([PROGRAM, *self.here], stdout=theirs, stderr=theirs,
                              env={**env, "TERM": "xterm", **environment}) as process:
            os.close(theirs)
            said = b""
            try:
                while chunk := os.read(ours, 4096):
                    said += chunk
            except OSError:     # Linux's word for the end of a terminal
                pass
            os.close(ours)
            self.assertEqual(process.wait(timeout=60), 0)
        return said

    def test_colours_on_a_terminal_only(self):
        self.assertIn(b"\x1b[", self.on_terminal())
        self.assertNotIn("\x1b", self.expect_success(run(*self.here)))

    def test_no_color_and_dumb_terminals(self):
        self.assertNotIn(b"\x1b", self.on_terminal(NO_COLOR="1"))
        self.assertNotIn(b"\x1b", self.on_terminal(TERM="dumb"))
        self.assertIn(b"\x1b[", self.on_terminal(NO_COLOR=""))

    def test_a_reader_that_goes_away_is_no_error(self):
        ours, theirs = os.pipe()
        os.close(ours)
        done = subprocess.run([PROGRAM, *self.here, "--json"], stdout=theirs, stderr=subprocess.PIPE,
                              text=True, check=False, timeout=60)
        os.close(theirs)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class Mistakes(Case):
    def expect_usage_error(self, *arguments, about):
        done = run(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
        self.assertTrue(done.stderr.startswith("scxtopo: "), done.stderr)
        self.assertIn(about, done.stderr)
        self.assertTrue(done.stderr.endswith("\nTry 'scxtopo --help'.\n"), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 2, done.stderr)

    def test_wrong_usage(self):
        self.expect_usage_error("--no-such-option", about="--no-such-option")
        self.expect_usage_error("word", about="word")
        self.expect_usage_error("--topology", about="--topology")
        self.expect_usage_error("--svg", about="--svg")

    def test_wrong_lists(self):
        self.expect_usage_error(*self.here, "--big-cpus", "0-x", about="--big-cpus")
        self.expect_usage_error(*self.here, "--big-cpus", "9", about="9")
        self.expect_usage_error(*self.here, "--virt-llc=x", about="virt-llc")

    def test_views_that_cannot_share_standard_output(self):
        self.expect_usage_error("--json", "--cids", about="--cids and --json")
        self.expect_usage_error("--json", "--svg", "-", about="--json and --svg -")
        self.expect_usage_error("--svg", "-", "--order", about="--order and --svg -")
        self.expect_usage_error("--compare-kernel", "--json", about="--compare-kernel")
        self.expect_usage_error("--full", "--json", about="--full")

    def test_machines_that_are_not_there(self):
        empty = self.folder / "empty"
        empty.mkdir()
        for source in (str(self.folder / "none"), str(empty)):
            done = run("--topology", source)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertTrue(done.stderr.startswith("scxtopo: "), done.stderr)
            self.assertIn(source, done.stderr)

    def test_a_file_that_makes_no_sense_is_named(self):
        write(self.machine, "sys/devices/system/cpu/online", "0-nine")
        done = run(*self.here)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("/sys/devices/system/cpu/online", done.stderr)


if __name__ == "__main__":
    unittest.main()
