# SPDX-License-Identifier: GPL-2.0-only
"""client.py SOCKET…: asks the schedulers there as docs/stats.md says, and looks whether what they
answer is what their metadata tell of."""
import json
import socket
import sys

KINDS = {"i64": int, "u64": int, "float": (int, float, type(None)), "string": str}


def ask(lines, req, **args):
    lines.write(json.dumps({"req": req, "args": args}) + "\n")
    lines.flush()
    answer = json.loads(lines.readline())
    if answer["errno"]:
        raise OSError(answer["errno"], answer["args"]["resp"])
    return answer["args"]["resp"]


def check(meta, kind, value):
    if isinstance(kind, str):
        assert isinstance(value, KINDS[kind]), f"{value!r} is no {kind}"
        return
    for name, field in meta[kind["struct"]]["fields"].items():
        if "datum" in field:
            check(meta, field["datum"], value[name])
        elif "array" in field:
            for element in value[name]:
                check(meta, field["array"], element)
        else:
            for key, element in value[name].items():
                check(meta, field["dict"]["datum"], element)
                assert field["dict"]["key"] == "string" or int(key) is not None


def converse(lines):
    meta = ask(lines, "stats_meta")
    top = [name for name, struct in sorted(meta.items()) if "top" in struct][-1]
    first, second = ask(lines, "stats"), ask(lines, "stats", target="top")
    for value in first, second:
        check(meta, {"struct": top}, value)
    for wrong, sentence in (("no_such", "unknown target 'no_such'"), ("", "unknown target ''")):
        try:
            ask(lines, "stats", target=wrong)
            raise AssertionError(f"the target '{wrong}' was answered")
        except OSError as error:
            assert error.errno == 22 and error.strerror.startswith(sentence), error
    print(f"{top}: {len(first)} values, {json.dumps(second)}")


for path in sys.argv[1:]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect("\0" + path[1:] if path.startswith("@") else path)
        converse(connection.makefile("rw", encoding="utf-8"))
