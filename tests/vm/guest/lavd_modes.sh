#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# lavd_modes.sh ROUNDS: scx_lavd's power modes under load: each from the start, and all of them in turn
# at run time, as --autopower finds other words where the kernel says how the CPUs are to be run. The
# guest has no such files of its own: they are made up.
. /root/lib.sh
rounds=$1
cpufreq=/sys/devices/system/cpu/cpufreq
(while :; do hackbench -g 1 -l 50 >/dev/null; done) & load=$!
mode() { value power_mode 2>/dev/null | tr -d '"'; }
is_in() { [ "$(mode)" = "$1" ]; }

for mode in performance balanced powersave; do
	start scx_lavd --$mode
	wait_for 60 is_in $mode || fail "--$mode: the mode is $(mode)"
	stop
done
start scx_lavd --autopilot
sleep 3
# four CPUs full of hackbench are no light load
is_in powersave && fail "--autopilot saves power under load"
stop

mount -t tmpfs none $cpufreq || fail "no place for made-up files"
for cpu in 0 1 2 3; do
	mkdir $cpufreq/policy$cpu
	echo intel_pstate >$cpufreq/policy$cpu/scaling_driver
	echo powersave >$cpufreq/policy$cpu/scaling_governor
done
prefer() { for cpu in 0 1 2 3; do echo "$1" >$cpufreq/policy$cpu/energy_performance_preference; done; }
prefer performance
start scx_lavd --autopower 2>/tmp/err
seq=$(cat $SYS/enable_seq)
round=0
while [ $round -lt "$rounds" ]; do
	for pair in performance:performance balance_performance:balanced power:powersave; do
		prefer ${pair%:*}
		wait_for 40 is_in ${pair#*:} || { cat /tmp/err; fail "round $round: the CPUs prefer ${pair%:*}, the mode is $(mode)"; }
	done
	round=$((round + 1))
done
kill $load; killall -q hackbench
is_enabled || fail "state is $(state)"
[ "$(cat $SYS/enable_seq)" = "$seq" ] || fail "the scheduler started again"
stop
cat /tmp/err
for mode in performance balanced powersave; do
	grep -q "$mode" /tmp/err || fail "the change to $mode is not told"
done
no_faults
echo PASS
