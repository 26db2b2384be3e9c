#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fault_suite.sh FAULT [ARGUMENT…] [-- FAULT…]: several fault_FAULT.sh in one boot, each with the kernel's
# log to itself, and how long each took.
. /root/fault.sh
while [ $# -gt 0 ]; do
	fault=$1 arguments=; shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do arguments="$arguments $1"; shift; done
	[ $# -eq 0 ] || shift
	echo "== $fault$arguments"
	dmesg -c >/dev/null
	rm -rf /tmp/*
	began=$(now)
	sh fault_$fault.sh $arguments || fail "$fault$arguments"
	wait_for 20 nothing_left || fail "$fault leaves in the kernel: $(kernel_objects)"
	echo "== $fault took $((($(now) - began) / 100)) s"
done
echo PASS
