#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmap_cids.sh KERNEL: another numbering of the cids (-C). A good one is installed and works; a bad
# one is refused by the kernel, whose reason is shown.
. /root/lib.sh
# Were the kernel's numbering not ours, the framework would start again in the CPU form.
start scx_qmap -C shuffle 2>/tmp/err
wait_for 30 grep -q 'is running' /tmp/err || { cat /tmp/err; fail "-C shuffle does not run"; }
./guest_load affinity 8 5 || fail "under -C shuffle"
hackbench -g 1 -l 50 >/dev/null || fail "hackbench under -C shuffle"
is_enabled || fail "state is $(state)"
stop
cat /tmp/err
grep -q 'CPU form\|cpu form' /tmp/err && fail "the numbering was not installed"
ends 1 'cid [0-9]* assigned to multiple cpus' -- scx_qmap -C bad-dup
ends 1 'invalid cid' -- scx_qmap -C bad-range
case $1 in
7.2) refused 1 'bad-mono.*kernels from 7.3' scx_qmap -C bad-mono ;;
*) ends 1 'shard_start not increasing' -- scx_qmap -C bad-mono ;;
esac
no_warnings
echo PASS
