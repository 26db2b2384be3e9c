#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""guest_python.py FOLDER MODULE…: copies this interpreter to FOLDER/bin/python3 and what it needs of
its own library to start and to import the modules; FOLDER is then PYTHONHOME in a guest."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

LIST = "import sys, {}; print(*(m.__file__ for m in sys.modules.values() if getattr(m, '__file__', 0)), sep='\\n')"


def main() -> None:
    folder, modules = Path(sys.argv[1]), sys.argv[2:]
    library = Path(sysconfig.get_path("stdlib"))
    imported = subprocess.run([sys.executable, "-I", "-S", "-c", LIST.format(", ".join(modules))],
                              check=True, capture_output=True, text=True).stdout
    # site is looked for at the start, the encodings when a file of that encoding is opened
    files = {Path(line) for line in imported.splitlines()} | {library / "site.py"}
    files |= set((library / "encodings").glob("*.py"))
    shutil.rmtree(folder, ignore_errors=True)
    for file in files:
        copy = folder / "lib" / library.name / file.relative_to(library)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    (folder / "bin").mkdir()
    shutil.copy(Path(sys.executable).resolve(), folder / "bin" / "python3")


main()
