#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# starve.sh SECONDS SCHEDULER…: eight hogs of nice -20 for each CPU against one of nice 19. That one
# has a ten-thousandth of the weight, and must get its turn all the same. What it does between two
# looks at the clock may take it two turns; that stays far below the kernel's watchdog (30 s).
. /root/lib.sh
seconds=$1; shift
start "$@"
# writes the longest gap that it saw, in hundredths of a second; no subshells, they would wait too
nice -n 19 sh -c '
	last= longest=0
	while read -r t rest </proc/uptime; do
		t=${t%.*}${t#*.}
		gap=$((t - ${last:-$t})); last=$t
		[ $gap -le $longest ] || { longest=$gap; echo $longest >/tmp/longest; }
	done' & light=$!
wait_for 10 [ -s /tmp/longest ] || fail "the light task does not start"
hogs=
i=0
while [ $i -lt $((8 * $(nproc))) ]; do
	nice -n -20 sh -c 'while :; do :; done' & hogs="$hogs $!"
	i=$((i + 1))
done
sleep "$seconds"
t=$(awk '{print $14 + $15}' /proc/$light/stat)
kill $hogs $light
echo "the light task ran $t ticks and waited $(cat /tmp/longest) hundredths of a second at most"
[ "$t" -gt 0 ] || fail "the light task never ran"
[ "$(cat /tmp/longest)" -lt 1500 ] || fail "the light task waited too long"
is_enabled || fail "state is $(state)"
stop INT
no_faults
echo PASS
