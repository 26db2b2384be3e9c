# SPDX-License-Identifier: GPL-2.0-only
"""Schedulers for the tests of scxtop's command."""

import socket
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path


class Scheduler:
    """A test machine's statistics, served by another process until stop()."""

    def __init__(self, server: str, kind: str, path: Path):
        self.process = subprocess.Popen([server, kind, str(path)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise AssertionError("the test server does not start")

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(20)
            self.process.stdout.close()


class RawServer:
    """Answers every line with the same bytes (None: never), whatever they are."""

    def __init__(self, path: Path, answer):
        self.answer = answer
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, client.makefile("rb") as lines:
            try:
                for _ in lines:
                    if self.answer is not None:
                        client.sendall(self.answer)
            except OSError:
                pass

    def stop(self):
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()


class Case(unittest.TestCase):
    program = server = None         # set by the test's main()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="scxtop.")
        self.addCleanup(folder.cleanup)
        self.socket = Path(folder.name) / "stats"

    def serve(self, kind: str) -> Scheduler:
        scheduler = Scheduler(self.server, kind, self.socket)
        self.addCleanup(scheduler.stop)
        return scheduler

    def serve_raw(self, answer) -> RawServer:
        server = RawServer(self.socket, answer)
        self.addCleanup(server.stop)
        return server
