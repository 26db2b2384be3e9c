# SPDX-License-Identifier: GPL-2.0-only
# What the guest scripts share (busybox sh). A check that fails says what it saw and ends the script
# with status 1.
SYS=/sys/kernel/sched_ext

fail() { echo "FAIL: $*"; exit 1; }

state() { cat $SYS/state; }

# wait_for SECONDS COMMAND…: until the command succeeds.
wait_for() {
	left=$(($1 * 5)); shift
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.2
	done
}

is_enabled() { [ "$(state)" = enabled ]; }
is_disabled() { [ "$(state)" = disabled ]; }

# start SCHEDULER…: in the background, its pid in $sched; waits until the kernel has it.
start() {
	"$@" & sched=$!
	wait_for 30 is_enabled || fail "$1 is not attached after 30 s: state $(state)"
}

# stop [SIGNAL]: end it and expect status 0.
stop() {
	kill -"${1:-INT}" $sched
	wait $sched; status=$?
	[ $status -eq 0 ] || fail "the scheduler ended with status $status"
	is_disabled || fail "state is $(state) after the scheduler's end"
}

# log_without PATTERN: the kernel's log has no such line, but for those that a script expects.
expected_warning='^$'
log_without() {
	if dmesg | grep -Ev "$expected_warning" | grep -E "$1"; then fail "the kernel's log has the lines above"; fi
}

# no_warnings: nothing that points to a fault of the kernel's.
no_warnings() { log_without 'WARNING:|BUG:|Oops|lockup|hung task'; }

# no_faults: nor of the scheduler's. Not where one was thrown out on purpose.
no_faults() { log_without 'WARNING:|BUG:|Oops|stall|lockup|hung task|scx_error|runnable task stall'; }

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
		[ -z "$pattern" ] || grep -q -e "$pattern" /tmp/err || { echo "FAIL: nothing about '$pattern'"; exit 1; }
	done || exit 1
	wait_for 10 is_disabled || fail "$*: state is $(state)"
	hackbench -g 1 -l 20 >/dev/null || fail "the machine does not work after $*"
}

# refused STATUS PATTERN COMMAND…: status and the one line on stderr; stdout stays empty.
refused() {
	want=$1 pattern=$2; shift 2
	"$@" >/tmp/out 2>/tmp/err; status=$?
	cat /tmp/err
	[ $status -eq $want ] || fail "$*: status $status, not $want"
	grep -q -e "$pattern" /tmp/err || fail "$*: nothing about '$pattern'"
	[ ! -s /tmp/out ] || fail "$*: stdout has $(cat /tmp/out)"
	[ -e /var/run/scx/root/stats ] && fail "$*: left its socket behind"
	is_disabled || fail "$*: state is $(state)"
}

# value NAME [SOCKET]: of the statistics of the scheduler that runs; the root's are served a moment
# after the kernel has it, under load some seconds.
value() {
	[ -n "$2" ] || (wait_for 60 [ -S /var/run/scx/root/stats ])
	./guest_load values ${2:+at "$2"} "$1"
}

# sum_of LIST TARGET SECONDS: of a list of numbers in what a target says of so many seconds.
sum_of() { ./guest_load values of "$2" over "$3" | awk -v list="$1" 'index($1, list ".") == 1 { sum += $2 } END { print sum + 0 }'; }

# grows NAME: a counter of the statistics that is still 0 after 20 seconds is a failure.
grows() {
	wait_for 20 is_above_zero "$1" || fail "$1 stays 0: $(./guest_load values)"
	echo "$1 is $(value "$1")"
}
is_above_zero() { [ "$(value "$1")" -gt 0 ]; }
