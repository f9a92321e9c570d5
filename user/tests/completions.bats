#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The completions that user/completions makes from what the programs say of themselves.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # what tool.bash sets

load tool.bash

setup() {
    DIR=$BATS_TEST_TMPDIR
    FILES=$ROOM/completions
    [ -e "$FILES" ] || user/completions "$BUILD/spawnscope" "$FILES"
}

# complete_bash WORD...: what bash offers for the last word, sorted, on one line. As readline does, it
# makes words of their own of `=`.
complete_bash() {
    bash --norc -c '
        source "$0"
        COMP_WORDS=(spawnscope "$@")
        COMP_CWORD=$#
        _spawnscope spawnscope
        printf "%s\n" "${COMPREPLY[@]}"' "$FILES/spawnscope" "$@" | sort | paste -sd ' '
}

commands() {
    "$BUILD/spawnscope" --help | awk '/^Examples:/ { exit } /^  [a-z]/ { print $1 }'
}

# The long options of --help. [=ARG] is not used.
help_options() { # COMMAND
    "$BUILD/spawnscope" "$1" --help | grep -oE '^ +(-[a-z?], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u
}

@test "bash offers the commands, and their options as --help lists them" {
    [ "$(complete_bash '')" = "$({ commands; printf '%s\n' help --help --version; } | sort | paste -sd ' ')" ]
    [ "$(complete_bash pro)" = profile ]
    [ "$(complete_bash help ga)" = gate ]
    for command in $(commands); do
        complete_bash "$command" - | tr ' ' '\n' | grep -vx -e --help -e --usage -e --version >"$DIR/offered"
        help_options "$command" | grep -vx -e --help -e --usage -e --version >"$DIR/listed"
        diff "$DIR/listed" "$DIR/offered"
        [ -s "$DIR/offered" ]
    done
}

@test "closed lists are completed, with and without =, and after a comma" {
    [ "$(complete_bash profile --detail '')" = "calls full light stalls" ]
    [ "$(complete_bash profile --detail = l)" = light ]
    [ "$(complete_bash profile --detail =)" = "calls full light stalls" ]
    [ "$(complete_bash profile --sort b)" = births ]
    [ "$(complete_bash bench --sort r)" = ratio ]
    [ "$(complete_bash doctor -t k)" = kprobe ]
    [ "$(complete_bash bench --show co)" = cow ]
    [ "$(complete_bash bench --show cow,tr)" = cow,tracing ]
    [ "$(complete_bash bench --method = fork,vfork-)" = fork,vfork-exec ]
    [ "$(complete_bash bench --suite '')" = "$(printf '%s\n' f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 overhead program quick standard | sort | xargs)" ]
    [ "$(complete_bash gate --pages '')" = "128k 16k 1M 256k 32k 4k 512k 64k 8k hugetlb thp" ]
    # What gate hands on to bench.
    [ "$(complete_bash gate --untraced '')" = "all none smallest" ]
    # A file has no words: the shell's own completion goes on.
    [ -z "$(complete_bash bench -o '')" ]
    [ -z "$(complete_bash bench --size '')" ]
}

# So that no list of words is left behind where a parser learns one.
@test "the words are those that the programs take, and all that they name in their complaints" {
    for of in 'export --format' 'report --format' 'gate --format' 'profile --by' 'profile --sort' \
        'profile --detail' 'profile --weight' 'profile --trace' 'profile --method' 'show --show' \
        'show --sort' 'bench --show' 'bench --sort' 'bench --trace' 'bench --untraced' 'gate --on-inconclusive' 'doctor --trace'; do
        read -r command option <<<"$of"
        run -2 --separate-stderr "$BUILD/spawnscope" "$command" "$option" nonsense
        [[ $stderr == *": must be "* ]]
        sed "s/.*: must be //; s/,//g; s/ or / /" <<<"$stderr" | tr ' ' '\n' | sort | paste -sd ' ' >"$DIR/named"
        complete_bash "$command" "$option" '' | diff "$DIR/named" -
    done
    "$BUILD/spawnscope-bench" --list | awk '/^suites:/ { exit } /^  / { print $1 } END { print "all"; print "standard" }' |
        sort | paste -sd ' ' | diff - <(complete_bash bench --method '')
}

@test "after -- stands a command" {
    mkdir "$DIR/bin"
    printf '#!/bin/sh\n' >"$DIR/bin/zzz-of-a-test"
    chmod +x "$DIR/bin/zzz-of-a-test"
    PATH=$DIR/bin:$PATH
    [ "$(complete_bash bench --runs 3 -- zzz-of)" = zzz-of-a-test ]
    [ "$(complete_bash profile -- zzz-of)" = zzz-of-a-test ]
    [ -z "$(complete_bash profile -- zzz-of-a-test --detail '')" ]
    [ "$(complete_bash lab --kernel x -- "do")" = doctor ]
}

@test "no completion runs the tool" {
    refute grep -E '\$\(spawnscope|`spawnscope' "$FILES"/*
    ! PATH=/usr/bin:/bin command -v spawnscope >/dev/null || skip "spawnscope is installed"
    [ "$(PATH=/usr/bin:/bin complete_bash profile --by st)" = stack ]
}

# complete_zsh LINE, complete_fish LINE: what the shell offers at the end of the line, sorted, on one
# line. fish repeats what stands before = and the last comma.
complete_zsh() {
    timeout 200 zsh -f "$BATS_TEST_DIRNAME/complete.zsh" "$FILES" "$1" | LC_ALL=C sort | paste -sd ' '
}

complete_fish() {
    HOME=$DIR fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$FILES/spawnscope.fish" "$1" |
        cut -f1 | sed 's/^.*[=,]//' | LC_ALL=C sort | paste -sd ' '
}

# In a folder with a file, and a program in PATH, whose names begin with zzz.
check_shell() { # FUNCTION
    local command line want offered
    mkdir -p "$DIR/bin" "$DIR/here"
    printf '#!/bin/sh\n' >"$DIR/bin/zzz-program"
    chmod +x "$DIR/bin/zzz-program"
    cd "$DIR/here" || return
    touch zzz-file
    PATH=$DIR/bin:$PATH
    offered=$("$1" 'spawnscope ')
    for command in $(commands); do
        [[ " $offered " == *" $command "* ]]
        "$1" "spawnscope $command --" | tr ' ' '\n' | grep -vx -e --help -e --usage -e --version >"$DIR/offered"
        help_options "$command" | grep -vx -e --help -e --usage -e --version | LC_ALL=C sort >"$DIR/listed"
        diff "$DIR/listed" "$DIR/offered"
        [ -s "$DIR/offered" ]
    done
    while IFS='|' read -r line want; do
        offered=$("$1" "spawnscope $line")
        echo "spawnscope $line: $offered"
        [ "$offered" = "$want" ]
    done <<'LINES'
pro|profile
help ga|gate
--vers|--version
bench --hel|--help
profile --detail |calls full light stalls
profile --detail=l|light
profile --live --sort b|births
doctor -t k|kprobe
bench --sort r|ratio
bench --show cow,tr|tracing
bench --method=fork,vfork-|vfork-exec
gate --untraced |all none smallest
bench --suite qu|quick
bench --suite zzz|zzz-file
bench --size |
bench -o zzz|zzz-file
report --output=zzz|zzz-file
show zzz|zzz-file
gate zzz|zzz-file
gate zzz-file -- zzz|zzz-file
bench zzz|
lab --kernel zzz|zzz-file
lab --kernel zzz-file -- do|doctor
bench --runs 3 -- zzz-p|zzz-program
profile -- zzz-p|zzz-program
profile -- zzz-program zzz|zzz-file
profile -- zzz-program --deta|
LINES
}

@test "zsh offers commands, options, their words, files, and commands after --" {
    zsh -n "$FILES/_spawnscope"
    check_shell complete_zsh
}

@test "fish offers the same" {
    fish --no-execute "$FILES/spawnscope.fish"
    check_shell complete_fish
}

@test "--list-options is for programs: a line an option, of five fields" {
    for command in $(commands); do
        [ "$command" != lab ] || continue
        "$BUILD/spawnscope" "$command" --list-options >"$DIR/options"
        [ -s "$DIR/options" ]
        refute grep -vE $'^[^\t]\t[a-z-]+\t[^\t]*\t[^\t]*\t[^\t]*$' "$DIR/options"
    done
}
