#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# lavd_compaction.sh: a light load, eight threads of a few per cent each, stays on few CPUs when power is
# to be saved and spreads when it is not; the statistics count as many. The load itself sees where it
# runs: the idle times of /proc/stat add up to more than the time in a guest with --icount.
. /root/lib.sh

# measure MODE: sets $used and $active
measure() {
	start scx_lavd --"$1"
	sleep 1		# at first all are used
	./guest_load duty 8 4 4 >/tmp/used & duty=$!
	sleep 3
	active=$(value nr_active)
	wait $duty || fail "the load"
	used=$(cat /tmp/used)
	echo "$1: $used CPUs are used, the statistics say $active"
	stop
}
measure powersave
few=$used few_active=$active
measure performance
[ "$few" -le 4 ] || fail "a load of a third of a CPU is on $few CPUs when power is to be saved"
[ "$few" -lt "$used" ] || fail "as many are used when it is not: $used"
[ "$few_active" -lt "$active" ] || fail "nr_active is $few_active, and $active when no power is to be saved"
[ "$active" -eq "$(nproc)" ] || fail "nr_active is $active of $(nproc) when no power is to be saved"
no_faults
echo PASS
