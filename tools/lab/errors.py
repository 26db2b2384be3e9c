# SPDX-License-Identifier: GPL-2.0-only
"""What the lab's parts raise. tools/vm turns them into one line and an exit status."""


class LabError(Exception):
    """Something went wrong: the text says what, and what to do about it."""


class UsageError(LabError):
    """The command line asks for something that makes no sense."""


class Unavailable(LabError):
    """The lab cannot run here: no QEMU, no kernel to be had. Tests skip themselves."""


class RunFailed(LabError):
    """The guest as a whole failed: the text, and the exit status of tools/vm."""

    def __init__(self, text, status):
        super().__init__(text)
        self.status = status
