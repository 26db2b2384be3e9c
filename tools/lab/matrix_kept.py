# SPDX-License-Identifier: GPL-2.0-only
"""The folder of tools/matrix --keep: a file for each cell that was well or explained.

A file stands for its kernel, machine and program, whose contents are in its name as a digest: a rebuilt
scheduler has none.
"""
import dataclasses
import hashlib
import json
import os

from .errors import UsageError
from .matrix_cells import Cell

FIELDS = {field.name for field in dataclasses.fields(Cell)}


class Kept:
    def __init__(self, folder, programs, schedulers):
        """`programs` is the folder of the schedulers. Errors: UsageError for one that cannot be read."""
        self._folder = folder
        try:
            os.makedirs(folder, exist_ok=True)
            self._digests = {name: _digest(os.path.join(programs, name)) for name in schedulers}
        except OSError as error:
            raise UsageError(f'{error.filename}: {error.strerror}') from error

    def _path(self, kernel, shape, scheduler):
        return os.path.join(self._folder, f'{kernel}_{shape}_{scheduler}_{self._digests[scheduler]}.json')

    def find(self, kernel, shape, scheduler):
        """The cell, or None."""
        try:
            with open(self._path(kernel, shape, scheduler), encoding='utf-8') as file:
                values = json.load(file)
            return Cell(**{name: value for name, value in values.items() if name in FIELDS})
        except (OSError, ValueError, AttributeError, TypeError):
            return None     # it runs again

    def add(self, cells):
        for cell in cells:
            if cell.failed or cell.lacking:
                continue
            path = self._path(cell.kernel, cell.shape, cell.scheduler)
            with open(path + '.part', 'w', encoding='utf-8') as file:
                json.dump(cell.as_json(), file)
            os.replace(path + '.part', path)


def _digest(path):
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()[:16]
