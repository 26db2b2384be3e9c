#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# under.sh [not] CHECK… -- [SCHEDULER…]: a check of guest_load's holds under the scheduler; under the
# kernel's own where none is named. not: it finds fault with this scheduler, so it can.
. /root/lib.sh
want=0
[ "$1" = not ] && { want=1; shift; }
check=
while [ "$1" != -- ]; do check="$check $1"; shift; done
shift
[ $# -eq 0 ] || start "$@"
./guest_load $check; status=$?
[ $status -eq $want ] || fail "$check under ${*:-the kernel\'s own scheduler}: status $status, not $want"
[ $# -eq 0 ] || { is_enabled || fail "state is $(state)"; stop; }
no_faults
echo PASS
