# SPDX-License-Identifier: GPL-2.0-only
"""The figures of tools/bench in a document, which one command renews (document.py)."""
import os
import shlex
import subprocess

from . import document
from .bench_plan import RunFailed
from .builds import ROOT


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
    return document.renewed(text, 'bench', run)


def renew(path):
    """Does so to a file, which stays as it is unless every command succeeds."""
    text = renew_text(document.read(path, 'bench'))
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
