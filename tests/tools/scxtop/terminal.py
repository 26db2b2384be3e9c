# SPDX-License-Identifier: GPL-2.0-only
"""A terminal for tests: a program on a pseudo-terminal, and what its screen would show.

It knows the control sequences that ncurses sends to an xterm, and says of any other that it does
not know it: a screen that is half understood proves nothing.
"""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

PATIENCE = 20
SEQUENCE = re.compile(r"\x1b(?:\[(?P<args>[?>]?[\d;]*)(?P<final>[@-~])|[()].|(?P<one>[=>78cM]|\]104\x07))")


class Screen:
    """The cells of a terminal that gets an xterm's control sequences."""

    def __init__(self, rows: int, columns: int):
        self.modes, self.row, self.column, self.rest, self.last = set(), 0, 0, "", " "
        self.colours = 0            # how often a colour was chosen
        self.decode = codecs.getincrementaldecoder("utf-8")("strict").decode
        self.resize(rows, columns)

    def resize(self, rows: int, columns: int):
        self.rows, self.columns = rows, columns
        self.region = (0, rows - 1)
        self.cells = [[" "] * columns for _ in range(rows)]

    def text(self) -> str:
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def feed(self, data: bytes):
        text = self.rest + self.decode(data)
        self.rest, at = "", 0
        while at < len(text):
            if text[at] != "\x1b":
                self.put(text[at])
                at += 1
                continue
            match = SEQUENCE.match(text, at)
            if not match:
                if len(text) - at > 30:
                    raise AssertionError(f"unknown sequence {text[at:at + 30]!r}")
                self.rest = text[at:]
                return
            self.obey(match)
            at = match.end()

    def put(self, char: str):
        if char == "\r":
            self.column = 0
        elif char == "\b":
            self.column = max(self.column - 1, 0)
        elif char == "\n":
            self.line_feed()
        elif char in "\x0f\x0e\x07":
            pass
        elif char < " " or char == "\x7f":
            raise AssertionError(f"control character {char!r}")
        else:
            if self.column < self.columns and self.row < self.rows:
                self.cells[self.row][self.column] = self.last = char
            self.column = min(self.column + 1, self.columns)

    def line_feed(self):
        top, bottom = self.region
        if self.row == bottom:
            self.cells[top:bottom + 1] = self.cells[top + 1:bottom + 1] + [[" "] * self.columns]
        else:
            self.row += 1

    def obey(self, match):
        final, args = match["final"], match["args"] or ""
        if final is None:
            if match["one"] == "M":
                self.shift(-1)
            return
        if args[:1] in ("?", ">"):
            if final in "hl":
                for mode in args[1:].split(";"):
                    (self.modes.add if final == "h" else self.modes.discard)(mode)
            return
        numbers = [int(part) if part else 0 for part in args.split(";")]
        first = max(numbers[0], 1)
        row = self.cells[min(self.row, self.rows - 1)]
        if final == "H":
            self.row, self.column = first - 1, (max(numbers[1], 1) if len(numbers) > 1 else 1) - 1
        elif final == "G":
            self.column = first - 1
        elif final == "d":
            self.row = first - 1
        elif final == "A":
            self.row = max(self.row - first, 0)
        elif final == "B":
            self.row = min(self.row + first, self.rows - 1)
        elif final == "C":
            self.column += first
        elif final == "D":
            self.column = max(self.column - first, 0)
        elif final == "J":
            if numbers[0] == 2:
                self.cells = [[" "] * self.columns for _ in range(self.rows)]
            else:
                row[self.column:] = [" "] * (self.columns - self.column)
                for below in range(self.row + 1, self.rows):
                    self.cells[below] = [" "] * self.columns
        elif final == "K":
            if numbers[0] == 1:
                row[:self.column + 1] = [" "] * (self.column + 1)
            else:
                row[self.column:] = [" "] * (self.columns - self.column)
        elif final == "X":
            row[self.column:self.column + first] = [" "] * len(row[self.column:self.column + first])
        elif final == "P":
            row[self.column:] = (row[self.column + first:] + [" "] * first)[:self.columns - self.column]
        elif final == "@":
            row[self.column:] = ([" "] * first + row[self.column:])[:self.columns - self.column]
        elif final == "b":
            for _ in range(first):
                self.put(self.last)
        elif final == "L":
            self.insert(self.row, first)
        elif final == "M":
            self.delete(self.row, first)
        elif final == "S":
            self.delete(self.region[0], first)
        elif final == "T":
            self.insert(self.region[0], first)
        elif final == "r":
            self.region = (first - 1, (numbers[1] if len(numbers) > 1 and numbers[1] else self.rows) - 1)
            self.row = self.column = 0
        elif final == "m":
            self.colours += any(30 <= number <= 38 or number == 48 for number in numbers)
        elif final in "hltn":
            pass
        else:
            raise AssertionError(f"unknown sequence {match[0]!r}")

    def insert(self, at: int, count: int):
        bottom = self.region[1]
        blank = [[" "] * self.columns for _ in range(count)]
        self.cells[at:bottom + 1] = (blank + self.cells[at:bottom + 1])[:bottom + 1 - at]

    def delete(self, at: int, count: int):
        bottom = self.region[1]
        blank = [[" "] * self.columns for _ in range(count)]
        self.cells[at:bottom + 1] = (self.cells[at:bottom + 1] + blank)[-(bottom + 1 - at):]

    def shift(self, _):
        if self.row == self.region[0]:
            self.insert(self.row, 1)
        else:
            self.row -= 1


class Terminal:
    """A program that runs on a pseudo-terminal."""

    def __init__(self, command, rows=24, columns=80, term="xterm-256color", **environment):
        self.master, self.slave = pty.openpty()
        self.screen = Screen(rows, columns)
        self.set_size(rows, columns)
        self.before = termios.tcgetattr(self.slave)
        self.said = b""
        clean = {name: value for name, value in os.environ.items()
                 if name not in ("NO_COLOR", "LINES", "COLUMNS", "LC_ALL")}
        self.process = subprocess.Popen(
            command, stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
            env={**clean, "TERM": term, "LC_ALL": "C.UTF-8", **environment},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def set_size(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        self.pump(0)
        self.screen.resize(rows, columns)
        self.set_size(rows, columns)        # the kernel sends SIGWINCH

    def press(self, keys: str):
        os.write(self.master, keys.encode())

    def pump(self, timeout: float):
        """Takes what the program writes within the time, at the latest until there is some."""
        if select.select([self.master], [], [], timeout)[0]:
            data = os.read(self.master, 65536)
            self.said += data
            self.screen.feed(data)

    def wait_for(self, condition, what: str):
        """Until the screen is so; a text stands for its being on the screen."""
        holds = condition if callable(condition) else lambda screen: condition in screen.text()
        end = time.monotonic() + PATIENCE
        while not holds(self.screen):
            if time.monotonic() > end:
                raise AssertionError(f"never seen: {what}\n{self.screen.text()}")
            self.pump(0.1)

    def wait_for_end(self) -> int:
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"it does not end\n{self.screen.text()}")
            self.pump(0.05)
        while select.select([self.master], [], [], 0)[0]:
            self.pump(0)
        return self.process.returncode

    def is_restored(self) -> bool:
        """Line discipline as before, the normal screen, a cursor."""
        return (termios.tcgetattr(self.slave) == self.before and "1049" not in self.screen.modes
                and "25" in self.screen.modes)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)
