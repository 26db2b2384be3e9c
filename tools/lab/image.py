# SPDX-License-Identifier: GPL-2.0-only
"""x86 kernel images: release string, the vmlinux inside a bzImage, ELF sections and notes.

Why: QEMU boots an uncompressed vmlinux through its PVH entry, which under software
emulation saves the seconds that the guest would need to unpack itself.
"""
import lzma
import shutil
import struct
import subprocess
import zlib

from .errors import LabError

_XEN_ELFNOTE_PHYS32_ENTRY = 18      # the PVH entry point


def is_bzimage(data):
    return data[0x202:0x206] == b'HdrS'


def is_elf(data):
    return data[:4] == b'\x7fELF'


def release(data):
    """The kernel release of a bzImage (what uname -r says), '' if it does not tell."""
    if is_bzimage(data):
        start = 0x200 + struct.unpack_from('<H', data, 0x20E)[0]
        text = data[start:start + 256].split(b'\0')[0]
    else:
        start = data.find(b'Linux version ')
        text = data[start + 14:start + 256] if start >= 0 else b''
    return text.split(b' ')[0].decode('ascii', 'replace')


def unpack(data):
    """The vmlinux (ELF) inside a bzImage; None if its compression is not one we can undo."""
    if not is_bzimage(data):
        return None
    offset, length = struct.unpack_from('<II', data, 0x248)
    start = ((data[0x1F1] or 4) + 1) * 512 + offset
    payload = data[start:start + length]
    try:
        if payload[:2] == b'\x1f\x8b':
            elf = zlib.decompressobj(wbits=31).decompress(payload)
        elif payload[:6] == b'\xfd7zXZ\0':
            elf = lzma.LZMADecompressor().decompress(payload)
        elif payload[:4] == b'\x28\xb5\x2f\xfd' and shutil.which('zstd'):
            # Four bytes with the size follow the frame: zstd complains after the last good byte.
            elf = subprocess.run(['zstd', '-dcq'], input=payload[:-4], capture_output=True,
                                 check=True).stdout
        else:
            return None
    except (OSError, zlib.error, lzma.LZMAError, subprocess.CalledProcessError) as error:
        raise LabError(f'the kernel image does not unpack: {error}') from error
    return elf if is_elf(elf) else None


def section(elf, name):
    """The bytes of an ELF64 section, None if there is none of that name."""
    table, = struct.unpack_from('<Q', elf, 0x28)
    size, count, names = struct.unpack_from('<HHH', elf, 0x3A)
    if not table or names >= count:
        return None
    headers = [struct.unpack_from('<IIQQQQ', elf, table + i * size) for i in range(count)]
    strings = headers[names][4]
    for label, _type, _flags, _addr, offset, length in headers:
        start = strings + label
        if elf[start:elf.index(b'\0', start)] == name.encode():
            return elf[offset:offset + length]
    return None


def has_pvh(elf):
    """Whether QEMU can start this vmlinux: it carries Xen's PVH entry note."""
    table, = struct.unpack_from('<Q', elf, 0x20)
    size, count = struct.unpack_from('<HH', elf, 0x36)
    for i in range(count):
        kind, = struct.unpack_from('<I', elf, table + i * size)
        offset, = struct.unpack_from('<Q', elf, table + i * size + 8)
        length, = struct.unpack_from('<Q', elf, table + i * size + 32)
        if kind == 4 and _note(elf[offset:offset + length], b'Xen\0', _XEN_ELFNOTE_PHYS32_ENTRY):
            return True
    return False


def _note(data, owner, wanted):
    at = 0
    while at + 12 <= len(data):
        name_size, desc_size, kind = struct.unpack_from('<III', data, at)
        name = data[at + 12:at + 12 + name_size]
        if name == owner and kind == wanted:
            return True
        at += 12 + (name_size + 3 & ~3) + (desc_size + 3 & ~3)
    return False
