#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# targets.sh SCHEDULER…: what is served beside `top`: the machine, each cid's utilisation and starts,
# waits, and domains, while CPU 2 of at least 3 is busy and the others are not.
. /root/lib.sh

# of TARGET NAME [SECONDS]
of() { ./guest_load values of "$1" ${3:+over "$3"} "$2"; }
# whole NUMBER: without what is behind the point
whole() { echo "${1%%.*}"; }

start "$@"
wait_for 30 [ -S /var/run/scx/root/stats ] || fail "no statistics are served"
[ "$(of machine scheduler)" = "\"$1\"" ] || fail "the machine's scheduler is $(of machine scheduler)"
[ "$(of machine kernel)" = "\"$(uname -r)\"" ] || fail "the kernel is $(of machine kernel)"
cpus=$(grep -c '^processor' /proc/cpuinfo)
[ "$(of machine nr_online)" = "$cpus" ] || fail "of $cpus CPUs the machine has $(of machine nr_online)"
cid=0
until [ "$(of machine cids.$cid.cpu)" = 2 ]; do cid=$((cid + 1)); done
other=$(((cid + 1) % cpus))

taskset -c 2 sh -c 'while :; do :; done' & hog=$!
sleep 1
busy=$(whole "$(of cids util.$cid 4)") idle=$(whole "$(of cids util.$other 4)")
echo "utilisation $busy % with a hog, $idle % without"
[ "$busy" -ge 80 ] || fail "cid $cid has a hog and a utilisation of $busy %"
[ "$idle" -le 50 ] || fail "cid $other has no hog and a utilisation of $idle %"
ended=$(sum_of nr_sched cids 2)
[ "$ended" -gt 0 ] || fail "no task started to run: $(./guest_load values of cids over 2)"
domain=$(of machine cids.$cid.domain)
[ "$(whole "$(of domains doms.$domain.util)")" -gt 10 ] || fail "idle: $(./guest_load values of domains)"
[ "$(of domains doms.$domain.nr_active)" -gt 0 ] || fail "at rest: $(./guest_load values of domains)"

# What people see of it.
scxtop --once --width 100 >/tmp/view || fail "scxtop ended with status $?"
grep -q '[^ -~]' /tmp/view && fail "without a locale scxtop writes more than ASCII: $(cat /tmp/view)"
cat /tmp/view
for line in "$1  $cpus CPUs" 'busy [8.]* [1-9]' '- 1 CPUs -*$' "node 0  cids 0-$((cpus - 1)) " '- 2 Rates and levels -' \
            '- 3 Domains and queues -' '- 4 Waiting for a CPU -' '  p50 < ' '- 5 Tasks by latency crit' '  COMM '; do
	grep -q "^$line" /tmp/view || fail "scxtop shows no '$line'"
done
[ "$(awk '{ if (length > n) n = length } END { print n }' /tmp/view)" -le 100 ] || fail "scxtop is wider than 100"
scxtop --json >/tmp/view || fail "scxtop --json ended with status $?"
for text in "\"scheduler\":\"$1\"" '"lacking":{}' '"troubles":{}' '"util":\['; do
	grep -q "$text" /tmp/view || fail "no $text in scxtop's JSON: $(cat /tmp/view)"
done

# What is bound to a CPU counts for its domain.
is_pinned() {
	scxstat show --target sched_samples --arg nr_samples=8 --json >/tmp/samples || return 1
	grep -q '"dom_pinned_util_wall":[1-9]' /tmp/samples
}
wait_for 20 is_pinned || fail "nothing is bound to a CPU: $(cat /tmp/samples)"

# It and another have the CPU in turn, so each waits as long as the other runs, a millisecond or more.
taskset -c 2 sh -c 'while :; do :; done' & second=$!
./guest_load values of latency over 4 >/tmp/latency
long=$(awk -F'[. ]' '$1 == "count" && $2 > 9 { sum += $3 } END { print sum + 0 }' /tmp/latency)
echo "$long waits of a millisecond or more"
[ "$long" -ge 20 ] || fail "two hogs waited $long times: $(cat /tmp/latency)"
kill $hog $second; wait $hog $second 2>/dev/null

# A client that is there all the time sees the next run.
./guest_load values of latency over /tmp/again >/tmp/latency & client=$!
sleep 1
echo 0 >/sys/devices/system/cpu/cpu1/online || fail "CPU 1 stays online"
is_again() { [ "$(of machine nr_online 2>/dev/null)" = $((cpus - 1)) ]; }
wait_for 60 is_again || fail "without CPU 1 the machine has $(of machine nr_online) online"
>/tmp/again
wait $client || fail "the client of the whole time ended with status $?"
counted=$(awk '/^count/ { sum += $2 } END { print sum + 0 }' /tmp/latency)
echo "$counted waits after the start"
[ "$counted" -gt 0 ] || fail "nothing was counted: $(cat /tmp/latency)"
gone=$((cpus - 1))
[ "$(of machine cids.$gone.cpu) $(of machine cids.$gone.core)" = "1 -1" ] || fail "CPU 1 is not the last cid: $(./guest_load values of machine)"
[ "$(of cids util.$gone)" = null ] || fail "CPU 1 is offline and used to $(of cids util.$gone) %"
stop
no_faults
echo PASS
