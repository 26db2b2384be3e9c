#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Includes point one way only: base ← topology ← framework ← schedulers, base ← stats ← schedulers.

usage: layering.py ROOT        checks the sources below ROOT; a line for each wrong include, status 1
       layering.py --self-test ROOT   plants wrong includes in copies and sees them caught
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# What the sources of a folder may include, beside themselves. Nobody may include a scheduler.
MAY_INCLUDE = {
    "base": set(),
    "topology": {"base"},
    "stats": {"base"},
    "framework": {"base", "topology", "stats"},
    "schedulers": {"base", "topology", "stats", "framework"},
    "tools": {"base", "topology", "stats", "framework"},
}

# Libraries that stay where they are: the include's first part, what it is, and where it may stand.
KEPT_APART = [
    (r"bpf/", "libbpf", lambda file: file.folder == "framework" or file.is_bpf),
    (r"hwloc(\.h$|/)", "hwloc", lambda file: not file.is_public),
    (r"CLI/", "CLI11", lambda file: not file.is_public),
    (r"pugixml", "pugixml", lambda file: file.folder == "tools"),
    (r"event2/http|evhttp", "libevent's HTTP", lambda file: file.folder == "tools"),
    (r"event2/|event\.h$", "libevent", lambda file: file.folder in ("stats", "tools") and not file.is_public),
    (r"n?curses", "ncurses", lambda file: file.folder == "tools"),
]

SOURCES = {".h", ".hh", ".hpp", ".c", ".cc", ".cpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)


class SourceFile:
    def __init__(self, root: Path, path: Path):
        self.path = path
        self.parts = path.relative_to(root).parts
        self.folder = self.parts[0]
        # Each scheduler is a folder of its own to the others.
        self.unit = "/".join(self.parts[:2]) if self.folder == "schedulers" else self.folder
        self.is_bpf = path.name.endswith(".bpf.c") or path.name.endswith(".bpf.h") or "bpf" in self.parts[:-1]
        # framework/sim is laid out as a folder of its own
        inner = self.parts[2] if self.parts[:2] == ("framework", "sim") else self.parts[1]
        self.is_public = inner in ("include", "bpf") and self.folder != "schedulers"


def sources(root: Path):
    for folder in MAY_INCLUDE:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SOURCES and path.is_file():
                yield SourceFile(root, path)


def resolve(root: Path, file: SourceFile, include: str):
    """The file of ours that an include means; None where it is somebody else's or generated."""
    places = [file.path.parent, root]
    places += [root / folder / kind for folder in MAY_INCLUDE for kind in ("include", "src", "bpf", "bpf/vmlinux")]
    places += [root / "framework" / "sim" / kind for kind in ("include", "src", "bpf")]
    places += [path for path in (root / "schedulers").glob("*") if path.is_dir()]
    for place in places:
        path = (place / include).resolve()
        if path.is_file() and path.is_relative_to(root):
            return SourceFile(root, path)
    return None


def wrong(root: Path, file: SourceFile, include: str):
    """Why this include must not be there; None where it may."""
    for pattern, library, allowed in KEPT_APART:
        if re.match(pattern, include) and not allowed(file):
            return f"{library} does not belong here"
    target = resolve(root, file, include)
    if not target or target.unit == file.unit:
        return None
    if target.folder not in MAY_INCLUDE:
        return f"{target.folder}/ is not to be included"
    if target.folder == "schedulers":
        return "nothing includes a scheduler"
    if target.folder not in MAY_INCLUDE[file.folder]:
        return f"{file.folder} must not know {target.folder}"
    if not target.is_public:
        return f"this header is {target.folder}'s own: take what its include/ offers"
    return None


def check(root: Path) -> list:
    found = []
    files = list(sources(root))
    if not files:
        return [f"there are no sources below {root}"]
    for file in files:
        for include in INCLUDE.findall(file.path.read_text()):
            why = wrong(root, file, include)
            if why:
                found.append(f"{'/'.join(file.parts)}: #include \"{include}\": {why}")
    return found


# An include planted into a file, and what has to be said of it; None: nothing is wrong with it.
PLANTED = [
    ("base/src/file.cc", "scx/topology/topology.h", "base must not know topology"),
    ("base/include/scx/base/file.h", "scx/framework/app.h", "base must not know framework"),
    ("topology/src/units/topology.cc", "scx/framework/kernel.h", "topology must not know framework"),
    ("topology/src/units/topology.cc", "scx/stats/server.h", "topology must not know stats"),
    ("stats/src/server.cc", "scx/topology/topology.h", "stats must not know topology"),
    ("stats/src/server.cc", "scx/tables.h", "stats must not know framework"),
    ("stats/src/server.cc", "../../topology/src/units/units.h", "stats must not know topology"),
    ("framework/src/app.cc", "units/units.h", "topology's own"),
    ("framework/src/app.cc", "../../schedulers/simple/main.cc", "nothing includes a scheduler"),
    ("framework/include/scx/framework/app.h", "CLI/CLI.hpp", "CLI11"),
    ("topology/include/scx/topology/topology.h", "hwloc.h", "hwloc"),
    ("topology/src/units/topology.cc", "bpf/libbpf.h", "libbpf"),
    ("schedulers/simple/main.cc", "bpf/libbpf.h", "libbpf"),
    ("schedulers/simple/main.cc", "options.h", "framework's own"),
    ("topology/src/units/topology.cc", "pugixml.hpp", "pugixml"),
    ("stats/src/server.cc", "event2/http.h", "libevent's HTTP"),
    ("stats/include/scx/stats/server.h", "event2/event.h", "libevent"),
    ("framework/src/app.cc", "event2/event.h", "libevent"),
    ("stats/src/view.cc", "curses.h", "ncurses"),
    ("tools/scxtopo/main.cc", "units/units.h", "topology's own"),
    ("schedulers/simple/main.cc", "tests/topology/machines.h", "tests/ is not to be included"),
    ("topology/src/read/hwloc_reader.cc", "hwloc/linux.h", None),
    ("framework/src/app.cc", "scx/stats/server.h", None),
    ("schedulers/simple/simple.bpf.c", "bpf/bpf_helpers.h", None),
    ("schedulers/simple/main.cc", "scx/topology/topology.h", None),
    ("tools/scxtopo/main.cc", "scx/topology/topology.h", None),
    ("tools/scxtopo/main.cc", "scx/base/file.h", None),
    ("tools/scxtopo/main.cc", "scx/framework/kernel.h", None),
    ("tools/scxtopo/main.cc", "scx/sim/simulation.h", None),
    ("tools/scxtopo/main.cc", "low_memory.h", "framework's own"),
]


def self_test(root: Path) -> list:
    problems = []
    for where, include, expected in PLANTED:
        with tempfile.TemporaryDirectory(prefix="scxx-layering.") as work:
            copy = Path(work).resolve()
            for folder in [*MAY_INCLUDE, "tests/topology"]:
                if (root / folder).is_dir():
                    shutil.copytree(root / folder, copy / folder)
            path = copy / where
            path.write_text(f'#include "{include}"\n' + path.read_text())
            run = subprocess.run([sys.executable, __file__, str(copy)], capture_output=True, text=True)
        said = [line for line in run.stdout.splitlines() if line.startswith(f'{where}: #include "{include}"')]
        if expected is None and said:
            problems.append(f"{where} may include {include}, and yet: {said[0]}")
        if expected is not None and (run.returncode != 1 or not said or expected not in said[0]):
            problems.append(f"{include} in {where} was not caught with {expected!r}: "
                            f"status {run.returncode}, {run.stdout or 'nothing'}{run.stderr}")
    return problems


def main():
    arguments = sys.argv[1:]
    run, fine = check, "every include points the right way"
    if arguments[:1] == ["--self-test"]:
        run, fine, arguments = self_test, "every planted include was judged rightly", arguments[1:]
    if len(arguments) != 1:
        sys.exit(__doc__)
    root = Path(arguments[0]).resolve()
    found = run(root)
    print("\n".join(found) if found else fine)
    sys.exit(1 if found else 0)


main()
