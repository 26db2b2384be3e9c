# SPDX-License-Identifier: GPL-2.0-only
"""client.py SOCKET: shows the statistics of the scheduler there; written from docs/stats.md."""
import json
import socket
import sys


def connect(path):
    """A file of lines each way."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect("\0" + path[1:] if path.startswith("@") else path)
        return connection.makefile("rw", encoding="utf-8")


def ask(lines, req, **args):
    lines.write(json.dumps({"req": req, "args": args}) + "\n")
    lines.flush()
    answer = json.loads(lines.readline())
    if answer["errno"]:
        raise OSError(answer["errno"], answer["args"]["resp"])
    return answer["args"]["resp"]


def top_of(meta):
    """The struct that the target top answers."""
    return [struct for _, struct in sorted(meta.items()) if "top" in struct][-1]


def main():
    lines = connect(sys.argv[1])
    fields = top_of(ask(lines, "stats_meta"))["fields"]
    for name, value in ask(lines, "stats").items():
        print(name, value, fields[name].get("user", {}).get("_unit", ""), fields[name].get("desc", ""))


if __name__ == "__main__":
    main()
