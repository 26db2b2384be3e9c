# SPDX-License-Identifier: GPL-2.0-only
# What the scripts about sub-schedulers share; after lib.sh. A sub-scheduler is called by its cgroup's
# path below the root cgroup.
#
# The script and the schedulers that it starts are of nice -20, so that they do not wait in line behind
# the hogs, which are of nice 0.
CGROUPS=/sys/fs/cgroup
[ "$(nice)" -eq -20 ] || exec nice -n -20 sh "$0" "$@"

file_of() { echo "/tmp/$(echo "$1" | tr / -).$2"; }
pid_of() { cat "$(file_of "$1" pid)"; }

# make_cgroup NAME WEIGHT
make_cgroup() {
	mkdir $CGROUPS/"$1" && echo "$2" >$CGROUPS/"$1"/cpu.weight || fail "cgroup $1 cannot be made"
}

# start_sub NAME: the scheduler of that cgroup.
start_sub() {
	err=$(file_of "$1" err)
	rm -f "$err" "$(file_of "$1" status)"
	(
		scx_qmap -c $CGROUPS/"$1" --stats-path "$(file_of "$1" stats)" 2>"$err" & echo $! >"$(file_of "$1" pid)"
		wait $!; echo $? >"$(file_of "$1" status)"
	) &
	wait_for 60 runs_or_ended "$1"
	grep -q 'is running' "$err" || { cat "$err"; fail "no scheduler on $1"; }
}

has_ended() { [ -s "$(file_of "$1" status)" ]; }
runs_or_ended() { has_ended "$1" || grep -qs 'is running' "$(file_of "$1" err)"; }

# ended NAME STATUS [PATTERN]: it ends by itself, with that status and that on stderr.
ended() {
	wait_for 60 has_ended "$1" || fail "the scheduler on $1 does not end"
	cat "$(file_of "$1" err)"
	[ "$(cat "$(file_of "$1" status)")" -eq "$2" ] ||
		fail "the scheduler on $1 ended with status $(cat "$(file_of "$1" status)"), not $2"
	grep -q "${3:-}" "$(file_of "$1" err)" || fail "the scheduler on $1 says nothing about '$3'"
}

# hogs NAME COUNT: in that cgroup, from now on.
hogs() {
	sh -c 'echo 0 >"$0/cgroup.procs"; exec nice -n 20 ./guest_load spin '"$2"' 3600' $CGROUPS/"$1" & 
	echo $! >"$(file_of "$1" hogs)"
}

end_hogs() { kill "$(cat "$(file_of "$1" hogs)")"; }

# usages NAME…: microseconds of CPU time, and before them those since the boot.
usages() {
	for name in "$@"; do set -- "$@" $CGROUPS/"$name"/cpu.stat; shift; done
	awk 'FILENAME == "/proc/uptime" { printf "%d ", 1000000 * $1 }
	     /^usage_usec/ { printf "%s ", $2 }' /proc/uptime "$@"
}

# cpu_time SECONDS TOLERANCE NAME:PART…: from now on the cgroups' tasks get CPU time in these parts,
# each within TOLERANCE per cent of it, and none of the machine's is lost. NAME+NAME are counted together.
cpu_time() {
	seconds=$1 tolerance=$2; shift 2
	names=$(echo "$*" | sed 's/:[0-9.]*//g; s/+/ /g')
	before=$(usages $names)
	sleep "$seconds"
	after=$(usages $names)
	echo "$*
$before
$after" | awk -v tolerance="$tolerance" -v cpus="$(nproc)" '
		{ line[NR] = $0 }
		END {
			groups = split(line[1], group); split(line[2], before); split(line[3], after)
			machine = cpus * (after[1] - before[1]); n = 1
			for (g = 1; g <= groups; g++) {
				split(group[g], part, ":")
				wanted[g] = part[2]; wanted_all += part[2]
				for (i = split(part[1], members, "+"); i > 0; i--) {
					n++
					seen[g] += after[n] - before[n]; seen_all += after[n] - before[n]
				}
			}
			printf "%.0f %% of the CPU time of %.1f s\n", 100 * seen_all / machine, machine / cpus / 1000000
			if (seen_all < 0.8 * machine) { print "the rest is lost: WRONG"; wrong = 1 }
			for (g = 1; g <= groups; g++) {
				share = 100 * seen[g] / seen_all; want = 100 * wanted[g] / wanted_all
				off = 100 * (share / want - 1)
				bad = off > tolerance || off < -tolerance
				printf "%s: %.2f %%, %.2f %% wanted%s\n", group[g], share, want, bad ? ": WRONG" : ""
				if (bad) wrong = 1
			}
			exit wrong
		}'
}
