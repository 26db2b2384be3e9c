# SPDX-License-Identifier: GPL-2.0-only
"""A scheduler's socket as the tests want it: sound, silent, or full of nonsense."""

import json
import os
import socket
import threading


class Scheduler:
    """Serves `answers`, by target, and `metadata` at `path` until the end of a with block. `respond`, if
    given, gets the request's text and returns the bytes to send, None for the end of the connection."""

    def __init__(self, path, metadata=None, answers=None, respond=None):
        self.path, self.metadata, self.answers = str(path), metadata, answers or {}
        self.respond = respond or self.by_protocol
        self.connections, self.requests = 0, []
        self.open = []

    def __enter__(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind("\0" + self.path[1:] if self.path.startswith("@") else self.path)
        self.listener.listen()
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()
        for connection in self.open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass    # the client was faster
            connection.close()
        if os.path.exists(self.path):
            os.unlink(self.path)

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            for line in connection.makefile("r", encoding="utf-8"):
                self.requests.append(line)
                answer = self.respond(line)
                if answer is None:
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                connection.sendall(answer)
        except (OSError, ValueError):
            pass    # the client has gone

    def by_protocol(self, line):
        request = json.loads(line)
        if request["req"] == "stats_meta":
            return self.answer(self.metadata)
        target = request.get("args", {}).get("target", "top")
        if target not in self.answers:
            return self.answer(f"unknown target '{target}'", 22)
        return self.answer(self.answers[target])

    @staticmethod
    def answer(value, errno=0):
        return (json.dumps({"errno": errno, "args": {"resp": value}}) + "\n").encode()
