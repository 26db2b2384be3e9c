#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fidelity.sh WARMUP_MS DURATION_MS FILE… -- SCHEDULER…: for tools/fidelity. Under scx_simple and each
# scheduler, what this kernel's costs are; and each workload under each scheduler. Writes lines:
# "release RELEASE", "costs SCHEDULER JSON", "played SCHEDULER JSON".
. /root/lib.sh
warmup=$1 duration=$2; shift 2
files=
while [ "$1" != -- ]; do files="$files $1"; shift; done
shift

calibrate() {
	costs=$(./guest_play calibrate) || fail "no calibration under $1"
	echo "costs $1 $costs"
}

echo "release $(uname -r)"
start scx_simple >&2
calibrate scx_simple
stop
speed=$(echo "$costs" | sed 's/.*"turns_a_ms":\([0-9]*\).*/\1/')
for scheduler; do
	start $scheduler >&2
	[ $scheduler = scx_simple ] || calibrate $scheduler
	for file in $files; do
		said=$(./guest_play $file $speed $warmup $duration) || fail "$file under $scheduler"
		is_enabled || fail "$scheduler is gone: state $(state)"
		echo "played $scheduler $said"
	done
	stop
done
