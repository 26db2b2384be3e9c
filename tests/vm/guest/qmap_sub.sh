#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmap_sub.sh SECONDS: three levels of sub-schedulers divide 8 CPUs by weight, with each parent's own
# weight 100; however one of them ends, its cids return to its parent.
#
#   root 100 : A 200 : B 400        of 8 cids: 1.14, 2.29 and 4 held exclusively + 0.57 in turns
#   B 100 : C 200 : D 400           of the 4 that B holds: 0.57, 1.14, 2.29; the turns are B's own
#
# A cgroup that hands out the cpu controller can hold no tasks: B's own are in B/own.
. /root/lib.sh
. /root/sub.sh
seconds=$1
[ "$(nproc)" -eq 8 ] || fail "this is about 8 CPUs, here are $(nproc)"
echo +cpu >$CGROUPS/cgroup.subtree_control || fail "no cpu controller"
make_cgroup self 100
# what these scripts and the schedulers themselves use is part of the root's share, too
make_cgroup tools 100
echo $$ >$CGROUPS/tools/cgroup.procs || fail "no way into a cgroup"
make_cgroup A 200
make_cgroup B 400
echo +cpu >$CGROUPS/B/cgroup.subtree_control || fail "no cpu controller in B"
make_cgroup B/own 100
make_cgroup B/C 200
make_cgroup B/D 400

start scx_qmap
for name in A B B/C B/D; do start_sub $name; done
for name in self A B/own B/C B/D; do hogs $name 6; done
sleep 2
cpu_time "$seconds" 10 self+tools:1.143 A:2.286 B/own:1.143 B/C:1.143 B/D:2.286 || fail "three levels"
./guest_load values | grep participants
./guest_load values at "$(file_of B stats)" | grep participants

# D is killed: C's part grows, and B has the rest, with D's tasks.
kill -9 "$(pid_of B/D)"
ended B/D 137
sleep 1
cpu_time "$seconds" 10 self+tools:1.143 A:2.286 B/own+B/D:1.905 B/C:2.667 || fail "after kill -9 of D"

# C ends as asked: all that B holds is its own.
kill -INT "$(pid_of B/C)"
ended B/C 0
sleep 1
cpu_time "$seconds" 10 self+tools:1.143 A:2.286 B/own+B/C+B/D:4.571 || fail "after the end of C"

# D's cgroup is removed.
end_hogs B/D
start_sub B/D
wait_for 10 rmdir $CGROUPS/B/D 2>/dev/null || fail "D's cgroup cannot be removed"
ended B/D 0 'cgroup'
sleep 1
cpu_time "$seconds" 10 self+tools:1.143 A:2.286 B/own+B/C:4.571 || fail "after the removal of D's cgroup"

# B ends, and C below it with it.
start_sub B/C
kill -INT "$(pid_of B)"
ended B 0
ended B/C 0 'scheduler above it ended'
sleep 1
cpu_time "$seconds" 10 self+tools+B/own+B/C:2.667 A:5.333 || fail "after the end of B"

is_enabled || fail "state is $(state)"
kill -INT "$(pid_of A)"
ended A 0
hackbench -g 1 -l 20 >/dev/null || fail "hackbench under the root's scheduler"
stop
no_faults
echo PASS
