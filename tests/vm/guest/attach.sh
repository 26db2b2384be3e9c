#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# attach.sh FORM [--OPTION[=VALUE]…] SCHEDULER…: each of them, with the options, attaches in the expected
# form, is named in sysfs, serves statistics, schedules a small load, and ends cleanly by itself.
. /root/lib.sh
form=$1; shift
options=
while case $1 in -*) ;; *) false ;; esac; do options="$options $1"; shift; done

attach() {
	"$1" $options --run-for 4 --stats 1 >/tmp/out 2>/tmp/err & sched=$!
	wait_for 30 is_enabled || { cat /tmp/err; fail "$1 is not attached after 30 s"; }
	# said a little later: what is beside the ops is attached after them
	wait_for 10 grep -q "$1 is running ($form form" /tmp/err || { cat /tmp/err; fail "not the $form form"; }
	case "$(cat $SYS/root/ops)" in
	${1#scx_}_[0-9]*) ;;
	*) fail "ops is called $(cat $SYS/root/ops)" ;;
	esac
	echo "state $(state), ops $(cat $SYS/root/ops)"
	"$1" --monitor 1 >/tmp/monitor 2>&1 & monitor=$!
	hackbench -g 1 -l 50 >/dev/null || fail "hackbench under $1"
	wait $sched; status=$?
	kill -INT $monitor; wait $monitor || fail "the monitor ended with status $?"
	cat /tmp/err
	[ $status -eq 0 ] || fail "$1: status $status"
	[ "$(wc -l </tmp/out)" -ge 6 ] || fail "no statistics: $(cat /tmp/out)"
	[ "$(grep -c '[1-9]' /tmp/monitor)" -gt 2 ] || fail "the monitor showed: $(cat /tmp/monitor)"
	[ ! -e /var/run/scx/root/stats ] || fail "the socket was left behind"
	is_disabled || fail "state is $(state)"
}
for scheduler in "$@"; do attach "$scheduler"; done
no_faults
echo PASS
