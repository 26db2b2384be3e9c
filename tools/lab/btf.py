# SPDX-License-Identifier: GPL-2.0-only
"""Reads just enough of a kernel's BTF to tell whether BPF schedulers can load on it.

Some builds of Linux 7.1 and 7.2 carry BTF that pahole made wrongly: kfuncs whose last
argument the verifier supplies (KF_IMPLICIT_ARGS) show it in their public prototype and
lack the `_impl` twin that should carry it. Every scheduler that calls one of them is
refused with "func_proto incompatible with vmlinux". Which kfuncs are hit differs from
build to build, so the lab looks at the image and not at a list of versions.

Not a BTF library: no names of members, no CO-RE.
"""
import struct

_MAGIC = 0xEB9F
_PTR, _CONST, _STRUCT, _FUNC, _FUNC_PROTO = 2, 10, 4, 12, 13
# Bytes that follow a type record: fixed, and for each of its vlen elements.
_EXTRA = {1: (4, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 13: (0, 8),
          14: (4, 0), 15: (0, 12), 17: (4, 0), 19: (0, 12)}
_LAST_KIND = 19


class Btf:
    """The types of one BTF blob: (kind, name, size or type, offset of what follows, vlen)."""

    def __init__(self, blob):
        magic, _version, _flags, header, type_off, type_len, str_off, str_len = \
            struct.unpack_from('<HBBIIIII', blob)
        if magic != _MAGIC:
            raise ValueError('not BTF')
        self._blob = blob
        self._strings = header + str_off
        if self._strings + str_len > len(blob):
            raise ValueError('BTF is cut short')
        self.types = [(0, '', 0, 0, 0)]
        at, end = header + type_off, header + type_off + type_len
        while at < end:
            name, info, size = struct.unpack_from('<III', blob, at)
            kind, vlen = info >> 24 & 0x1F, info & 0xFFFF
            if not 1 <= kind <= _LAST_KIND:
                raise ValueError(f'unknown BTF kind {kind}')
            at += 12
            self.types.append((kind, name, size, at, vlen))
            fixed, each = _EXTRA.get(kind, (0, 0))
            at += fixed + each * vlen

    def string(self, offset):
        start = self._strings + offset
        return self._blob[start:self._blob.index(b'\0', start)].decode()

    def functions(self):
        """Name -> list of (parameter name, type id) of every function."""
        found = {}
        for kind, name, proto, _at, _vlen in self.types:
            if kind == _FUNC:
                _, _, _, at, vlen = self.types[proto]
                found[self.string(name)] = [
                    (self.string(n), t)
                    for n, t in struct.iter_unpack('<II', self._blob[at:at + 8 * vlen])]
        return found

    def points_to(self, type_id, struct_name):
        """Whether type_id is a pointer to [const] struct struct_name."""
        kind, _, target, _, _ = self.types[type_id]
        if kind != _PTR:
            return False
        kind, name, target, _, _ = self.types[target]
        if kind == _CONST:
            kind, name, target, _, _ = self.types[target]
        return kind == _STRUCT and self.string(name) == struct_name


def broken_kfuncs(blob):
    """The scx kfuncs whose implicit argument shows and that have no `_impl` twin."""
    btf = Btf(blob)
    functions = btf.functions()
    broken = []
    for name, params in functions.items():
        if not name.startswith('scx_bpf_') or name.endswith('_impl') or not params:
            continue
        param, type_id = params[-1]
        # aux__prog is how kernels before KF_IMPLICIT_ARGS spelled it: fine.
        if not param.endswith('__prog') and name + '_impl' not in functions \
                and btf.points_to(type_id, 'bpf_prog_aux'):
            broken.append(name)
    return sorted(broken)
