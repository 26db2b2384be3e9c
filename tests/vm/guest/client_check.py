# SPDX-License-Identifier: GPL-2.0-only
"""client_check.py SOCKET: whether what a scheduler answers is what its metadata tell of."""
import sys

from client import ask, connect, top_of

KINDS = {"i64": int, "u64": int, "float": (int, float, type(None)), "string": str}


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


lines = connect(sys.argv[1])
meta = ask(lines, "stats_meta")
for value in ask(lines, "stats"), ask(lines, "stats", target="top"):
    check(meta, {"struct": top_of(meta)["name"]}, value)
for wrong, sentence in (("no_such", "unknown target 'no_such'"), ("", "unknown target ''")):
    try:
        ask(lines, "stats", target=wrong)
        raise AssertionError(f"the target '{wrong}' was answered")
    except OSError as error:
        assert error.errno == 22 and error.strerror.startswith(sentence), error
