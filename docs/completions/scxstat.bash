# SPDX-License-Identifier: GPL-2.0-only
# bash completion for scxstat. It runs nothing, so it needs no root.

_scxstat()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local options='--socket --timeout --json --target --arg --over --watch --listen --prefix -h --help -V --version'

    # "--socket=m" comes as three words, or as one where "=" is no word break
    case $current in
        --*=*) previous=${current%%=*} current=${current#*=} ;;
        =) previous=${COMP_WORDS[COMP_CWORD-1]} current= ;;
        *) [[ $previous != = ]] || previous=${COMP_WORDS[COMP_CWORD-2]} ;;
    esac

    COMPREPLY=()
    case $previous in
        --socket)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            compopt -o filenames 2>/dev/null ;;
        --target)
            mapfile -t COMPREPLY < <(compgen -W 'top machine cids latency domains sched_samples' -- "$current") ;;
        --timeout|--arg|--over|--listen|--prefix)
            ;;      # a number or text of the user's own
        *)
            mapfile -t COMPREPLY < <(compgen -W "show list describe openmetrics $options" -- "$current") ;;
    esac
}
complete -F _scxstat scxstat
