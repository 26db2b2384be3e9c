#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""scxstat openmetrics --listen, scraped as Prometheus does it.

usage: http_test.py PROGRAM SERVED [unittest's options]
"""

import re
import resource
import signal
import socket
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

import openmetrics_text
from openmetrics_text import value
from scheduler import Scheduler
from support import PROGRAM, RUST_ANSWER, RUST_METADATA, Case, Served, run

TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


class Http(Case):
    def start(self, *arguments, listen="0"):
        """The address that it serves at."""
        self.process = subprocess.Popen(
            [PROGRAM, "openmetrics", "--listen", listen, "--socket", self.socket, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.process.stderr.close)
        self.addCleanup(self.process.stdout.close)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)
        found = re.fullmatch(r"scxstat: serving (http://\S+:(\d+)/metrics)\n", self.process.stderr.readline())
        self.assertTrue(found)
        self.port = int(found[2])
        return found[1]

    def scrape(self, address):
        with urllib.request.urlopen(address, timeout=60) as response:
            self.assertEqual((response.status, response.headers["Content-Type"]), (200, TYPE))
            text = response.read().decode()
        openmetrics_text.parse(text)
        return text

    def end(self, how=signal.SIGTERM):
        """What it said meanwhile."""
        self.process.send_signal(how)
        self.assertEqual(self.process.wait(timeout=60), 0)
        return self.process.stderr.read()


class Scrapes(Http):
    def test_the_text_is_the_same_as_on_standard_output(self):
        with Served(self.socket):
            address = self.start()
            self.assertTrue(address.startswith("http://127.0.0.1:"), address)
            self.assertEqual(self.scrape(address), self.expect_success(run("openmetrics", *self.here)))
            self.assertEqual(self.end(signal.SIGINT), "scxstat: the scheduler answers\n")

    def test_one_connection_serves_all_scrapes(self):
        with Served(self.socket):
            address = self.start("--target", "visits", "--prefix", "my_")
            for count in ("1", "2", "3"):
                self.assertEqual(value(self.scrape(address), "my_nr"), count)

    def test_a_scheduler_that_comes_goes_and_comes_back(self):
        address = self.start()
        down = "# TYPE scx_up gauge\n# HELP scx_up Whether the scheduler answers.\nscx_up 0\n# EOF\n"
        self.assertEqual(self.scrape(address), down)
        self.assertEqual(self.scrape(address), down)
        for _ in range(2):
            with Scheduler(self.socket, RUST_METADATA, {"top": RUST_ANSWER}) as scheduler:
                self.assertEqual(value(self.scrape(address), "s_busy"), "12.5")
                self.assertEqual(value(self.scrape(address), "scx_up"), "1")
                self.assertEqual(scheduler.connections, 1)
            self.assertEqual(self.scrape(address), down)
        other = {"New": {"name": "New", "top": "true", "fields": {"fresh": {"datum": "u64"}}}}
        with Scheduler(self.socket, other, {"top": {"fresh": 7}}):
            self.assertEqual(value(self.scrape(address), "fresh"), "7")
        said = self.end().splitlines()
        self.assertEqual(len(said), 6, said)    # gone, there, gone, there, gone, there: once each

    def test_another_scheduler_between_two_scrapes(self):
        address = self.start()
        with Scheduler(self.socket, RUST_METADATA, {"top": RUST_ANSWER}):
            self.scrape(address)
        with Scheduler(self.socket, RUST_METADATA, {"top": {"busy": 1.0}}):
            self.assertEqual(value(self.scrape(address), "s_busy"), "1")

    def test_a_scheduler_that_is_silent_or_talks_nonsense(self):
        address = self.start("--timeout", "0.05")
        for answer in (b"", b"nonsense\n", b'{"errno":0,', None, Scheduler.answer("no", 22), Scheduler.answer(1)):
            with self.subTest(answer=answer), Scheduler(self.socket, respond=lambda _, answer=answer: answer):
                self.assertEqual(value(self.scrape(address), "scx_up"), "0")
        with Scheduler(self.socket, RUST_METADATA, {"top": RUST_ANSWER}):
            self.assertEqual(value(self.scrape(address), "scx_up"), "1")

    def test_many_at_a_time(self):
        texts = []
        with Served(self.socket):
            address = self.start()
            threads = [threading.Thread(target=lambda: texts.append(self.scrape(address))) for _ in range(30)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(len(texts), 30)
        self.assertEqual(len(set(texts)), 1)


class Manners(Http):
    def test_other_pages(self):
        address = self.start()
        with urllib.request.urlopen(address.removesuffix("metrics"), timeout=60) as page:
            self.assertIn(b"/metrics", page.read())
        for path, data, status in (("none", None, 404), ("../etc/passwd", None, 404), ("metrics", b"x", 404)):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(address.removesuffix("metrics") + path, data, timeout=60)
            self.assertEqual(refused.exception.code, status, path)
            refused.exception.close()

    def test_nonsense_and_silence_harm_nobody(self):
        with Served(self.socket):
            address = self.start()
            rude = []
            for bytes_sent in (b"", b"\0\xff\r\n\r\n", b"GET /metrics", b"GET " + b"x" * 100_000, b"\r\n" * 10):
                rude.append(socket.create_connection(("127.0.0.1", self.port), timeout=60))
                try:
                    rude[-1].sendall(bytes_sent)
                except OSError:
                    pass    # it had enough
            self.assertEqual(value(self.scrape(address), "scx_up"), "1")
            for connection in rude:
                connection.close()
            self.end()

    def test_who_sends_slowly_or_too_much_is_sent_away(self):
        self.start("--timeout", "0.05")
        crowd = []
        for bytes_sent in (b"", b"GET /met", b"GET /metrics HTTP/1.1\r\n" + b"X: " + b"x" * 20_000,
                           b"POST /metrics HTTP/1.1\r\nContent-Length: 5000\r\n\r\n"):
            crowd.append(socket.create_connection(("127.0.0.1", self.port), timeout=60))
            crowd[-1].sendall(bytes_sent)
        for connection in crowd:
            with connection:
                try:
                    while said := connection.recv(4096):
                        self.assertNotIn(b"200 OK", said)
                except ConnectionResetError:
                    pass    # it had not read all

    def test_more_connections_than_it_may_open(self):
        with Served(self.socket):
            address = self.start()
            resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, (20, 20))
            crowd = [socket.create_connection(("127.0.0.1", self.port), timeout=60) for _ in range(40)]
            for connection in crowd:
                connection.close()
            until = time.monotonic() + 60
            while value(self.scrape(address), "scx_up") != "1":    # it has to see that they are gone
                self.assertLess(time.monotonic(), until)
            self.assertNotIn("accept", self.end())

    def test_it_ends_although_many_wait_for_a_silent_scheduler(self):
        self.start("--timeout", "1")
        with Scheduler(self.socket, respond=lambda _: b""):
            crowd = [socket.create_connection(("127.0.0.1", self.port), timeout=60) for _ in range(30)]
            for connection in crowd:
                connection.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            self.process.send_signal(signal.SIGTERM)
            self.assertEqual(self.process.wait(timeout=15), 0)
            for connection in crowd:
                connection.close()

    def test_addresses(self):
        for listen, host in (("127.0.0.1:0", "127.0.0.1"), ("localhost:0", "localhost"), ("[::1]:0", "[::1]")):
            with self.subTest(listen=listen):
                if ":" in host and not self.has_ipv6():
                    continue
                address = self.start(listen=listen)
                self.assertTrue(address.startswith(f"http://{host}:"), address)
                self.scrape(address)

    @staticmethod
    def has_ipv6():
        try:
            with socket.socket(socket.AF_INET6) as probe:
                probe.bind(("::1", 0))
            return True
        except OSError:
            return False

    def test_a_port_in_use(self):
        self.start()
        self.expect_error(run("openmetrics", "--listen", str(self.port)), 1, "Address already in use",
                          f"127.0.0.1:{self.port}", "choose another port")

    def test_an_address_of_somebody_else(self):
        self.expect_error(run("openmetrics", "--listen", "192.0.2.1:0"), 1, "192.0.2.1", "Cannot assign")
        self.expect_error(run("openmetrics", "--listen", "none.invalid:0"), 2, "none.invalid")

    def test_it_ends_at_once(self):
        self.start()
        self.assertEqual(self.end(), "")


if __name__ == "__main__":
    unittest.main()
