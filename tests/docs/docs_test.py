#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The documents are true where a machine can tell: options, files, folders.

usage: docs_test.py ROOT files             every link and every path that the documents name exists
       docs_test.py ROOT folders           README's map lists the top-level folders, all and only these
       docs_test.py ROOT options PROGRAM   what PROGRAM --help lists is in its man page and completions
       docs_test.py ROOT self_test         planted mistakes are found
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")


def documents(root: Path):
    found = [root / "README.md", *root.glob("docs/*.md"), *root.glob("schedulers/*/README.md")]
    return sorted(path for path in found if path.is_file())


def top_folders(root: Path) -> set:
    """Those that hold files of the project; without git, all that are neither hidden nor a build."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                            capture_output=True, text=True) if shutil.which("git") else None
    if listed and listed.returncode == 0 and listed.stdout:
        names = {line.split("/")[0] for line in listed.stdout.splitlines() if "/" in line}
    else:
        names = {path.name for path in root.iterdir() if path.is_dir() and path.name != "build"}
    return {name for name in names if not name.startswith(".") and (root / name).is_dir()}


def anchors(text: str) -> set:
    """The names by which a document's headings can be linked."""
    headings = re.findall(r"^#+ +(.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def expand(path: str) -> list:
    """a.{h,cc} as a.h and a.cc."""
    match = re.search(r"\{([^}]*)\}", path)
    if not match:
        return [path]
    return [path[:match.start()] + middle + path[match.end():] for middle in match[1].split(",")]


def exists(root: Path, path: str) -> bool:
    path = path.rstrip("/.,:;")
    if "<" in path or "…" in path:      # a placeholder
        return True
    return bool(list(root.glob(path))) if "*" in path else (root / path).exists()


def check_files(root: Path) -> list:
    wrong = []
    folders = "|".join(sorted(re.escape(name) for name in top_folders(root)))
    in_code = re.compile(rf"(?<![\w/.~$<-])(?:\$SCXX/|\./)?((?:{folders})/[\w./*{{}},-]*)")
    for document in documents(root):
        text = document.read_text()
        name = document.relative_to(root)
        for link in LINK.findall(FENCE.sub("", text)):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = document.parent / path if path else document
            if not target.exists():
                wrong.append(f"{name}: the link {link} leads nowhere")
            elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text()):
                wrong.append(f"{name}: {target.name} has no heading #{anchor}")
        code = FENCE.findall(text) + SPAN.findall(FENCE.sub("", text))
        for path in {path for piece in code for path in in_code.findall(piece)}:
            for one in expand(path):
                if not exists(root, one):
                    wrong.append(f"{name}: there is no {one}")
    return wrong


def check_folders(root: Path) -> list:
    section = re.search(r"^## What is where$(.*?)^## ", (root / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    if not section:
        return ["README.md has no section 'What is where'"]
    mapped = set(re.findall(r"^\| `([^`/]+)/` \|", section[1], re.MULTILINE))
    real = top_folders(root)
    return [f"README's map lacks {name}/" for name in sorted(real - mapped)] + \
           [f"README's map lists {name}/, which is not there" for name in sorted(mapped - real)]


def help_options(text: str) -> dict:
    """Option -> the values it may take, where help lists them."""
    found = {}
    for line in text.splitlines():
        match = re.match(r"  (-[\w,-]+)(.*)", line)
        if match:
            values = re.search(r"\{([^}]*)\}", match[2])
            for name in match[1].split(","):
                found[name] = values[1].split(",") if values else []
    return found


def man_options(text: str) -> set:
    """From lines such as ".It Fl h , -help" and ".It Fl -stats Ar S"."""
    found = set()
    for line in re.findall(r"^\.It Fl (.*)$", text, re.MULTILINE):
        names = re.split(r" (?:Ar|Cm|Ns) ", line)[0]
        found |= {"-" + name for name in names.split() if name != ","}
    return found


def completed(script: Path, words: list) -> set:
    """What bash offers for the last of the words."""
    said = subprocess.run(
        ["bash", "-c", 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
         'offer=$(complete -p "$1"); offer=${offer#* -F }; ${offer%% *} "$1"; '
         'printf "%s\\n" "${COMPREPLY[@]}"', "bash", script, *words],
        capture_output=True, text=True, check=True)
    return set(said.stdout.split())


def compare(what: str, expected: set, found: set) -> list:
    return [f"{what} lacks {name}" for name in sorted(expected - found)] + \
           [f"{what} has {name}, which --help does not list" for name in sorted(found - expected)]


def check_options(root: Path, program: Path) -> list:
    """Of a scheduler, scx_NAME, or a tool: the schedulers share their completions and have statistics."""
    name = program.name
    scheduler = name.startswith("scx_")
    man = root / f"docs/man/{name}.{8 if scheduler else 1}"
    bash, zsh = (root / "docs/completions" / (file if scheduler else own)
                 for file, own in (("scx.bash", f"{name}.bash"), ("_scx", f"_{name}")))
    for file in (man, bash, zsh):
        if not file.is_file():
            return [f"{name} has no {file.relative_to(root)}"]
    said = {option: subprocess.run([program, option], capture_output=True, text=True, check=True).stdout
            for option in ("--help", *(["--help-stats"] if scheduler else []))}
    options = help_options(said["--help"])
    if not {"--help", "--version", *(("--stats", "--form") if scheduler else ())} <= set(options):
        return [f"{name} --help was not understood: {sorted(options)}"]

    wrong = compare(man.name, set(options), man_options(man.read_text()))
    wrong += compare(f"{bash.name} for {name}", set(options), completed(bash, [name, "-"]))
    for option, values in options.items():
        if values:
            wrong += compare(f"{bash.name} for {name} {option}", set(values), completed(bash, [name, option, ""]))
        if option not in re.findall(r"--?\w[\w-]*", zsh.read_text()):
            wrong.append(f"{zsh.name} lacks {option}")
    for statistic in re.findall(r"^  (\w+) ", said.get("--help-stats", ""), re.MULTILINE):
        if not re.search(rf"^\.It {statistic}$", man.read_text(), re.MULTILINE):
            wrong.append(f"{man.name} lacks the statistic {statistic}")
    if shutil.which("groff"):
        noise = subprocess.run(["groff", "-mandoc", "-Tutf8", "-ww", "-z", man], capture_output=True, text=True)
        wrong += [f"groff: {line}" for line in noise.stderr.splitlines()]
    return wrong


def self_test(root: Path) -> list:
    wrong = []
    with tempfile.TemporaryDirectory(prefix="scxx-docs.") as work:
        copy = Path(work)
        for folder in ("base/src", "docs"):
            (copy / folder).mkdir(parents=True)
        (copy / "base/src/file.cc").touch()
        (copy / "docs/a.md").write_text("# A thing, or two\n\n[x](../README.md) `base/src/file.{cc,h}`\n")
        (copy / "README.md").write_text(
            "[a](docs/a.md#a-thing-or-two) [b](docs/a.md#none) [c](docs/b.md) [d](https://example.org/x)\n"
            "```\nbase/src/gone.cc --x\n```\n## What is where\n| `base/` | x |\n| `attic/` | x |\n## End\n")
        for check, expected in ((check_files, ["README.md: a.md has no heading #none",
                                               "README.md: the link docs/b.md leads nowhere",
                                               "README.md: there is no base/src/gone.cc",
                                               "docs/a.md: there is no base/src/file.h"]),
                                (check_folders, ["README's map lacks docs/",
                                                 "README's map lists attic/, which is not there"])):
            found = check(copy)
            if sorted(found) != expected:
                wrong.append(f"{check.__name__} said {found}, not {expected}")
    text = "Running:\n  --form F:{a,b}=a\n      text --not-one\n  -f,--fifo   text\n"
    if help_options(text) != {"--form": ["a", "b"], "-f": [], "--fifo": []}:
        wrong.append(f"help_options said {help_options(text)}")
    man = ".It Fl f , -fifo\n.It Fl -form Cm a | b\n.It Fl -stats Ar S\n.It Fl -split Ns Op = Ns Ar N\n"
    if man_options(man) != {"-f", "--fifo", "--form", "--stats", "--split"}:
        wrong.append(f"man_options said {man_options(man)}")
    return wrong


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    root, what, arguments = Path(sys.argv[1]).resolve(), sys.argv[2], [Path(a) for a in sys.argv[3:]]
    if what == "options" and not shutil.which("bash"):
        print("skipped: bash is not here")
        sys.exit(SKIPPED)
    checks = {"files": check_files, "folders": check_folders, "options": check_options, "self_test": self_test}
    wrong = checks[what](root, *arguments)
    print("\n".join(wrong) if wrong else f"{what}: nothing wrong")
    sys.exit(1 if wrong else 0)


main()
