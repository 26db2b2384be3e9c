# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of scxstat share. The programs' paths are taken from the command line."""

import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM, SERVED = sys.argv.pop(1), sys.argv.pop(1)

# As a scheduler of the Rust framework describes itself: levels only, a prefix and a label on the
# struct in a dictionary.
RUST_METADATA = {
    "DomainStats": {
        "name": "DomainStats", "desc": "domain statistics",
        "user": {"_om_prefix": "d_", "_om_label": "domain_id"},
        "fields": {"load": {"datum": "float", "desc": "sum of weight * duty_cycle"},
                   "name": {"datum": "string"}}},
    "SysStats": {
        "name": "SysStats", "top": "true", "desc": "all of it", "user": {"_om_prefix": "s_"},
        "fields": {
            "at": {"datum": "u64", "desc": "timestamp", "user": {"_om_skip": "true"}},
            "busy": {"datum": "float", "desc": "CPU busy %"},
            "offset": {"datum": "i64"},
            "doms": {"dict": {"key": "u64", "datum": {"struct": "DomainStats"}},
                     "desc": "by \"domain\"\nor \\ not"},
            "cpus": {"array": "u64", "desc": "by \"CPU\"\nor \\ not"}}}}
RUST_ANSWER = {"at": 5, "busy": 12.5, "offset": -3, "cpus": [1, 2],
               "doms": {"0": {"load": 1.0, "name": "a\"b\\c\nd"}, "10": {"load": None, "name": "z"}}}


def run(*arguments, **kwargs):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, errors="replace", check=False,
                          stdin=subprocess.DEVNULL, timeout=60, **kwargs)


class Served:
    """This project's own server, until the end of a with block."""

    def __init__(self, path):
        self.path = str(path)

    def __enter__(self):
        self.process = subprocess.Popen([SERVED, self.path], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


def eventually(condition):
    """Whether it becomes true within 20 seconds."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return bool(condition())


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="scxstat.")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.socket = self.folder / "stats"
        self.here = ("--socket", self.socket)

    def expect_success(self, done):
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def expect_error(self, done, status, *words):
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertTrue(done.stderr.startswith("scxstat: "), done.stderr)
        for word in words:
            self.assertIn(str(word), done.stderr)
