# Prints "offered:WORD" for each word that zsh offers at TAB: $1 is the completion script, $2 the line.
# An interactive zsh on a pseudo-terminal is asked.
zmodload zsh/zpty
zpty -b asked "PS1= TERM=dumb zsh -f -i"
send() { zpty -w asked "$1" }
send 'stty -echo; unsetopt zle_bracketed_paste 2>/dev/null; autoload -Uz compinit; compinit -u -D'
send "source ${(q)1}"
send 'compadd() { local -a offered; builtin compadd -O offered "$@" >/dev/null; print -rl -- "of""fered:"$^offered; builtin compadd "$@" }'
send 'zstyle ":completion:*" list-prompt ""; LISTMAX=0; bindkey "^I" complete-word; echo re""ady'
local line
while zpty -r asked line; do [[ $line == *ready* ]] && break; done
zpty -w -n asked "$2"$'\t'
local all= piece
repeat 300; do
    while zpty -r -t asked piece; do all+=$piece; done
    [[ $all == *offered:* ]] && { sleep 0.2; while zpty -r -t asked piece; do all+=$piece; done; break }
    sleep 0.1
done
zpty -d asked
print -r -- "$all"
