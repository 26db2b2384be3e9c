#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmap_turns.sh SECONDS: sub-schedulers on a kernel without capabilities (7.2). Two take turns with the
# root by weight on every CPU, and killing them is harmless.
. /root/lib.sh
. /root/sub.sh
seconds=$1
echo +cpu >$CGROUPS/cgroup.subtree_control || fail "no cpu controller"
make_cgroup self 100
make_cgroup A 100
make_cgroup B 300
start scx_qmap
for name in A B; do start_sub $name; done
for name in self A B; do hogs $name $((2 * $(nproc) + 1)); done
sleep 2
cpu_time "$seconds" 20 self:100 A:100 B:300 || fail "two children"
kill -9 "$(pid_of B)"
ended B 137
cpu_time "$seconds" 20 self+B:100 A:100 || fail "after kill -9 of B"
kill -9 "$(pid_of A)"
ended A 137
is_enabled || fail "state is $(state)"
hackbench -g 1 -l 20 >/dev/null || fail "hackbench under the root's scheduler"
stop
no_faults
echo PASS
