# SPDX-License-Identifier: GPL-2.0-only
"""The parts of tools/vm, the lab: one topic a file. docs/lab.md says how they fit together."""
