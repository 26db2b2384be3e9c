# SPDX-License-Identifier: GPL-2.0-only
# bash completion for scxsim. It runs nothing.

_scxsim()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local options='--scheduler --topology --big-cpus --virt-llc --workload --list-workloads --print-workload --seed
                   --duration --warmup --set --cost --starvation --conserve --audit --measure --json --units --each-task --timeline
                   --svg --window --shrink --shrink-runs --compare --compare-set -h --help -V --version'
    local workloads='hogs periodic pipeline messaging forks futex phases random'

    # "--seed=1" comes as three words, or as one where "=" is no word break
    case $current in
        --*=*) previous=${current%%=*} current=${current#*=} ;;
        =) previous=${COMP_WORDS[COMP_CWORD-1]} current= ;;
        *) [[ $previous != = ]] || previous=${COMP_WORDS[COMP_CWORD-2]} ;;
    esac

    COMPREPLY=()
    case $previous in
        --scheduler|--compare)
            mapfile -t COMPREPLY < <(compgen -W 'lavd qmap simple' -- "$current"; compgen -f -- "$current")
            compopt -o filenames 2>/dev/null ;;
        --workload)
            mapfile -t COMPREPLY < <(compgen -W "$workloads" -- "$current"; compgen -f -- "$current")
            compopt -o filenames 2>/dev/null ;;
        --topology|--timeline|--svg|--shrink)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            compopt -o filenames 2>/dev/null ;;
        --big-cpus|--seed|--duration|--warmup|--set|--cost|--starvation|--conserve|--window|--shrink-runs|--compare-set)
            ;;      # numbers and names of the user's own
        *)
            mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current") ;;
    esac
}
complete -F _scxsim scxsim
