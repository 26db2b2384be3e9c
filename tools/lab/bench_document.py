# SPDX-License-Identifier: GPL-2.0-only
"""Figures in a document that say themselves how they came about, so that one command renews them.

    <!-- tools/bench --kernel 7.3 build/release/bin/scx_simple -->
    what that command printed
    <!-- end -->
"""
import os
import re
import shlex
import subprocess

from .bench_plan import ROOT, RunFailed
from .errors import UsageError

_BLOCK = re.compile(r'^<!-- tools/bench (?P<arguments>.*?) -->$.*?^<!-- end -->$', re.M | re.S)


def run_bench(arguments):
    """What tools/bench prints. Paths are the repository's own."""
    done = subprocess.run([os.path.join(ROOT, 'tools', 'bench'), *shlex.split(arguments)], cwd=ROOT,
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise RunFailed(f'tools/bench {arguments} ended with status {done.returncode}',
                        done.returncode)
    return done.stdout


def renew_text(text, run=run_bench):
    """The text with every block's figures made anew."""
    def renewed(match):
        arguments = match['arguments']
        return f'<!-- tools/bench {arguments} -->\n{run(arguments).strip()}\n<!-- end -->'
    return _BLOCK.sub(renewed, text)


def renew(path):
    """Does so to a file, which stays as it is unless every command succeeds."""
    try:
        with open(path, encoding='utf-8') as file:
            text = file.read()
    except OSError as error:
        raise UsageError(f'{path}: {error.strerror}') from error
    if not _BLOCK.search(text):
        raise UsageError(f'{path}: no line such as <!-- tools/bench … -->, with <!-- end --> below')
    text = renew_text(text)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
