# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# complete.zsh FOLDER LINE: what zsh offers at the end of the line, by the completions in FOLDER, one a
# line. The line is typed into an interactive shell that has a terminal of its own.

emulate -R zsh
zmodload zsh/zpty
room=$(mktemp -d)
cat >$room/.zshrc <<'RC'
fpath=($FOLDER $fpath)
autoload -Uz compinit
compinit -D -u
# Called with -O, -A or -D, it only fills arrays.
compadd() {
    local -a hits
    if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
        builtin compadd -A hits "$@"
        (( ! $#hits )) || print -rl -- $hits >>$ZDOTDIR/found
    fi
    builtin compadd "$@"
}
finish() { exit }
comppostfuncs=(finish)
bindkey '^I' complete-word
PS1=READY
RC
zpty shell "ZDOTDIR=${(q)room} FOLDER=${(q)1} exec zsh -d -i"
zpty -r -m shell seen '*READY*'
zpty -w -n shell "$2"$'\t'
while zpty -r shell seen; do :; done
sort -u $room/found 2>/dev/null
rm -rf $room
