"""What shells run at a press of TAB: a function that asks the command for the words.

Each prints the command line so far, one word a line, into ``COMP_WORDS``, and reads kind and word of each
answer: ``plain``, ``open`` (more follows without a space), ``file`` and ``dir`` (the shell knows better).
"""

BASH = """\
%(complete_func)s() {
    local type value
    local IFS=$'\\n'
    COMPREPLY=()
    while IFS=',' read -r type value; do
        case $type in
            file) compopt -o default 2>/dev/null ;;
            dir) compopt -o dirnames 2>/dev/null ;;
            open) compopt -o nospace 2>/dev/null; COMPREPLY+=("$value") ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" %(complete_var)s=bash_complete \
"${1:-%(prog_name)s}" 2>/dev/null)
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null ||
    complete -F %(complete_func)s %(prog_name)s
"""

ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a plain opened described response
    local type key descr program=${(Q)${~words[1]}}

    response=("${(@f)$(env COMP_WORDS="${(pj:\\n:)words}" COMP_CWORD=$((CURRENT-1)) \
%(complete_var)s=zsh_complete "$program" 2>/dev/null)}")

    for type key descr in "${(@)response}"; do
        case $type in
            plain) if [[ $descr == _ ]]; then plain+=("$key"); else described+=("$key:$descr"); fi ;;
            open) opened+=("$key") ;;
            dir) _path_files -/ ;;
            file) _path_files -f ;;
        esac
    done

    (( $#described )) && _describe -V unsorted described -U
    (( $#opened )) && compadd -U -S '' -V opened -a opened
    (( $#plain )) && compadd -U -V unsorted -a plain
    return 0
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef %(complete_func)s %(prog_name)s
fi
"""

FISH = """\
function %(complete_func)s
    set -l words (commandline -opc)
    set -l typed (commandline -ct | string collect)
    set -l joined (string join \\n -- $words | string collect -N)
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS="$joined" COMP_CWORD="$typed" \
$words[1] 2>/dev/null)

    for completion in $response
        set -l parts (string split -m 1 ',' -- $completion)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case plain open
                printf '%%s\\n' $parts[2]
        end
    end
end

complete --no-files --keep-order --command %(prog_name)s --arguments '(%(complete_func)s)'
"""
