# SPDX-License-Identifier: GPL-2.0-only
# What the fault_*.sh share, beside lib.sh.
. /root/lib.sh
socket=/var/run/scx/root/stats

# now: hundredths of a second since the boot.
now() { read -r t rest </proc/uptime; echo "${t%.*}${t#*.}"; }

# seeded WORD: the seed, which is the time for the word random; said, so that a run can be repeated.
seeded() {
	seed=$1
	[ "$seed" != random ] || seed=$(date +%s)
	echo "seed $seed"
}

# plan COUNT COLUMNS: so many lines of random numbers from 0 to 99, from the seed.
plan() {
	awk -v seed="$seed" -v count="$1" -v columns="$2" 'BEGIN {
		srand(seed)
		for (i = 0; i < count; i++)
			for (j = 1; j <= columns; j++) printf "%d%s", rand() * 100, j < columns ? " " : "\n"
	}'
}

# rest HUNDREDTHS: sleeps.
rest() { sleep "$(($1 / 100)).$(printf %02d $(($1 % 100)))"; }

# begin_load, end_load: a hog, two that chat, and two that change their policies, whoever schedules. It
# leaves much of the machine to the scheduler's start, which is what takes most of the time.
begin_load() {
	./guest_load spin 1 7200 & hogs=$!
	./guest_load policies 2 7200 & policies=$!
	stress-ng --quiet --pipe 1 --timeout 7200 & chat=$!
}
load_processes() { echo $hogs $policies $chat $(cat /proc/$chat/task/$chat/children); }
end_load() {
	for pid in $hogs $policies $chat; do ! is_over $pid || fail "a load has ended"; done
	kill $hogs $policies $chat
	wait $hogs $policies $chat 2>/dev/null
}

# in_time SECONDS COMMAND…: whether the command ends well within so long. Its words are not wanted.
in_time() { timeout "$@" >/dev/null; }

# works WHEN: the kernel's own scheduler is in charge, and a load comes to its end under it.
works() {
	wait_for 20 is_disabled || fail "$1: state is $(state)"
	in_time 60 hackbench -g 1 -l 2 || fail "$1: the machine does not work"
}

is_over() { [ ! -d /proc/$1 ] || grep -q '^State:.*zombie' /proc/$1/status; }

# serves [TIME-OUT]: the scheduler that runs answers at its socket.
serves() { scxstat show --timeout "${1:-5}" >/tmp/served 2>/tmp/unserved; }

# ran_well FILE: what the scheduler wrote says that it ran, and that its statistics were served.
ran_well() {
	grep -q 'is running' "$1" || { cat "$1"; fail "it never ran"; }
	if grep 'no statistics are served' "$1"; then fail "a socket that was left behind is in the way"; fi
}

# kernel_objects: BPF programs, maps and links in the kernel.
kernel_objects() { bpftool prog show; bpftool map show; bpftool link show; bpftool struct_ops show; }
nothing_left() { [ -z "$(kernel_objects)" ]; }
