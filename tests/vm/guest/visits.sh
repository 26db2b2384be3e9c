#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# visits.sh COUNT SCHEDULER…: clients of the statistics come and go under load, and leave nothing behind
# in the scheduler; scxstat shows them and serves them to a scraper.
. /root/lib.sh
count=$1; shift
start "$@"
seq=$(cat $SYS/enable_seq)
wait_for 30 [ -S /var/run/scx/root/stats ] || fail "no statistics are served"
(while :; do hackbench -g 1 -l 50 >/dev/null; done) & load=$!
./guest_load visits "$count" $sched || fail "the scheduler keeps something of its visitors"

# shows PATTERN COMMAND…: status 0, and a line like that on standard output.
shows() {
	pattern=$1; shift
	"$@" >/tmp/out || fail "$*: status $?"
	grep -q -e "$pattern" /tmp/out || fail "$*: nothing about '$pattern' in: $(cat /tmp/out)"
}
scrape() { wget -q -O - http://127.0.0.1:9101/metrics; }
ops=$(cat $SYS/root/ops)
shows "^root  *$ops  *-  */var/run/scx/root/stats$" scxstat list
cat /tmp/out
shows "\"ops\":\"$ops\",.*\"answers\":true" scxstat list --json
shows '^  nr_sched  *[1-9]' scxstat
shows '^SysStats: ' scxstat describe
shows '"comm":' scxstat show --target sched_samples --arg nr_samples=2 --json
# a few samples may be those of other tasks
samples_hackbench() { scxstat show --target sched_samples --arg nr_samples=16 | grep -q '^ *[1-9].*hackbench'; }
wait_for 30 samples_hackbench || fail "no sample of hackbench in 30 s"
shows '^nr_sched\(_total\)* [1-9]' scxstat openmetrics
[ "$(tail -n 1 /tmp/out)" = '# EOF' ] || fail "OpenMetrics: $(cat /tmp/out)"
scxstat show --watch 0.2 --json | head -n 3 >/tmp/out
[ "$(grep -c '"nr_sched":' /tmp/out)" -eq 3 ] || fail "scxstat --watch: $(cat /tmp/out)"
ifconfig lo up || ip link set lo up || fail "no loopback"
scxstat openmetrics --listen 9101 & exporter=$!
wait_for 10 scrape >/tmp/out || fail "nothing to scrape"
shows '^scx_up 1$' scrape
shows '^nr_sched\(_total\)* [1-9]' scrape
kill $load; killall -q hackbench
is_enabled || fail "state is $(state)"
[ "$(cat $SYS/enable_seq)" = "$seq" ] || fail "the scheduler started again"
stop
shows '^scx_up 0$' scrape
kill -INT $exporter
wait $exporter || fail "the exporter ended with status $?"
scxstat list >/tmp/out && fail "scxstat list finds: $(cat /tmp/out)"
grep -q '^sched_ext: disabled$' /tmp/out || fail "scxstat list: $(cat /tmp/out)"
no_faults
echo PASS
