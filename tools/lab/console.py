# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel's console log says: warnings, crashes, the one crash that is the emulator's."""
import re

# guest_init writes these to the kernel's log around the command.
STARTED = 'scxx-lab: the command starts'
ENDED = 'scxx-lab: the command ended'

_COLOUR = re.compile(r'\x1b\[[0-9;?]*[A-Za-z]')
_STAMP = r'(?:^|\] )'       # at the start of a message
_TROUBLE = re.compile(
    _STAMP + r'(?:WARNING: |BUG: |Oops[: ]|kernel BUG at |INFO: task \S+ blocked for more than'
    r'|INFO: rcu\S* (?:self-)?detected |rcu: INFO: .*(?:stall|detected)|rcu: .*kthread starved'
    r'|watchdog: |Kernel panic|general protection fault|BUG\b.*lockup|UBSAN: |KASAN: '
    r'|unchecked MSR access|list_(?:add|del) corruption'
    r'|INFO: possible circular locking)'
    r'|sched_ext: .*(?:error|stall)')
_EMULATOR = re.compile(r'Oops: int3|int3: 0000')


def clean(data):
    """Console bytes as lines of text, without colours and carriage returns."""
    text = _COLOUR.sub('', data.decode('utf-8', 'replace')).replace('\r', '')
    return text.splitlines()


def after_start(lines):
    """The lines from the command's start on: what the kernel said at boot is not its doing."""
    for number, line in enumerate(lines):
        if STARTED in line:
            return lines[number + 1:]
    return []


def warnings(lines):
    """The lines that mean a kernel bug, a stall, or a scheduler that the kernel threw out."""
    return [line for line in lines if _TROUBLE.search(line)]


def is_emulator_crash(lines):
    """Multi-threaded TCG of QEMU 7.2 can lose a race against the kernel patching its own code."""
    return any(_EMULATOR.search(line) for line in lines)


def tail(lines, count=40):
    kept = [line for line in lines if line.strip()]
    return kept[-count:]
