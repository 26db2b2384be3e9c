#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmap_options.sh immed|no-immed: what each option does shows in the statistics or in the trace.
. /root/lib.sh
trace=/sys/kernel/tracing/trace
hogs() {
	hogs=
	i=0
	while [ $i -lt $((2 * $(nproc))) ]; do
		nice -n "$1" ./guest_load spin 1 3600 & hogs="$hogs $!"
		i=$((i + 1))
	done
}
end_hogs() { kill $hogs; wait $hogs 2>/dev/null; }

start scx_qmap -H -b 8 -P -M
hogs 0
normal=$hogs
hogs -20
grows expedited.local
kill $normal
end_hogs
hogs 19
grows lowpri
mkdir /sys/fs/cgroup/a
echo +cpu >/sys/fs/cgroup/cgroup.subtree_control || fail "no cpu controller"
echo 300 >/sys/fs/cgroup/a/cpu.weight
sleep 2
end_hogs
stop
grep -q 'weight 300 now' $trace || fail "-M says nothing of cpu.weight: $(tail $trace)"
grep -q scx_bpf_events /proc/kallsyms && ! grep -q 'SCX_EV_REFILL_SLICE_DFL: [0-9]' $trace && fail "-P shows no event counters: $(tail $trace)"

# policy 7 is SCHED_EXT
start scx_qmap -p
hogs 0
sleep 1
enqueued() { ./guest_load values | awk '/enqueued/ { n += $2 } END { print n }'; }
[ "$(enqueued)" -eq 0 ] || fail "-p: $(enqueued) tasks of other policies were enqueued"
end_hogs
./guest_load shares ext 1 100 0:1 0:1
[ "$(enqueued)" -gt 0 ] || fail "-p: no task of SCHED_EXT was enqueued"
stop

# its own process may not become one of SCHED_EXT, others may
start scx_qmap -p -d -1
./guest_load ext $sched 2>/tmp/err && fail "-d -1: it became one of SCHED_EXT"
grep -q 'Permission denied' /tmp/err || fail "-d -1: refused for another reason: $(cat /tmp/err)"
sleep 60 & other=$!
./guest_load ext $other || fail "-d -1: another process may not become one of SCHED_EXT"
kill $other
stop

start scx_qmap -s 1000
hogs 0
sleep 2
end_hogs
stop

if [ "$1" = immed ]; then
	start scx_qmap -I -F 20
	hogs 0
	grows immed_forced
	grows reenqueued.immed
	end_hogs
	stop
fi
no_faults
echo PASS
