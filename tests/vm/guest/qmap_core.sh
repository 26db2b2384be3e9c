#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmap_core.sh: core scheduling, groups of tasks that may not share a core.
. /root/lib.sh
start scx_qmap
./guest_load cookies 3 10; status=$?
[ $status -eq 77 ] && { echo "this kernel has no CONFIG_SCHED_CORE"; exit 77; }
[ $status -eq 0 ] || fail "the groups failed"
is_enabled || fail "state is $(state)"
echo "core_sched is $(value core_sched)"
[ "$(value core_sched)" -gt 0 ] || fail "core scheduling never picked a task: $(./guest_load values)"
stop
no_faults
echo PASS
