#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# visits.sh COUNT SCHEDULER…: clients of the statistics come and go under load, and leave nothing behind
# in the scheduler.
. /root/lib.sh
count=$1; shift
start "$@"
seq=$(cat $SYS/enable_seq)
wait_for 30 [ -S /var/run/scx/root/stats ] || fail "no statistics are served"
(while :; do hackbench -g 1 -l 50 >/dev/null; done) & load=$!
./guest_load visits "$count" $sched || fail "the scheduler keeps something of its visitors"
kill $load; killall -q hackbench
is_enabled || fail "state is $(state)"
[ "$(cat $SYS/enable_seq)" = "$seq" ] || fail "the scheduler started again"
stop
no_faults
echo PASS
