# SPDX-License-Identifier: GPL-2.0-only
"""The CPU table of a guest with more possible CPUs than running ones, byte by byte."""
import os
import struct
import tempfile
import unittest

import support      # noqa: F401  (sets the path)
from lab import acpi
from test_initramfs import read_cpio


def entries(table):
    """(type, bytes) of each entry; their lengths have to add up to the table's."""
    found, at = [], 44
    while at < len(table):
        kind, length = table[at], table[at + 1]
        assert length >= 2 and at + length <= len(table), at
        found.append((kind, table[at:at + length]))
        at += length
    return found


class Madt(unittest.TestCase):
    def setUp(self):
        self.table = acpi.madt(4, 1024)

    def test_the_header_takes_the_place_of_the_emulators(self):
        signature, length, _, _, oem, oem_table, revision = struct.unpack_from('<4sIBB6s8sI', self.table)
        self.assertEqual((signature, oem, oem_table), (b'APIC', b'BOCHS ', b'BXPC    '))
        self.assertEqual(length, len(self.table))
        self.assertGreater(revision, 1)     # the emulator's

    def test_all_bytes_add_up_to_nothing(self):
        for present, possible in ((1, 1), (4, 4), (4, 1024), (255, 8192)):
            self.assertEqual(sum(acpi.madt(present, possible)) & 0xFF, 0, (present, possible))

    def test_every_cpu_is_listed_once_and_the_first_are_there(self):
        cpus = [entry for kind, entry in entries(self.table) if kind == 7]
        self.assertEqual(len(cpus), 1024)
        for number, entry in enumerate(cpus):
            high, low = entry[3], entry[4]
            enabled, unit = struct.unpack_from('<II', entry, 8)
            self.assertEqual((high << 8 | low, unit, enabled), (number, number, number < 4))
            self.assertEqual(entry[16:], bytes(4))      # the unit's name ends at once

    def test_interrupts_are_wired_as_the_emulator_has_them(self):
        others = [(kind, entry) for kind, entry in entries(self.table) if kind != 7]
        self.assertEqual([kind for kind, _ in others], [1, 2, 2, 2, 2, 2, 4])
        self.assertEqual(struct.unpack_from('<II', others[0][1], 4), (0xFEC00000, 0))
        overrides = [struct.unpack_from('<BBIH', entry, 2) for kind, entry in others if kind == 2]
        self.assertEqual(overrides[0], (0, 0, 2, 0))
        self.assertEqual(overrides[1:], [(0, irq, irq, 13) for irq in (5, 9, 10, 11)])

    def test_the_part_holds_it_where_the_kernel_looks(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'part')
            acpi.write_part(path, 4, 1024)
            with open(path, 'rb') as file:
                files = read_cpio(file.read())
        self.assertEqual(files['kernel/firmware/acpi/apic.aml'][1], self.table)


if __name__ == '__main__':
    unittest.main()
