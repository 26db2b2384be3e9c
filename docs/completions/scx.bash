# SPDX-License-Identifier: GPL-2.0-only
# bash completion for scxx's schedulers. It runs nothing, so it needs no root; installed under the
# name of each scheduler, where bash-completion finds it.

_scx_scheduler()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local options='-i --stats --monitor --run-for --stats-path --stats-mode --stats-group --form
                   --log-level -v --verbose
                   --big-cpus --virt-llc --topology --pin-root-path --kconfig --btf-custom-path --bpf-token-path
                   --relaxed-maps -h --help -V --version --help-stats --check --json --report
                   --report-processes'

    # "--form=c" comes as three words, or as one where "=" is no word break
    case $current in
        --*=*) previous=${current%%=*} current=${current#*=} ;;
        =) previous=${COMP_WORDS[COMP_CWORD-1]} current= ;;
        *) [[ $previous != = ]] || previous=${COMP_WORDS[COMP_CWORD-2]} ;;
    esac

    case ${1##*/} in
        scx_lavd) options+=' --autopilot --autopower --performance --balanced --powersave
                             --slice-max-us --slice-min-us --pinned-slice-us --no-slice-boost
                             --preempt-shift --no-preemption --no-futex-boost --no-wake-sync
                             --warm-cpu-us --lat-load-target-pct --per-cpu-dsq --mig-delta-pct
                             --lb-low-util-pct --lb-local-dsq-util-pct --no-fast-lb
                             --no-core-compaction --cpu-pref-order --no-use-em --no-freq-scaling
                             --partial --enable-cpu-bw --run-id --monitor-sched-samples' ;;
        scx_qmap) options+=' -s --slice-us -b --batch -N --max-tasks -H --boost -p --partial
                             -d --disallow -c --cgroup -R --rotate-ms -B --rescue-ppt
                             -q --rescue-quantum-us -I --always-immed -F --immed-stress
                             -C --cid-override -e --error-after -t --stall-user -T --stall-kernel
                             -l --loop-after -J --inject -P --print-events -M --print-messages
                             -D --dump-len -S --no-own-dump' ;;
        scx_simple) options+=' -f --fifo' ;;
    esac

    COMPREPLY=()
    case $previous in
        --form)
            mapfile -t COMPREPLY < <(compgen -W 'auto cpu cid' -- "$current") ;;
        --log-level)
            mapfile -t COMPREPLY < <(compgen -W 'trace debug info warn error off' -- "$current") ;;
        --stats-mode)
            mapfile -t COMPREPLY < <(compgen -W '0600 0660 0666' -- "$current") ;;
        --stats-group)
            mapfile -t COMPREPLY < <(compgen -g -- "$current") ;;
        --stats-path|--topology|--pin-root-path|--btf-custom-path|--bpf-token-path|--report)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            compopt -o filenames 2>/dev/null ;;
        --cid-override|-C)
            mapfile -t COMPREPLY < <(compgen -W 'shuffle bad-dup bad-range bad-mono' -- "$current") ;;
        --inject|-J)
            mapfile -t COMPREPLY < <(compgen -W 'wrong-cid init-fail cgrp-init-fail' -- "$current") ;;
        --cgroup|-c)
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            compopt -o filenames 2>/dev/null ;;
        --slice-us|-[sbNdRBqFetTlD]|--batch|--max-tasks|--disallow|--rotate-ms|--rescue-*|\
        --immed-stress|--error-after|--stall-*|--loop-after|--dump-len)
            ;;      # a number of the user's own
        --slice-m*-us|--pinned-slice-us|--preempt-shift|--warm-cpu-us|--*-pct|--cpu-pref-order|\
        --run-id|--monitor-sched-samples|-i|--stats|--monitor|--run-for|--big-cpus|--kconfig)
            ;;      # a number or text of the user's own
        *)
            mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current") ;;
    esac
}
complete -F _scx_scheduler scx_lavd scx_qmap scx_simple
