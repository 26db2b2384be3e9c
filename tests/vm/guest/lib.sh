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

# no_faults: nothing in the kernel's log that points to a fault.
no_faults() {
	if dmesg | grep -E 'WARNING:|BUG:|Oops|stall|lockup|hung task|scx_error|runnable task stall'; then
		fail "the kernel's log has the lines above"
	fi
}
