# SPDX-License-Identifier: GPL-2.0-only
# bash completion for scxtop. It runs nothing.

_scxtop()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local options='--socket -i --interval --no-color --once --json --width -h --help -V --version'

    # "--socket=/r" comes as three words, or as one where "=" is no word break
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
        -i|--interval|--width)
            ;;      # numbers of the user's own
        *)
            mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current") ;;
    esac
}
complete -F _scxtop scxtop
