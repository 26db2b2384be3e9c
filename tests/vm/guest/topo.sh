#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# topo.sh BIG [OFFLINE…]: takes the CPUs OFFLINE offline; then the kernel must number and group the
# CPUs as scxtopo does. With BIG (a list of CPUs, - for none) as big cores our numbering is another
# than the kernel's: once installed, the kernel must report ours.
. /root/lib.sh
big=$1; shift
for cpu in "$@"; do
	echo 0 >/sys/devices/system/cpu/cpu$cpu/online || fail "CPU $cpu does not go offline"
done
scxtopo || fail "scxtopo's tree: status $?"
scxtopo --compare-kernel || fail "the kernel's own numbering is another"
is_disabled || fail "the probe was left behind: state $(state)"

# CPUs outside the caller's cgroup count, and so do those of a machine that is replayed.
scxtopo --json >/tmp/free
echo +cpuset >/sys/fs/cgroup/cgroup.subtree_control || fail "no cpuset controller"
mkdir /sys/fs/cgroup/confined
echo 0 >/sys/fs/cgroup/confined/cpuset.cpus
sh -c 'echo $$ >/sys/fs/cgroup/confined/cgroup.procs; exec scxtopo --json' >/tmp/confined
cmp /tmp/free /tmp/confined || fail "a cpuset hides CPUs"
scxtopo --bundle /tmp/machine.scxx || fail "no bundle"
scxtopo --cids >/tmp/cids
scxtopo --topology /tmp/machine.scxx --cids | cmp - /tmp/cids || fail "the bundle shows another machine"

if [ "$big" != - ]; then
	scxtopo --compare-kernel --big-cpus "$big" >/tmp/out || fail "$(cat /tmp/out)"
	cat /tmp/out
	grep -q '^ours, installed' /tmp/out || fail "nothing was installed"

	start scx_lavd --big-cpus "$big" --form cid
	scxtopo --compare-kernel --big-cpus "$big" >/tmp/out || fail "$(cat /tmp/out)"
	cat /tmp/out
	grep -q '^installed by lavd' /tmp/out || fail "not read from the scheduler that runs"
	# The comparison finds differences, too.
	if scxtopo --compare-kernel >/tmp/out; then fail "no difference was found"; fi
	cat /tmp/out
	grep -q 'cid [0-9]* is CPU' /tmp/out || fail "the difference is not told"
	hackbench -g 1 -l 20 >/dev/null || fail "hackbench"
	stop
fi
no_faults
echo PASS
