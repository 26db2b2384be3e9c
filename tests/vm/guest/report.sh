#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# report.sh: schedulers that fail (fault_thrown.sh says how they end) leave their evidence in a report.
. /root/lib.sh

# reports FILE MEMBER PATTERN…: the member of a report holds every pattern.
reports() {
	file=$1 member=$2; shift 2
	tar xzOf "$file" "$(tar tzf "$file" | grep "/$member\$")" >/tmp/member || fail "$file: no $member"
	for pattern; do
		grep -q -e "$pattern" /tmp/member ||
			{ cat /tmp/member; fail "$file: nothing about '$pattern' in $member"; }
	done
}

ends 1 'debug dump' 'CPU states' 'found nothing and gave up' 'ended by the kernel' \
	"kernel's own scheduler is back" 'the report is /tmp/r.tar.gz' \
	-- ./scx_faulty --fault 1 --report /tmp/r.tar.gz
reports /tmp/r.tar.gz exit.txt 'message  cid .* found nothing and gave up' 'kind     1025'
reports /tmp/r.tar.gz dump.txt 'CPU states' 'triggered exit kind'
reports /tmp/r.tar.gz backtrace.txt 'scx_bpf_error_bstr' 'faulty_dispatch'
reports /tmp/r.tar.gz runs.txt '^run 1' 'instructions of faulty_dispatch' 'gave up'
reports /tmp/r.tar.gz log.txt 'E .*gave up' 'D verified'
reports /tmp/r.tar.gz btf.txt 'scx_bpf_dsq_move_to_local'
reports /tmp/r.tar.gz options.txt 'fault  *1 .*given'
reports /tmp/r.tar.gz machine.scxx 'scxx-bundle'
scxtopo >/tmp/here && scxtopo --topology /tmp/member >/tmp/there || fail "the machine is not replayed"
tail -n +2 /tmp/here >/tmp/here.rest && tail -n +2 /tmp/there | diff - /tmp/here.rest ||
	fail "another machine is replayed"

# A full disk: said, and the scheduler ends as it would have.
mkdir /tmp/full && mount -t tmpfs -o size=4k none /tmp/full || fail "no small file system"
ends 0 'has had enough' "kernel's own scheduler is back" 'there is no report: .*No space left' \
	-- ./scx_faulty --fault 2 --report /tmp/full/r.tar.gz
[ -z "$(ls -A /tmp/full)" ] || fail "left of the report: $(ls -A /tmp/full)"

# A second failure leaves the first one's report alone; names of processes stay out, also one that
# ends in a line break, as echo gives it.
nice -n 7 sh -c 'echo private-name >/proc/self/comm; while :; do :; done' & victim=$!
ends 1 'runnable task stall' "kernel's own scheduler is back" 'the report is /tmp/r-2.tar.gz' \
	-- ./scx_faulty --fault 3 --report /tmp/r.tar.gz
kill $victim
grep -q 'stall: private-name?\[' /tmp/err || fail "the log does not name the task that was not run"
reports /tmp/r-2.tar.gz exit.txt "message  task\[[0-9]*\] failed to run"
reports /tmp/r-2.tar.gz dump.txt " task\[[0-9]*\] "
tar xzOf /tmp/r-2.tar.gz | grep private-name && fail "the report names a process"
reports /tmp/r.tar.gz exit.txt 'gave up'

# Refused by the verifier, in a folder that root without CAP_DAC_OVERRIDE cannot write to; and a report that cannot be is no hindrance.
mkdir -m 700 /tmp/home && chown 1000 /tmp/home || fail "no other user's folder"
ends 1 'refused the program faulty_dispatch' 'the report is /tmp/home/v.tar.gz' \
	-- ./scx_faulty --fault 4 --report /tmp/home/v.tar.gz
reports /tmp/home/v.tar.gz error.txt 'refused the program faulty_dispatch'
reports /tmp/home/v.tar.gz load-log.txt 'BEGIN PROG LOAD LOG' 'processed .* insns'
ends 1 'there will be no report: cannot create /none/r.tar.gz' 'lacks the function scx_bpf_no_such_thing' \
	'newer kernel' -- ./scx_missing --report /none/r.tar.gz
echo PASS
