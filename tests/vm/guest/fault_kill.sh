#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fault_kill.sh COUNT SEED SCHEDULER…: kill -9 at random moments of start, run and stop, under load, and
# beside it each polite signal, at the start and at the end. The kernel's own scheduler takes over, the
# machine works, and nothing that was left behind keeps the next start from working.
. /root/fault.sh
count=$1; seeded "$2"; shift 2

# polite NUMBER: a name.
polite() {
	case $(($1 % 3)) in
	0) echo INT ;;
	1) echo TERM ;;
	2) echo HUP ;;
	esac
}

# A kill before it is attached; one time in four by a polite signal, which may find it ready to end.
at_start() {
	"$@" 2>/tmp/err & sched=$!
	rest $((part * start_took / 100))
	signal=KILL expected='^137$'
	[ $choice -ge 25 ] || signal=TERM expected='^(0|143)$'
	kill -$signal $sched
}
# While it runs, perhaps with a client that waits for an answer.
at_run() {
	start "$@" 2>/tmp/err
	wait_for 20 serves || { cat /tmp/err /tmp/unserved; fail "round $round: no statistics"; }
	ran_well /tmp/err
	[ $((choice % 2)) -eq 0 ] || { scxstat show --watch 0.01 >/dev/null 2>&1 & }
	rest $part
	signal=KILL expected='^137$'
	kill -9 $sched
}
# While it ends, which it may have done already.
at_stop() {
	start "$@" 2>/tmp/err
	kill -"$(polite $choice)" $sched
	rest $((part * stop_took / 100))
	signal=KILL expected='^(0|137)$'
	kill -9 $sched 2>/dev/null
}

./guest_load policies 3 7200 & policies=$!
began=$(now); start "$@"; start_took=$(($(now) - began))
wait_for 20 serves || fail "no statistics: $(cat /tmp/unserved)"
began=$(now); stop; stop_took=$(($(now) - began))
echo "under load a start takes $start_took hundredths of a second, an end $stop_took"

plan "$count" 3 >/tmp/plan
round=0
while read -r which part choice <&3; do
	round=$((round + 1))
	case $((which % 3)) in
	0) moment=start ;;
	1) moment=run ;;
	2) moment=stop ;;
	esac
	at_$moment "$@"
	wait $sched 2>/dev/null; status=$?
	echo $status | grep -qE "$expected" || { cat /tmp/err; fail "round $round: status $status after SIG$signal at the $moment"; }
	killall -q scxstat
	echo "$moment $status" >>/tmp/rounds
	works "round $round, SIG$signal at $part % of the $moment"
done 3</tmp/plan
kill $policies || fail "the load has ended"
wait $policies
sort /tmp/rounds | uniq -c
left=$([ -S $socket ] && echo 1 || echo 0)

start "$@" 2>/tmp/err
wait_for 20 serves || { cat /tmp/err /tmp/unserved; fail "no statistics after $count kills"; }
ran_well /tmp/err
stop
[ ! -e $socket ] || fail "its socket is left behind (there was one before: $left)"
wait_for 20 nothing_left || fail "left in the kernel: $(kernel_objects)"
no_faults
echo PASS
