#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# refuse.sh SCHEDULER: what cannot work ends with one clear error, status 1 (2 for usage), and
# leaves nothing behind.
. /root/lib.sh

refused 2 'no-such-option' $1 --no-such-option
refused 2 'stats' $1 --stats 0
refused 2 'stats' $1 --stats soon
refused 2 'form' $1 --form octal
refused 2 'monitor' $1 --monitor 1 --run-for 3
refused 1 'sudo' /usr/bin/setpriv --reuid 65534 --clear-groups "$(command -v $1)"
refused 1 'type information' $1 --btf-custom-path /etc/passwd

mount -t tmpfs none /sys/devices/system/cpu
refused 1 '/sys/devices/system/cpu' $1
umount /sys/devices/system/cpu

mount -t tmpfs none /sys/kernel/btf
refused 1 'CONFIG_DEBUG_INFO_BTF' $1
umount /sys/kernel/btf

mount -t tmpfs none /sys/kernel/sched_ext
"$1" 2>/tmp/err && fail "runs without sched_ext"
grep -q CONFIG_SCHED_CLASS_EXT /tmp/err || fail "no word of CONFIG_SCHED_CLASS_EXT: $(cat /tmp/err)"
umount /sys/kernel/sched_ext

# another one is attached: it is named, and goes on
start $1
$1 >/tmp/out 2>/tmp/err; status=$?
cat /tmp/err
[ $status -eq 1 ] || fail "a second scheduler ended with $status"
grep -q "another scheduler is attached: ${1#scx_}_" /tmp/err || fail "the first one is not named"
is_enabled || fail "the second one ended the first"
[ -S /var/run/scx/root/stats ] || fail "the second one took the first one's socket"
stop INT

# statistics that cannot be served do not keep it from scheduling
echo text >/tmp/file
start $1 --stats-path /tmp/file
stop INT
[ "$(cat /tmp/file)" = text ] || fail "--stats-path replaced a file that is no socket"
no_faults
echo PASS
