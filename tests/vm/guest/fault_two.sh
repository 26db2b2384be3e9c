#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fault_two.sh COUNT SEED SCHEDULER…: two of the schedulers are started at once, or nearly so. One of them
# runs and serves its statistics; the other ends with status 1 and says who is there.
. /root/fault.sh
count=$1; seeded "$2"; shift 2
pick() { shift $(($1 % ($# - 1))); echo $2; }
one_is_over() { is_over $first || is_over $second; }

plan "$count" 3 >/tmp/plan
round=0
while read -r a b gap <&3; do
	round=$((round + 1))
	# half of them in the same moment, the others up to a second apart
	[ $((gap % 2)) -eq 0 ] && gap=0
	one=$(pick $a "$@") other=$(pick $b "$@")
	$one 2>/tmp/first & first=$!
	[ $gap -eq 0 ] || rest $gap
	$other 2>/tmp/second & second=$!
	told="round $round, $one and $gap hundredths later $other"
	wait_for 60 one_is_over || fail "$told: both run"
	if is_over $first; then loser=$first sched=$second lost=/tmp/first won=/tmp/second
	else loser=$second sched=$first lost=/tmp/second won=/tmp/first; fi
	wait $loser; status=$?
	wait_for 30 serves || { cat /tmp/first /tmp/second; fail "$told: nobody serves statistics; state is $(state)"; }
	wait_for 10 grep -q 'is running' $won || { cat $won; fail "$told: nobody says that it runs"; }
	[ $status -eq 1 ] || { cat $lost; fail "$told: the other ended with status $status"; }
	# whose name is not to be read while the kernel is about to take it
	grep -qE "another scheduler is attached: ([a-z]+_[0-9]|its name is not known \(sched_ext is enabling)" $lost ||
		{ cat $lost; fail "$told: the other does not say who is there"; }
	grep -oE 'another scheduler is attached: [a-z ]*' $lost >>/tmp/said
	stop TERM
	ran_well $won
	[ ! -e $socket ] || fail "$told: a socket is left behind"
done 3</tmp/plan
works "$count times two schedulers"
sort /tmp/said | uniq -c
no_faults
echo PASS
