#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmap_refuse.sh: what a kernel before 7.1 cannot do is refused by the option's name, with the kernel
# that can, and nothing is attached.
. /root/lib.sh
mkdir /sys/fs/cgroup/a
refused 1 '-I .*kernels from 7.1' scx_qmap -I
refused 1 '-F .*kernels from 7.1' scx_qmap -F 20
refused 1 '-c .*kernels from 7.1' scx_qmap -c /sys/fs/cgroup/a
refused 1 '-C .*kernels from 7.2' scx_qmap -C shuffle
refused 1 '-R .*kernels from 7.3' scx_qmap -R 100
refused 1 '-B .*kernels from 7.3' scx_qmap -B 5
refused 1 '-q .*kernels from 7.3' scx_qmap -q 2000
refused 1 '-J .*kernels from 7.3' scx_qmap -J wrong-cid
refused 2 'upside-down' scx_qmap -C upside-down
refused 2 'partial' scx_qmap -c /sys/fs/cgroup/a -p
refused 2 'max-tasks' scx_qmap -N 0
[ "$(cat $SYS/enable_seq)" -eq 0 ] || fail "something was attached"
no_faults
echo PASS
