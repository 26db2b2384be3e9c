# SPDX-License-Identifier: GPL-2.0-only
"""Reads OpenMetrics 1.0 text and refuses what is none; written from the format's own rules."""

import math
import re

METRIC = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
SAMPLE = re.compile(rf"({METRIC})(?:\{{(.*)\}})? (\S+)")
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")
SUFFIXES = {"gauge": "", "counter": "_total", "info": "_info"}
UNESCAPED = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


class Family:
    def __init__(self, name):
        self.name, self.type, self.unit, self.help = name, None, None, None
        self.samples = {}   # by the sorted labels


def expect(condition, what):
    if not condition:
        raise ValueError(what)


def unescape(text):
    expect(re.fullmatch(r'(?:[^"\\\n]|\\["\\n])*', text), f"badly escaped: {text!r}")
    return re.sub(r'\\["\\n]', lambda found: UNESCAPED[found[0]], text)


def labels_of(text):
    """The labels between the braces; every character of them is accounted for."""
    labels, at = {}, 0
    while at < len(text):
        found = LABEL.match(text, at)
        expect(found, f"no label: {text[at:]!r}")
        expect(found[1] not in labels, f"label {found[1]} twice")
        expect(not found[1].startswith("__"), f"{found[1]} is reserved")
        labels[found[1]] = unescape(found[2])
        at = found.end()
        if at < len(text):
            expect(text[at] == "," and at + 1 < len(text), f"no comma: {text[at:]!r}")
            at += 1
    return labels


def add_descriptor(families, line):
    _, what, name, *rest = line.split(" ", 3)
    expect(re.fullmatch(METRIC, name), f"no name: {line!r}")
    if name not in families:
        families[name] = Family(name)
    expect(name == next(reversed(families)), f"{name} is interrupted")
    family = families[name]
    expect(not family.samples, f"{what} of {name} after its samples")
    key = {"TYPE": "type", "UNIT": "unit", "HELP": "help"}.get(what)
    expect(key and getattr(family, key) is None, f"{what} of {name} twice or unknown")
    text = rest[0] if rest else ""
    if key == "type":
        expect(text in SUFFIXES, f"type {text}")
    elif key == "unit":
        expect(name.endswith("_" + text), f"{name} does not end with its unit {text}")
    setattr(family, key, unescape(text))


def add_sample(families, line):
    found = SAMPLE.fullmatch(line)
    expect(found, f"no sample: {line!r}")
    name, labels, number = found[1], labels_of(found[2] or ""), found[3]
    expect(families, f"{name} has no type")
    family = families[next(reversed(families))]
    expect(family.type is not None, f"{family.name} has no type")
    expect(name == family.name + SUFFIXES[family.type], f"{name} in the family {family.name}")
    expect(NUMBER.fullmatch(number), f"no number: {number!r}")
    value = float(number)
    expect(math.isfinite(value), f"{name} is {number}")
    expect(family.type != "counter" or value >= 0, f"{name} is negative")
    expect(family.type != "info" or value == 1, f"{name} is not 1")
    key = tuple(sorted(labels.items()))
    expect(key not in family.samples, f"{line!r} twice")
    family.samples[key] = number


def parse(text):
    """The families by name."""
    expect(text.endswith("\n# EOF\n"), "no end")
    families, lines = {}, text[:-1].split("\n")
    for line in lines[:-1]:
        expect(line != "# EOF", "goes on behind its end")
        (add_descriptor if line.startswith("#") else add_sample)(families, line)
    names = [name for family in families.values()
             for name in {family.name, family.name + SUFFIXES[family.type or "gauge"]}]
    expect(len(names) == len(set(names)), "a sample is called like another family")
    return families


def value(text, name, **labels):
    """Of one sample, as it is written."""
    return parse(text)[name].samples[tuple(sorted(labels.items()))]
