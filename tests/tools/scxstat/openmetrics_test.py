#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""scxstat openmetrics: the text for schedulers that are sound, and for such as are not.

usage: openmetrics_test.py PROGRAM SERVED [unittest's options]
"""

import math
import random
import unittest
from pathlib import Path

import openmetrics_text
from openmetrics_text import value
from scheduler import Scheduler
from support import RUST_ANSWER, RUST_METADATA, Case, Served, run

EXPECTED = Path(__file__).parent / "expected"


def struct(fields, **more):
    """Metadata of one struct that is top."""
    return {"Top": {"name": "Top", "top": "true", "fields": fields, **more}}


class Openmetrics(Case):
    def text_of(self, metadata, answer, *arguments, target="top"):
        with Scheduler(self.socket, metadata, {target: answer}):
            text = self.expect_success(run("openmetrics", *arguments, *self.here))
        openmetrics_text.parse(text)
        return text


class Expected(Openmetrics):
    def test_a_scheduler_of_this_project(self):
        with Served(self.socket):
            text = self.expect_success(run("openmetrics", *self.here))
        self.assertEqual(text, (EXPECTED / "lavd.txt").read_text())
        openmetrics_text.parse(text)

    def test_a_scheduler_of_the_rust_framework(self):
        self.assertEqual(self.text_of(RUST_METADATA, RUST_ANSWER), (EXPECTED / "rust.txt").read_text())

    def test_a_list(self):
        with Served(self.socket):
            text = self.expect_success(run("openmetrics", "--target", "sched_samples",
                                           "--arg", "nr_samples=2", *self.here))
        self.assertEqual(value(text, "s_pid", index="1"), "1001")
        self.assertEqual(value(text, "s_comm", index="0", comm="make"), "1")

    def test_a_prefix(self):
        families = openmetrics_text.parse(self.text_of(RUST_METADATA, RUST_ANSWER, "--prefix", "scx_"))
        self.assertEqual(set(families), {"scx_up", "scx_s_busy", "scx_s_offset", "scx_s_cpus", "scx_d_load",
                                         "scx_d_name"})

    def test_names_depend_on_the_metadata_alone(self):
        first = openmetrics_text.parse(self.text_of(RUST_METADATA, RUST_ANSWER))
        second = openmetrics_text.parse(self.text_of(RUST_METADATA, {"doms": RUST_ANSWER["doms"]}))
        self.assertLess(set(second), set(first))

    def test_nothing_is_left_of_an_empty_answer(self):
        self.assertEqual(set(openmetrics_text.parse(self.text_of(RUST_METADATA, {}))), {"scx_up"})


class Values(Openmetrics):
    def test_numbers_are_exact(self):
        fields = {name: {"datum": kind} for name, kind in
                  (("big", "u64"), ("small", "i64"), ("fine", "float"), ("huge", "float"), ("tiny", "float"))}
        answer = {"big": 2**64 - 1, "small": -2**63, "fine": 0.1, "huge": 1e300, "tiny": 5e-324}
        text = self.text_of(struct(fields), answer)
        self.assertEqual(value(text, "big"), str(2**64 - 1))
        self.assertEqual(value(text, "small"), str(-2**63))
        for name in ("fine", "huge", "tiny"):
            self.assertEqual(float(value(text, name)), answer[name])

    def test_what_does_not_fit_is_left_out(self):
        fields = {"a": {"datum": "u64"}, "b": {"datum": "string"}, "c": {"array": "u64"},
                  "d": {"dict": {"key": "u64", "datum": "u64"}}, "e": {"datum": {"struct": "Top"}},
                  "f": {"datum": {"struct": "Gone"}}, "g": {"datum": "tensor"},
                  "h": {"datum": "u64", "user": {"_kind": "counter"}}, "i": {"datum": "float"}}
        for answer in ({"a": None, "b": None, "c": None, "d": None, "e": None, "f": None, "g": None, "h": None},
                       {"a": "1", "b": 1, "c": {"x": 1}, "d": [1], "e": 1, "f": {"a": 1}, "g": 1, "h": -1},
                       {"a": True, "b": [], "c": [None, "x", []], "d": {"x": {}}, "e": {"a": 1}, "unknown": 1}):
            self.assertEqual(set(openmetrics_text.parse(self.text_of(struct(fields), answer))), {"scx_up"})

    def test_numbers_that_are_none_are_no_answer(self):
        for number in (math.nan, math.inf, -math.inf):
            with Scheduler(self.socket, struct({"a": {"datum": "float"}}), {"top": {"a": number}}):
                self.expect_error(run("openmetrics", *self.here), 1)

    def test_texts_are_escaped(self):
        odd = 'a"b\\c\nd\\n{}=,# é\U0001f600'
        metadata = struct({"text": {"datum": "string", "desc": odd},
                           "keys": {"dict": {"key": "string", "datum": "u64"}}})
        families = openmetrics_text.parse(self.text_of(metadata, {"text": odd, "keys": {odd: 1, "": 2}}))
        self.assertEqual(families["text"].help, odd)
        self.assertEqual(list(families["text"].samples), [(("text", odd),)])
        self.assertEqual(set(families["keys"].samples), {(("keys", odd),), (("keys", ""),)})

    def test_control_characters_do_not_come_through(self):
        text = self.text_of(struct({"keys": {"dict": {"key": "string", "datum": "u64"}}}),
                            {"keys": {"a\x1b": 1, "a\x00": 2, "b\x9b\r": 3}})
        self.assertEqual(len(openmetrics_text.parse(text)["keys"].samples), 2)  # two look alike now
        self.assertEqual(value(text, "keys", keys="b??"), "3")

    def test_a_huge_dictionary(self):
        metadata = struct({"keys": {"dict": {"key": "u64", "datum": "u64"}}})
        text = self.text_of(metadata, {"keys": {str(i): i for i in range(10_000)}})
        self.assertEqual(len(openmetrics_text.parse(text)["keys"].samples), 10_000)


class Names(Openmetrics):
    def test_odd_ones_become_legal(self):
        names = ["", "0day", "a b", "ü", "a:b", "__x", "a{b=\"c\"}", "# EOF", "a\nb", "x" * 300, "le"]
        metadata = struct({name: {"datum": "u64"} for name in names})
        families = openmetrics_text.parse(self.text_of(metadata, {name: i for i, name in enumerate(names)}))
        numbers = [next(iter(family.samples.values())) for name, family in families.items() if name != "scx_up"]
        self.assertEqual(numbers, [str(i) for i in range(len(names))])

    def test_no_two_are_the_same(self):
        fields = {"scx_up": {"datum": "u64"}, "a b": {"datum": "u64"}, "a_b": {"datum": "u64"},
                  "a-b": {"datum": "u64"}, "n": {"datum": "u64", "user": {"_kind": "counter"}},
                  "n_total": {"datum": "u64"}, "m_total": {"datum": "u64", "user": {"_kind": "counter"}},
                  "m": {"datum": "u64"}, "t_info": {"datum": "string"}, "t": {"datum": "string"}}
        answer = {name: "x" if "string" in str(field) else i for i, (name, field) in enumerate(fields.items())}
        families = openmetrics_text.parse(self.text_of(struct(fields), answer))
        self.assertEqual(len(families), len(fields) + 1)
        self.assertEqual(families["scx_up"].samples, {(): "1"})
        self.assertEqual(families["n"].type, "counter")

    def test_structs_in_structs(self):
        metadata = struct({"load": {"datum": "u64"}, "inner": {"datum": {"struct": "Inner"}},
                           "list": {"array": {"struct": "Inner"}}})
        metadata["Inner"] = {"name": "Inner", "fields": {
            "load": {"datum": "u64"}, "deep": {"dict": {"key": "string", "datum": {"struct": "Deep"}}}}}
        metadata["Deep"] = {"name": "Deep", "user": {"_om_label": "index"}, "fields": {"load": {"array": "u64"}}}
        inner = {"load": 2, "deep": {"k": {"load": [3, 4]}}}
        text = self.text_of(metadata, {"load": 1, "inner": inner, "list": [inner]})
        self.assertEqual(value(text, "load"), "1")
        self.assertEqual(value(text, "inner_load"), "2")
        self.assertEqual(value(text, "list_load", index="0"), "2")
        self.assertEqual(value(text, "inner_deep_load", index="k", index2="1"), "4")
        self.assertEqual(value(text, "list_deep_load", index="0", index2="k", index3="0"), "3")

    def test_skipped_fields(self):
        fields = {"a": {"datum": "u64", "user": {"_om_skip": "true"}},
                  "b": {"datum": "u64", "user": {"_om_skip": "false"}},
                  "c": {"dict": {"key": "u64", "datum": {"struct": "Top"}}, "user": {"_om_skip": "true"}}}
        families = openmetrics_text.parse(self.text_of(struct(fields), {"a": 1, "b": 2, "c": {"1": {"b": 3}}}))
        self.assertEqual(set(families), {"scx_up", "b"})

    def test_units_stand_in_names_or_in_the_help(self):
        fields = {"wait_ns": {"datum": "u64", "desc": "waiting", "user": {"_unit": "ns", "_kind": "counter"}},
                  "busy": {"datum": "float", "desc": "busy", "user": {"_unit": "%"}},
                  "x_%": {"datum": "float", "user": {"_unit": "%"}},
                  "mode_x": {"datum": "string", "user": {"_unit": "x"}}}
        families = openmetrics_text.parse(self.text_of(struct(fields), {"wait_ns": 1, "busy": 1, "x_%": 1,
                                                                        "mode_x": "y"}))
        self.assertEqual((families["wait_ns"].unit, families["wait_ns"].help), ("ns", "waiting"))
        self.assertEqual((families["busy"].unit, families["busy"].help), (None, "busy (%)"))
        self.assertEqual((families["x__"].unit, families["x__"].help), (None, "(%)"))
        self.assertIsNone(families["mode_x"].unit)

    def test_too_much_is_refused(self):
        many = struct({f"f{i}": {"datum": "u64"} for i in range(5000)})
        wide = {f"S{i}": {"name": f"S{i}", "fields": {f"f{j}": {"datum": {"struct": f"S{i + 1}"}}
                                                      for j in range(10)}} for i in range(12)}
        deep = {f"S{i}": {"name": f"S{i}", "fields": {"f": {"datum": {"struct": f"S{i + 1}"}}}}
                for i in range(9000)}
        for metadata in (many, wide, deep):
            metadata.get("S0", {})["top"] = "true"
            with Scheduler(self.socket, metadata, {"top": {}}):
                self.expect_error(run("openmetrics", *self.here), 1, "the statistics")


class AnyMetadata(Openmetrics):
    """Whatever a scheduler says, the text is OpenMetrics."""

    NAMES = ["a", "b", "a_b", "a b", "x_total", "x", "x_info", "index", "0", "", "_", "__", "ü", "a\n\"\\", "scx_up"]

    def field(self, dice, level):
        kind = dice.choice(["u64", "i64", "float", "string", {"struct": f"S{level + dice.randint(0, 2)}"}])
        what = dice.choice([{"datum": kind}, {"array": kind},
                            {"dict": {"key": dice.choice(["u64", "string"]), "datum": kind}}])
        if dice.random() < 0.5:
            what["desc"] = dice.choice(self.NAMES)
        what["user"] = {key: dice.choice([*self.NAMES, "counter", "ns"])
                        for key in ("_kind", "_unit", "_om_label") if dice.random() < 0.4}
        return what

    def value(self, dice, metadata, kind, depth):
        if dice.random() < 0.1 or depth > 5:
            return dice.choice([None, "x", 1, [], {}])
        if isinstance(kind, dict):
            struct_fields = metadata.get(kind["struct"], {"fields": {}})["fields"]
            return {name: self.member(dice, metadata, what, depth + 1) for name, what in struct_fields.items()}
        return {"u64": dice.randint(0, 2**64 - 1), "i64": dice.randint(-2**63, 2**63 - 1),
                "float": dice.uniform(-1, 1) * 10**dice.randint(-300, 300)}.get(kind, dice.choice(self.NAMES))

    def member(self, dice, metadata, what, depth):
        if "datum" in what:
            return self.value(dice, metadata, what["datum"], depth)
        if "array" in what:
            return [self.value(dice, metadata, what["array"], depth) for _ in range(dice.randint(0, 3))]
        return {dice.choice(self.NAMES): self.value(dice, metadata, what["dict"]["datum"], depth)
                for _ in range(dice.randint(0, 3))}

    def test_many(self):
        samples = 0
        for seed in range(200):
            dice = random.Random(seed)
            metadata = {}
            for level in range(4):
                fields = {name: self.field(dice, level) for name in dice.sample(self.NAMES, 5)}
                user = {key: dice.choice(self.NAMES) for key in ("_om_prefix", "_om_label") if dice.random() < 0.3}
                metadata[f"S{level}"] = {"name": f"S{level}", "fields": fields, "user": user}
            metadata["S0"]["top"] = "true"
            answer = self.value(dice, metadata, {"struct": "S0"}, 0)
            if not isinstance(answer, dict):
                continue
            with self.subTest(seed=seed):
                text = self.text_of(metadata, answer)
                samples += sum(len(family.samples) for family in openmetrics_text.parse(text).values())
        self.assertGreater(samples, 1000)


class TheReader(unittest.TestCase):
    """What reads the text in these tests finds fault where there is one."""

    def test_faults_are_found(self):
        good = "# TYPE a gauge\n# UNIT a_b b\n".replace("a gauge", "a_b gauge") + 'a_b{x="y"} 1\n# EOF\n'
        openmetrics_text.parse(good)
        for old, new in (("# EOF\n", ""), ("# EOF", "# EOF\n# EOF"), (" 1\n", " 1 \n"), (" 1\n", " NaN\n"),
                         ('"y"', "y"), ('"y"', '"\\y"'), ('x="y"', 'x="y",'), ('x="y"', 'x="y",x="z"'),
                         ('x="y"', '0="y"'), ('x="y"', '__x="y"'), ("gauge", "counter"), ("gauge", "odd"),
                         ("a_b{", "c{"), ("a_b b", "a_b c"), ("# TYPE", "#TYPE"),
                         ('a_b{x="y"} 1\n', 'a_b{x="y"} 1\n' * 2), ("# TYPE a_b gauge\n", ""),
                         ("# TYPE a_b gauge\n", "# TYPE a_b gauge\n" * 2),
                         ("# EOF", "# TYPE a_b_total gauge\n# TYPE a_b gauge\n# EOF")):
            with self.subTest(new=new):
                self.assertIn(old, good)
                with self.assertRaises(ValueError):
                    openmetrics_text.parse(good.replace(old, new))


if __name__ == "__main__":
    unittest.main()
