#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# affinity.sh THREADS SECONDS SCHEDULER…: threads that change each other's affinity and nice values
# under load run only where they may, and all of them run.
. /root/lib.sh
threads=$1 seconds=$2; shift 2
start "$@"
./guest_load affinity "$threads" "$seconds" || fail "under $*"
is_enabled || fail "state is $(state)"
if [ "$1" = scx_qmap ]; then
	[ "$(value dequeued)" -gt 0 ] || fail "no task was dequeued"
	[ "$(value gone)" -eq 0 ] || fail "tasks were taken out of a queue that had ended: $(value gone)"
fi
stop
no_faults
echo PASS
