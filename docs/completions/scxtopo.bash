# SPDX-License-Identifier: GPL-2.0-only
# bash completion for scxtopo. It runs nothing.

_scxtopo()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local options='--topology --big-cpus --virt-llc --full --cids --domains --order --evidence --json
                   --compare-kernel --svg --bundle -h --help -V --version'

    # "--svg=m" comes as three words, or as one where "=" is no word break
    case $current in
        --*=*) previous=${current%%=*} current=${current#*=} ;;
        =) previous=${COMP_WORDS[COMP_CWORD-1]} current= ;;
        *) [[ $previous != = ]] || previous=${COMP_WORDS[COMP_CWORD-2]} ;;
    esac

    COMPREPLY=()
    case $previous in
        --topology|--svg|--bundle)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            compopt -o filenames 2>/dev/null ;;
        --big-cpus)
            ;;      # numbers of the user's own
        *)
            mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current") ;;
    esac
}
complete -F _scxtopo scxtopo
