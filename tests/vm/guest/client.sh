#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# client.sh SCHEDULER…: a client in Python, written from docs/stats.md, talks to each of them; so it
# does at an abstract socket, and nobody but root and a group does at sockets that are theirs.
. /root/lib.sh
export PYTHONHOME=/root/python PATH=$PATH:/root/python/bin
socket=/var/run/scx/root/stats
client() { python3 client.py "$1" && python3 client_check.py "$1" || fail "the client at $1"; }
serves() { [ "$(stat -c "%a %g" $socket 2>/dev/null)" = "$1" ]; }
nobody() { setpriv --reuid 65534 --regid "$1" --clear-groups python3 client.py "$2" 2>/tmp/err; }

for scheduler; do
	start "$scheduler"
	wait_for 30 serves "600 0" || fail "$scheduler: no socket of root's alone: $(ls -ln $socket)"
	client $socket
	stop

	start "$scheduler" --stats-path @scx --stats-mode 0660 --stats-group 4711
	wait_for 30 grep -q @scx /proc/net/unix || fail "$scheduler: no abstract socket"
	client @scx
	nobody 4711 @scx || fail "$scheduler: the socket's group is refused: $(cat /tmp/err)"
	nobody 4712 @scx && fail "$scheduler: everybody may see the abstract socket"
	stop
done
start "$1" --stats-mode 0660 --stats-group 4711
wait_for 30 serves "660 4711" || fail "mode and group are not those asked for: $(ls -ln $socket)"
nobody 4711 $socket || fail "the socket's group is refused: $(cat /tmp/err)"
nobody 4712 $socket && fail "everybody may see the socket"
stop
no_faults
echo PASS
