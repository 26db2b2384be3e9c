#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# last_kick.sh COUNT: a CPU goes offline, and its last way to idle kicks. The kernel would keep that kick
# until the CPU is back, and spin in the scheduler's end as long; the library does not pass it on. So that
# the scheduler is still asked then, the kernel's thread that ends it is kept waiting meanwhile.
. /root/lib.sh
count=$1
cpu=/sys/devices/system/cpu/cpu1/online
attached_again() { is_enabled && [ "$(cat $SYS/enable_seq)" -gt "$seq" ]; }

start ./scx_faulty --fault 5
for round in $(seq "$count"); do
	seq=$(cat $SYS/enable_seq)
	hogs=
	for other in 0 2 3; do
		taskset -c $other chrt -f 90 sh -c 'while :; do :; done' & hogs="$hogs $!"
	done
	chrt -f 95 sh -c "echo 0 >$cpu; kill $hogs"
	wait_for 30 attached_again || fail "round $round: CPU 1 went, and state is $(state)"
	seq=$(cat $SYS/enable_seq)
	echo 1 >$cpu
	wait_for 30 attached_again || fail "round $round: CPU 1 came, and state is $(state)"
done
stop
no_faults
echo PASS
