#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the commands print on terminals of several widths, as tmux shows it: no line wraps, rows have
# the same names at all widths, and one is no plural.
#
# shellcheck disable=SC2154 # what tool.bash sets

load tool.bash

WIDTHS=(40 80 120 200)
LAB=results/lab
servers=0
GOLDEN=user/report/tests/golden/profile.jsonl

start_early() {
    local width
    cd "$BATS_TEST_DIRNAME/../.." || return
    has_terminals || return 0
    make_files
    for width in "${WIDTHS[@]}"; do
        capture "$width" all "$(commands)"
    done
}

setup() {
    DIR=$BATS_TEST_TMPDIR
    need_terminals
}

# A profile of one birth; a run like that of the lab, and one that copies more; a budget.
make_files() {
    local row='{"type":"birth"'
    {
        grep -v "$row" "$GOLDEN" | sed '$d'
        grep -m 1 "$row" "$GOLDEN"
        tail -n 1 "$GOLDEN" | jq -c '.births = 1'
    } >"$ROOM/one.jsonl"
    sed 's/"seed":"[0-9]*"/"seed":"7"/' "$LAB/debian-6.1.jsonl" >"$ROOM/same.jsonl"
    jq -c 'if .counts.ptes_copied then .counts.ptes_copied |= map(. + 9) else . end' \
        "$ROOM/same.jsonl" >"$ROOM/worse.jsonl"
    printf '%s\n' 'fork.copy_mm.p50 <= 1ns' 'fork.call.p50 <= 10s' >"$ROOM/rules.budget"
}

# What is run, a line each: its name and the command.
commands() {
    cat <<COMMANDS
show $TOOL show results/machine/standard.jsonl
show-v $TOOL show -v results/machine/standard.jsonl
show-lab $TOOL show -v $LAB/debian-6.12.jsonl
profile $TOOL show $GOLDEN
profile-v $TOOL show -v $GOLDEN
profile-one $TOOL show -v $ROOM/one.jsonl
tree $TOOL profile --tree --by exe --input $GOLDEN
gate $TOOL gate --factor kernel $LAB/debian-6.1.jsonl $LAB/debian-6.12.jsonl
gate-v $TOOL gate -v --factor kernel $LAB/debian-6.1.jsonl $LAB/debian-6.12.jsonl
gate-kernels $TOOL gate $LAB/debian-6.1.jsonl $LAB/debian-6.12.jsonl
gate-worse $TOOL gate $LAB/debian-6.1.jsonl $ROOM/worse.jsonl
gate-same $TOOL gate $LAB/debian-6.1.jsonl $ROOM/same.jsonl
gate-budget $TOOL gate --budget $ROOM/rules.budget results/machine/standard.jsonl
bench $TOOL bench --no-trace --method fork,vfork --size 1M --vmas 0,50 --runs 3 -o $ROOM/bench.jsonl
claims $TOOL claims -v user/claims/tests/golden/machine.jsonl
claims-lab $TOOL claims user/claims/tests/golden/lab.jsonl
anatomy $TOOL anatomy --input user/tests/anatomies/fork-6.1.jsonl
anatomy-program $TOOL anatomy --all --input user/tests/anatomies/program.jsonl
anatomy-difference $TOOL anatomy --input user/tests/anatomies/fork-6.1.jsonl --against user/tests/anatomies/fork-6.12.jsonl
help $TOOL --help
help-bench $TOOL bench --help
help-profile $TOOL help profile
message $TOOL gate $LAB/debian-6.1.jsonl $LAB/debian-6.1.jsonl
COMMANDS
}

# A server that ends has its socket a little longer: so each has one of its own.
in_tmux() {
    tmux -S "$ROOM/tmux$servers" -f /dev/null "$@"
}

# capture WIDTH NAME COMMANDS: $ROOM/WIDTH/COMMAND has what a terminal shows, for each of them. Lines
# that wrapped are one line again, so they are wider than the terminal.
capture() {
    local width=$1 name=$2 at command _
    mkdir -p "$ROOM/$width"
    {
        echo unset COLUMNS NO_COLOR
        while read -r at command; do
            printf 'echo "@ %s"\n%s\n' "$at" "$command"
        done <<<"$3"
        printf 'echo "@ end"\nsleep 600\n'
    } >"$ROOM/$name.sh"
    servers=$((servers + 1))
    in_tmux new-session -d -x "$width" -y 50 sleep 600
    in_tmux set-option -g history-limit 50000 # of windows from now on
    in_tmux new-window "exec bash $ROOM/$name.sh"
    for _ in $(seq 1200); do
        in_tmux capture-pane -p | grep -qx '@ end' && break
        sleep 0.1
    done
    in_tmux capture-pane -p -J -S - | sed 's/ *$//' >"$ROOM/$width/$name.all"
    in_tmux kill-server
    awk -v to="$ROOM/$width/" '/^@ / { file = to $2; printf "" >file; next } file { print >file }' \
        "$ROOM/$width/$name.all"
}

teardown_file() {
    for socket in "$ROOM"/tmux*; do
        tmux -S "$socket" kill-server 2>/dev/null || true
    done
    end_all "$ROOM"
    rm -rf "$ROOM"
}

# no_wider WIDTH FILE...: no line is wider; says which is.
no_wider() {
    local width=$1
    shift
    [ -z "$(python3 - "$width" "$@" <<'PYTHON' | tee /dev/stderr
import sys
import unicodedata
for path in sys.argv[2:]:
    for line in open(path, encoding='utf-8'):
        line = line.rstrip('\n')
        if sum(1 + (unicodedata.east_asian_width(c) in 'WF') for c in line) > int(sys.argv[1]):
            print(f'{path}: {line}')
PYTHON
    )" ]
}

# names FILE: the labels of the rows of the tables whose first column is CELL or PARENT, each once; none
# of these tables leaves one out because it stands in the row above. Where the labels do not fit side by
# side, "CELL: METRIC" is one.
names() {
    awk -F '  +' '/^(CELL|PARENT)[: ]/ { on = 1; one = /^[A-Z]+:/; next }
        /^$/ { on = 0 }
        on && /^[^ ]/ && one { print }
        on && /^[^ ]/ && NF >= 2 { print $1 ": " $2 }' "$1" | sort -u
}

@test "no line wraps, at 40, 80, 120 and 200 columns" {
    local width name files
    for width in "${WIDTHS[@]}"; do
        files=()
        while read -r name _; do
            [ "$(wc -l <"$ROOM/$width/$name")" -ge 1 ]
            files+=("$ROOM/$width/$name")
        done < <(commands)
        [ "${#files[@]}" -gt 10 ]
        no_wider "$width" "${files[@]}"
    done
    # They take the room that there is; the check sees what is wider.
    run -1 no_wider 120 "$ROOM/200/show-v"
}

@test "rows have the same names at all widths" {
    local width name
    for name in profile profile-v gate gate-v; do
        names "$ROOM/200/$name" >"$DIR/wide"
        [ "$(wc -l <"$DIR/wide")" -ge 3 ]
        for width in 40 80 120; do
            names "$ROOM/$width/$name" | diff "$DIR/wide" - || { echo "$name at $width" && return 1; }
        done
    done
}

@test "a table at 40 columns has two parts at most, and none is split at 200" {
    local file parts
    for file in "$ROOM"/{40,200}/*; do
        [[ $file != *.all ]] || continue
        # A part that goes on begins with its heads below a blank line.
        parts=$(awk 'function head() { return /^[A-Z][A-Z ]+$|^[A-Z]+  +[A-Z+%0-9 _]+$/ }
            head() && before == "" && n++ && last == $1 { more++; if (more > most) most = more }
            head() && before != "" { more = 0 }
            head() { last = $1 }
            { before = $0 }
            END { print most + 0 }' "$file")
        echo "$file: $parts"
        [ "$parts" -le "$([[ $file == */200/* ]] && echo 0 || echo 1)" ]
    done
}

@test "one birth is no births" {
    local file
    grep -q '^1 birth, ' "$ROOM/80/profile-one"
    for file in "$ROOM"/*/*.all; do
        refute grep -En '(^|[^0-9.,:=])1 (more )?(births|calls|forks|records|samples|cells|metrics|rows|runs|pairs|groups|values|CPUs)\b' \
            "$file"
    done
}

@test "what is traced live does not wrap either, nor does doctor" {
    need_root
    local width
    for width in "${WIDTHS[@]}"; do
        capture "$width" traced "live $TOOL profile --no-calibrate --live -v --detail full -- sh -c 'ls >/dev/null; (:); env -i /bin/true'
tree $TOOL profile --no-calibrate --tree -- sh -c 'ls >/dev/null; (:); env -i /bin/true'
stack $TOOL profile --by stack -- sh -c 'ls >/dev/null; (:); env -i /bin/true'
traced $TOOL bench -v --method fork,posix_spawn --size 1M --runs 5 -o $ROOM/traced.jsonl
doctor $TOOL doctor -v"
        no_wider "$width" "$ROOM/$width"/{live,tree,stack,traced,doctor}
        grep -q ' COMMAND$' "$ROOM/$width/live"
        grep -q ' phases can be measured' "$ROOM/$width/doctor"
    done
}
