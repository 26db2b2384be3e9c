#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fault_tasks.sh COUNT SECONDS ROUNDS SCHEDULER…: so many threads, which sleep for so long at a time, are born
# under the scheduler and live on when it ends and when it is started again. So many times each has a turn.
. /root/fault.sh
count=$1 seconds=$2 rounds=$3; shift 3
lives() { grep -q "^$count threads live" /tmp/sleepers || is_over $sleepers; }
passed() { grep -q "^round 1" /tmp/sleepers; }

start "$@" 2>/tmp/err
seq=$(cat $SYS/enable_seq)
began=$(now)
./guest_load sleepers "$count" "$seconds" "$rounds" >/tmp/sleepers & sleepers=$!
wait_for 300 lives
grep -q "^$count threads live" /tmp/sleepers || { cat /tmp/sleepers /tmp/err; fail "not so many threads"; }
echo "$count threads are born in $((($(now) - began) / 100)) s"
wait_for 120 passed || { cat /tmp/sleepers /tmp/err; fail "they do not get on"; }
is_enabled && [ "$(cat $SYS/enable_seq)" = "$seq" ] || { cat /tmp/err; fail "state is $(state)"; }
stop
began=$(now)
start "$@" 2>/tmp/err
! is_over $sleepers || fail "the threads have ended before it was attached again"
echo "with them a start takes $((($(now) - began) / 100)) s"
wait_for 60 serves || fail "no statistics: $(cat /tmp/unserved)"
wait $sleepers || { cat /tmp/sleepers; fail "the threads"; }
cat /tmp/sleepers
is_enabled || { cat /tmp/err; fail "state is $(state)"; }
stop
works "$count threads"
no_faults
echo PASS
