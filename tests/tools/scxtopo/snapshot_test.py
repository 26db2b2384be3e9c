#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The tree of real machines is what expected/NAME.txt says. With SCXX_UPDATE_EXPECTED=1 those files
are written anew; review the difference by eye.

usage: snapshot_test.py PROGRAM FOLDER      FOLDER: the snapshots, NAME.tar.bz2
"""

import difflib
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

SKIPPED = 77


def tree(program: str, archive: Path, name: str) -> str:
    """By a relative path, so that the output does not depend on where it was unpacked."""
    with tempfile.TemporaryDirectory(prefix="scxtopo.") as work:
        with tarfile.open(archive) as tar:
            tar.extractall(work)
        root = next(path for path in Path(work).iterdir() if (path / "sys").is_dir())
        root.rename(Path(work) / name)
        done = subprocess.run([program, "--topology", name], cwd=work, capture_output=True, text=True,
                              check=False, timeout=60)
        if done.returncode or done.stderr:
            sys.exit(f"{name}: status {done.returncode}: {done.stderr}")
        return done.stdout


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program = str(Path(sys.argv[1]).resolve())
    folder = Path(os.environ.get("SCXX_TOPOLOGIES", sys.argv[2]))
    wrong = compared = 0
    for expected in sorted((Path(__file__).parent / "expected").glob("*.txt")):
        archive = folder / f"{expected.stem}.tar.bz2"
        if not archive.is_file():
            print(f"{archive} is not here")
            continue
        text = tree(program, archive, expected.stem)
        if os.environ.get("SCXX_UPDATE_EXPECTED"):
            expected.write_text(text)
        lines = (expected.read_text().splitlines(keepends=True), text.splitlines(keepends=True))
        difference = list(difflib.unified_diff(*lines, expected.name, "found"))
        sys.stdout.writelines(difference)
        wrong += bool(difference)
        compared += 1
    if not compared:
        sys.exit(SKIPPED)
    print(f"{compared} compared, {wrong} differ")
    sys.exit(1 if wrong else 0)


main()
