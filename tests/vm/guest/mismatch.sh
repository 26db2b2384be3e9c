#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mismatch.sh: a topology that is wrong about this machine (CPUs 0 and 2 are a core there) makes a
# numbering that the kernel does not have; the scheduler finds out and goes on in the CPU form.
. /root/lib.sh
start scx_simple --topology 'core:2 pu:2(indexes=0,2,1,3)' 2>/tmp/err
wait_for 30 grep -q 'is running (cpu form' /tmp/err || { cat /tmp/err; fail "not in the CPU form"; }
grep -q 'going on in the CPU form' /tmp/err || { cat /tmp/err; fail "it is not told why"; }
hackbench -g 1 -l 20 >/dev/null || fail "hackbench"
stop
cat /tmp/err
no_faults
echo PASS
