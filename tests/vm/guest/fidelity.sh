#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fidelity.sh WARMUP_MS DURATION_MS FILE… -- SCHEDULER…: for tools/fidelity. What this kernel's costs
# are, under scx_simple; then each workload under each scheduler. Lines of a name, a space and JSON.
. /root/lib.sh
warmup=$1 duration=$2; shift 2
files=
while [ "$1" != -- ]; do files="$files $1"; shift; done
shift

echo "release $(uname -r)"
start scx_simple >&2
costs=$(./guest_play calibrate) || fail "no calibration"
stop
echo "costs $costs"
speed=$(echo "$costs" | sed 's/.*"turns_a_ms":\([0-9]*\).*/\1/')
for scheduler; do
	start $scheduler >&2
	for file in $files; do
		said=$(./guest_play $file $speed $warmup $duration) || fail "$file under $scheduler"
		is_enabled || fail "$scheduler is gone: state $(state)"
		echo "$scheduler $said"
	done
	stop
done
