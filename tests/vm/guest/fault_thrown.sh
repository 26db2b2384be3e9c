#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fault_thrown.sh COUNT: schedulers that fail, and that the kernel refuses or throws out. Each ends with the
# right status and one clear reason with its evidence, and leaves the kernel's own scheduler in charge of a
# working machine. COUNT times one that errs at some moment is started again.
. /root/fault.sh
# of 7.3, where a task changes its policy while a scheduler is being enabled (docs/kernels.md)
expected_warning='WARNING: .* at put_prev_task_scx'
count=$1
back="kernel's own scheduler is back"

# The kernel throws it out while its process cannot take notice; the evidence waits for it.
thrown_out_while_stopped() {
	./scx_faulty --fault 3 & sched=$!
	wait_for 30 is_enabled || return 99
	kill -STOP $sched
	wait_for 30 is_disabled || return 99
	kill -CONT $sched
	wait $sched
}

ends 1 'debug dump' 'CPU states' 'found nothing and gave up' 'ended by the kernel' "$back" \
	-- ./scx_faulty --fault 1
ends 0 'has had enough' "$back" -- ./scx_faulty --fault 2
nice -n 7 sh -c 'while :; do :; done' & victim=$!
ends 1 'debug dump' 'CPU states' "R sh\\[$victim\\]" 'runnable task stall' "$back" \
	-- thrown_out_while_stopped
kill $victim
ends 1 'refused the program faulty_dispatch' -- ./scx_faulty --fault 4
ends 1 'lacks the function scx_bpf_no_such_thing' 'newer kernel' -- ./scx_missing

begin_load
round=0
while [ $round -lt "$count" ]; do
	round=$((round + 1))
	./scx_faulty --fault 1 2>/tmp/err; status=$?
	[ $status -eq 1 ] || { cat /tmp/err; fail "error $round: status $status"; }
	for part in 'debug dump' 'CPU states' 'found nothing and gave up' "$back"; do
		grep -q "$part" /tmp/err || { cat /tmp/err; fail "error $round: nothing about '$part'"; }
	done
	works "error $round"
done
end_load
[ "$(dmesg | grep -c 'sched_ext: BPF scheduler .* disabled (scx_bpf_error)')" -ge "$count" ] ||
	{ dmesg | grep sched_ext; fail "the kernel's log has not all of $count errors"; }
no_warnings
echo PASS
