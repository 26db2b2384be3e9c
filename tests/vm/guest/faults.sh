#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# faults.sh: schedulers that fail. Each ends with the right status and one clear reason with its
# evidence, and leaves the kernel's own scheduler in charge of a working machine.
. /root/lib.sh

# ends STATUS PATTERN… -- COMMAND…: runs it and looks for every pattern on stderr.
ends() {
	want=$1; shift
	patterns=
	while [ "$1" != -- ]; do patterns="$patterns
$1"; shift; done
	shift
	"$@" >/tmp/out 2>/tmp/err; status=$?
	cat /tmp/err
	[ $status -eq $want ] || fail "$*: status $status, not $want"
	printf '%s\n' "$patterns" | while read -r pattern; do
		[ -z "$pattern" ] || grep -q "$pattern" /tmp/err || { echo "FAIL: nothing about '$pattern'"; exit 1; }
	done || exit 1
	wait_for 10 is_disabled || fail "$*: state is $(state)"
	hackbench -g 1 -l 20 >/dev/null || fail "the machine does not work after $*"
}

ends 1 'debug dump' 'CPU states' 'found nothing and gave up' 'ended by the kernel' \
	"kernel's own scheduler is back" -- ./scx_faulty --fault 1
ends 0 'has had enough' "kernel's own scheduler is back" -- ./scx_faulty --fault 2
nice -n 7 sh -c 'while :; do :; done' & victim=$!
ends 1 'runnable task stall' "kernel's own scheduler is back" -- ./scx_faulty --fault 3
kill $victim
ends 1 'refused the program faulty_dispatch' -- ./scx_faulty --fault 4
ends 1 'lacks the function scx_bpf_no_such_thing' 'newer kernel' -- ./scx_missing
echo PASS
