#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# faults.sh: schedulers that fail. Each ends with the right status and one clear reason with its
# evidence, and leaves the kernel's own scheduler in charge of a working machine.
. /root/lib.sh

ends 1 'debug dump' 'CPU states' 'found nothing and gave up' 'ended by the kernel' \
	"kernel's own scheduler is back" -- ./scx_faulty --fault 1
ends 0 'has had enough' "kernel's own scheduler is back" -- ./scx_faulty --fault 2
nice -n 7 sh -c 'while :; do :; done' & victim=$!
ends 1 'runnable task stall' "kernel's own scheduler is back" -- ./scx_faulty --fault 3
kill $victim
ends 1 'refused the program faulty_dispatch' -- ./scx_faulty --fault 4
ends 1 'lacks the function scx_bpf_no_such_thing' 'newer kernel' -- ./scx_missing
echo PASS
