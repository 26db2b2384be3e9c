#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# service.sh FORM: scx.service as systemd runs it. The scheduler is ready when systemd says so, has
# the capabilities that the unit leaves it and no more, starts again after a CPU went, is started
# again after a kill -9, and leaves nothing behind. Then the sandbox of scx_loader's unit.
#
# systemd is the first process of a PID namespace of its own: the lab has its own first process.
. /root/lib.sh
UNITS=/etc/systemd/system
LOG=/run/test.log

# What a machine has besides; nothing is in the targets.
make_machine() {
	mkdir -p $UNITS/scx.service.d
	echo 0123456789abcdef0123456789abcdef >/etc/machine-id
	for name in sysinit basic shutdown multi-user lab; do
		printf '[Unit]\nDefaultDependencies=no\n' >$UNITS/$name.target
	done
	cp /root/scx.service /root/loaded.service $UNITS
	# Its log, and starts that are not counted: there are more here than in five minutes of a life.
	printf '[Unit]\nStartLimitBurst=100\n[Service]\nStandardError=append:%s\n' $LOG >$UNITS/scx.service.d/test.conf
	defaults=$(sed -n 's/^EnvironmentFile=-//p' $UNITS/scx.service)
	mkdir -p "$(dirname "$defaults")"
}

of() { systemctl show --value -p "$1" "${2:-scx}"; }
set_flags() { printf 'SCX_SCHEDULER=scx_lavd\nSCX_FLAGS="%s"\n' "$1" >"$defaults"; }
failed() { cat $LOG; systemctl status --no-pager scx; fail "$@"; }
again() { is_enabled && [ "$(cat $SYS/enable_seq)" -gt "$seq" ]; }
is_running() { [ "$(of StatusText)" = "scx_lavd is running ($form form)" ]; }

# Every thread of the unit's process has just these capabilities, CAP_BPF and CAP_PERFMON, and no
# program that it could start has more.
has_only_what_it_needs() {
	pid=$(of MainPID "$1")
	[ -d /proc/$pid/task ] || fail "$1 has no process: $pid"
	for status in /proc/$pid/task/*/status; do
		for line in CapInh:0000000000000000 CapPrm:000000c000000000 CapEff:000000c000000000 \
			    CapBnd:000000c000000000 CapAmb:0000000000000000 NoNewPrivs:1 Seccomp:2; do
			tr -d '\t' <$status | grep -qx $line || { grep -E 'Cap|NoNew|Seccomp' $status; fail "$1: $status has not $line"; }
		done
	done
}

ready_and_hotplug() {
	set_flags '--autopower'
	systemctl start scx || failed "scx.service does not start"
	# Not after a while: at once.
	is_enabled && is_running || failed "systemd calls it ready, state is $(state), '$(of StatusText)'"
	has_only_what_it_needs scx
	[ "$(value nr_task)" -gt 0 ] || failed "no statistics"
	first=$(of MainPID)
	seq=$(cat $SYS/enable_seq)
	echo 0 >/sys/devices/system/cpu/cpu1/online
	wait_for 30 again || failed "not attached again after CPU 1 went"
	wait_for 10 is_running || failed "after a restart systemd knows '$(of StatusText)'"
	[ "$(of ActiveState)" = active ] || failed "after a restart it is $(of ActiveState)"
	[ "$(of MainPID)" = "$first" ] || failed "another process was started"
	has_only_what_it_needs scx
}

killed_and_stopped() {
	seq=$(cat $SYS/enable_seq)
	kill -9 "$(of MainPID)"
	wait_for 30 again || failed "not started again after kill -9"
	systemctl stop scx || failed "it does not stop"
	is_disabled || failed "state is $(state) after the end"
	[ "$(of Result)" = success ] || failed "it ended with $(of Result)"
	[ -z "$(ls /run/scx/root)" ] || failed "left behind: $(ls /run/scx/root)"
}

wrong_usage() {
	set_flags '--nonsense'
	systemctl start scx && failed "it starts with an option that there is not"
	[ "$(of ExecMainStatus) $(of ActiveState)" = '2 failed' ] ||
		failed "after wrong usage: $(of ExecMainStatus) $(of ActiveState)"
	grep -q 'nonsense' $LOG || failed "nothing about the option"
}

under_loader() {
	: >$LOG
	systemctl start loaded || failed "loaded.service does not start"
	wait_for 30 is_enabled || failed "not attached under scx_loader's settings"
	wait_for 20 grep -q nr_task $LOG || failed "no statistics under scx_loader's settings"
	has_only_what_it_needs loaded
	systemctl stop loaded
	is_disabled || failed "state is $(state)"
	[ "$(of Result loaded)" = success ] || failed "it ended with $(of Result loaded)"
	! grep -E ' [WE] ' $LOG || fail "it complains of the sandbox"
}

form=$2
case $1 in
outside)
	make_machine
	export container=lab
	unshare --pid --fork --kill-child --mount --mount-proc sh -c "
		(sh service.sh inside $form; echo \$? >/tmp/status) &
		exec /usr/lib/systemd/systemd --system --unit=lab.target --show-status=no --log-target=console" &
	wait_for 200 [ -s /tmp/status ] || fail "nothing came of it"
	exit "$(cat /tmp/status)"
	;;
inside)
	defaults=$(sed -n 's/^EnvironmentFile=-//p' $UNITS/scx.service)
	wait_for 30 systemctl is-active -q lab.target || fail "systemd has not started"
	ready_and_hotplug
	killed_and_stopped
	wrong_usage
	under_loader
	no_warnings
	echo PASS
	;;
esac
