# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of tools/ share: where things are, and a tools/vm to import."""
import importlib.machinery
import importlib.util
import os
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLS = os.path.join(ROOT, 'tools')
sys.path.insert(0, TOOLS)


def load_vm():
    """tools/vm as a module (it has no .py)."""
    loader = importlib.machinery.SourceFileLoader('scxx_vm', os.path.join(TOOLS, 'vm'))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader('scxx_vm', loader))
    loader.exec_module(module)
    return module


def run(*command, **kwargs):
    """Runs a command; returns what subprocess.run does, with text output."""
    return subprocess.run(command, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, **kwargs)
