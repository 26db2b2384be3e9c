# SPDX-License-Identifier: GPL-2.0-only
"""Thousands of possible CPUs with a few running: the ACPI table of CPUs (MADT) of the lab's own.

Why: nothing in a scheduler may be sized at build time, and QEMU ends at 255 CPUs or a few more. The
kernel counts a CPU as possible if firmware lists it, there or not. CONFIG_ACPI_TABLE_UPGRADE takes
tables from the initramfs in place of the firmware's; the CPUs that QEMU does not have are listed as
disabled, and stay away.

The layouts are those of the ACPI specification, chapter 5.2.12; what the table says of interrupts is
what QEMU's pc and q35 machines have.
"""
import struct

from . import initramfs

PATH = '/kernel/firmware/acpi/apic.aml'
# Of QEMU's own table, which the kernel compares: same table, newer revision.
_OEM, _OEM_TABLE, _OEM_REVISION = b'BOCHS ', b'BXPC    ', 2
_REVISION = 3
_HEADER = struct.Struct('<4sIBB6s8sI4sI')
_CHECKSUM = 9       # where it is in the header
_LOCAL_APIC, _IO_APIC = 0xFEE00000, 0xFEC00000
_PC_AT_COMPATIBLE = 1
_LEVEL_HIGH = 0xD


def _processor(number, enabled):
    """Type 7, Local SAPIC. Its ids have 16 bits, the kernel takes any of them, with x2APIC or without,
    and counts a disabled one as a CPU that may come."""
    # type, length, processor, id, id's low byte, 3 reserved, flags, unit, an empty string and padding
    return struct.pack('<BBBBB3xII4x', 7, 20, number & 0xFF, number >> 8, number & 0xFF,
                       enabled, number)


def _interrupts():
    """The I/O APIC, the ISA interrupts that are not wired straight, the processors' NMI."""
    entries = [struct.pack('<BBBBII', 1, 12, 0, 0, _IO_APIC, 0),
               struct.pack('<BBBBIH', 2, 10, 0, 0, 2, 0)]       # the timer
    entries += [struct.pack('<BBBBIH', 2, 10, 0, irq, irq, _LEVEL_HIGH) for irq in (5, 9, 10, 11)]
    entries.append(struct.pack('<BBBHB', 4, 6, 0xFF, 0, 1))
    return b''.join(entries)


def madt(present, possible):
    """The table's bytes: CPUs 0 to present - 1 are there, those up to possible - 1 are not."""
    body = struct.pack('<II', _LOCAL_APIC, _PC_AT_COMPATIBLE)
    body += b''.join(_processor(number, number < present) for number in range(possible))
    body += _interrupts()
    table = bytearray(_HEADER.pack(b'APIC', _HEADER.size + len(body), _REVISION, 0, _OEM, _OEM_TABLE,
                                   _OEM_REVISION, b'SCXX', 1) + body)
    table[_CHECKSUM] = -sum(table) & 0xFF
    return bytes(table)


def write_part(path, present, possible):
    """The part of the initramfs that brings the table. It has to be the first."""
    with open(path, 'wb') as out:
        archive = initramfs.Archive(out)
        archive.data(PATH, madt(present, possible))
        archive.close()
