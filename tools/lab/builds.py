# SPDX-License-Identifier: GPL-2.0-only
"""Where this checkout's programs are built."""
import os

from .errors import UsageError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
BUILDS = ('release', 'dev', 'asan', 'tsan')


def programs_folder(option, root=ROOT):
    """The folder with the project's programs, None if nothing is built."""
    named = option or os.environ.get('SCXX_PROGRAMS')
    if named:
        if not os.path.isdir(named):
            raise UsageError(f'programs folder {named}: no such folder')
        return named
    built = [os.path.join(root, 'build', name, 'bin') for name in BUILDS]
    newest = [(max(e.stat().st_mtime for e in os.scandir(f)), f)
              for f in built if os.path.isdir(f) and os.listdir(f)]
    return max(newest)[1] if newest else None
