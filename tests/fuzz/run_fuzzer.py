#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Builds the fuzzers and runs one for a while.

usage: run_fuzzer.py --source DIR --build DIR build
       run_fuzzer.py --source DIR --build DIR run NAME --seconds N [libFuzzer's options…]

The kept corpus, tests/fuzz/corpus/NAME, is where a run starts; what it finds beyond that goes to a
temporary directory. An input that breaks a promise stays in BUILD/crashes, and the output says how
to run it again. Status 77 where clang or its fuzzing runtime is missing.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
OLDEST_CLANG, NEWEST_CLANG = 19, 40

# error_exitcode: libFuzzer's own default is the status of a skipped test.
OPTIONS = ["-timeout=30", "-rss_limit_mb=1024", "-print_final_stats=1", "-error_exitcode=1"]
OWN_OPTIONS = {
    # hwloc 2.9 loses memory where it gives up on an XML
    "xml": ["-detect_leaks=0"],
    "xml_text": ["-detect_leaks=0"],
}
# hwloc is told not to comment on what it reads; freed memory is kept for less than a run's limit.
ENVIRONMENT = {"HWLOC_HIDE_ERRORS": "2", "ASAN_OPTIONS": "quarantine_size_mb=64"}


def find_clang():
    """The newest clang++ that links a fuzzer; None where there is none."""
    names = [f"clang++-{version}" for version in range(NEWEST_CLANG, OLDEST_CLANG - 1, -1)]
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder, "probe.cc")
        probe.write_text("#include <expected>\n"
                         "extern \"C\" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long n) {\n"
                         "  return std::expected<int, int>(n > 0 ? 0 : 0).value();\n}\n")
        for name in filter(shutil.which, names):
            linked = subprocess.run([name, "-std=c++23", "-fsanitize=fuzzer,address,undefined",
                                     probe, "-o", Path(folder, "probe")], capture_output=True)
            if linked.returncode == 0:
                return name
    return None


def skip(why):
    print(f"skipped: {why}")
    return SKIPPED


def build(source: Path, folder: Path) -> int:
    compiler = find_clang()
    if not compiler:
        return skip(f"no clang++-{OLDEST_CLANG} or newer with the fuzzing runtime "
                    "(libclang-rt-N-dev): tools/setup installs them")
    for command in (["cmake", "--preset", "fuzz", "-B", folder, f"-DCMAKE_CXX_COMPILER={compiler}"],
                    ["cmake", "--build", folder]):
        status = subprocess.run(command, cwd=source).returncode
        if status:
            return status
    return 0


def run(source: Path, folder: Path, name: str, options: list) -> int:
    fuzzer = folder / "bin" / f"{name}_fuzz"
    if not fuzzer.exists():
        return skip(f"{fuzzer} was not built")
    here = source / "tests" / "fuzz"
    crashes = folder / "crashes"
    crashes.mkdir(exist_ok=True)
    kept = f"{name}-"
    before = set(crashes.glob(kept + "*"))
    with tempfile.TemporaryDirectory(prefix=f"scxx-{kept}") as found:
        command = [fuzzer, found, here / "corpus" / name, f"-dict={here / 'dict' / name}.dict",
                   f"-artifact_prefix={crashes / kept}", *OPTIONS, *OWN_OPTIONS.get(name, []), *options]
        print("+", *command, flush=True)
        status = subprocess.run(command, env={**ENVIRONMENT, **os.environ}).returncode
    for crash in sorted(set(crashes.glob(kept + "*")) - before):
        print(f"an input breaks a promise; run it again with\n  {fuzzer} {crash}")
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description="builds the fuzzers, runs one")
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--build", type=Path, required=True)
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("build")
    running = steps.add_parser("run")
    running.add_argument("name")
    running.add_argument("--seconds", type=int, default=60)
    arguments, options = parser.parse_known_args()
    if arguments.step == "build":
        return build(arguments.source, arguments.build)
    return run(arguments.source, arguments.build, arguments.name,
               [f"-max_total_time={arguments.seconds}", *options])


if __name__ == "__main__":
    sys.exit(main())
