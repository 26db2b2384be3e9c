#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# beside.sh SCHEDULER ARG…: what 1,000 clients of its statistics do to scheduling; the arguments are
# those of stats_beside.
. /root/lib.sh
socket=/var/run/scx/root/stats
start "$1"
shift
wait_for 10 [ -S $socket ] || fail "no socket"
./stats_beside --at $socket "$@" || fail "scheduling beside a crowd"
stop
no_faults
echo PASS
