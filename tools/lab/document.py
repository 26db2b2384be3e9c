# SPDX-License-Identifier: GPL-2.0-only
"""Documents with blocks that a tool writes: what it prints, between two marks that name the command.

    <!-- tools/bench --kernel 7.3 build/release/bin/scx_simple -->
    what that command printed
    <!-- end -->
"""
import os
import re
import shlex
import subprocess

from .builds import ROOT
from .errors import RunFailed, UsageError


def blocks(tool):
    """Matches a block of tools/TOOL; the group "arguments" has those of its command."""
    return re.compile(rf'^<!-- tools/{tool}(?P<arguments>.*?) -->$.*?^<!-- end -->$', re.M | re.S)


def read(path, tool):
    """The document's text. Errors: UsageError where it cannot be read or has no such block."""
    try:
        with open(path, encoding='utf-8') as file:
            text = file.read()
    except OSError as error:
        raise UsageError(f'{path}: {error.strerror}') from error
    if not blocks(tool).search(text):
        raise UsageError(f'{path}: no line such as <!-- tools/{tool} … -->, with <!-- end --> below')
    return text


def renewed(text, tool, make):
    """The text with make(arguments) in each block."""
    def new(match):
        arguments = match['arguments']
        return f'<!-- tools/{tool}{arguments} -->\n{make(arguments.strip()).strip()}\n<!-- end -->'
    return blocks(tool).sub(new, text)


def run(tool, arguments):
    """What tools/TOOL prints. Paths are the repository's own."""
    done = subprocess.run([os.path.join(ROOT, 'tools', tool), *shlex.split(arguments)], cwd=ROOT,
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise RunFailed(f'tools/{tool} {arguments} ended with status {done.returncode}', done.returncode)
    return done.stdout


def renew(path, tool):
    """Runs the command of every block anew; the file stays as it is unless all succeed."""
    text = renewed(read(path, tool), tool, lambda arguments: run(tool, arguments))
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
