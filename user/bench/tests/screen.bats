#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What bench and show print: the answer first, on one screen, as wide as the terminal.
#
# shellcheck disable=SC2016,SC2154 # what tool.bash sets

load ../../tests/tool.bash
load bench.bash

STANDARD=results/machine/standard.jsonl
WIDTHS=(40 80 120 200)

# in_terminal COLUMNS COMMAND: its output on a terminal of that width, without colour.
in_terminal() {
    env -u COLUMNS NO_COLOR=1 LC_ALL=C.UTF-8 \
        script -qec "stty cols $1 rows 40 && $2" /dev/null </dev/null | tr -d '\r'
}

# no_wider COLUMNS FILE: no line is wider.
no_wider() {
    [ "$(LC_ALL=C.UTF-8 wc -L <"$2")" -le "$1" ]
}

@test "after the quick suite, sentences and table stand on a screen of 80 x 40" {
    need_root
    need_terminals
    in_terminal 80 "'$TOOL' bench --suite quick --runs 16 -q -o '$DIR/x.jsonl'" >"$DIR/out"
    cat "$DIR/out"
    [ "$(wc -l <"$DIR/out")" -le 36 ]
    no_wider 80 "$DIR/out"
    [ "$(tail -n 1 "$DIR/out")" = "Result file: $DIR/x.jsonl" ] || tail -n 2 "$DIR/out" | grep -q '^Result file: '
    python3 user/bench/tests/screen.py "$DIR/x.jsonl" "$DIR/out"
    # show prints the same.
    in_terminal 80 "'$TOOL' show '$DIR/x.jsonl'" | cmp - "$DIR/out"
}

@test "the standard suite takes at most 100 lines, and its figures are those of the samples" {
    LC_ALL=C.UTF-8 "$TOOL" show "$STANDARD" >"$DIR/out"
    [ "$(wc -l <"$DIR/out")" -le 100 ]
    python3 user/bench/tests/screen.py "$STANDARD" "$DIR/out"
    # The check sees a wrong figure.
    sed '0,/37.4 µs/s//37.6 µs/' "$DIR/out" >"$DIR/wrong"
    run -1 python3 user/bench/tests/screen.py "$STANDARD" "$DIR/wrong"
    sed 's/per MiB (fork/9&/; s/22.9 µs/25.9 µs/' "$DIR/out" >"$DIR/wrong"
    run -1 python3 user/bench/tests/screen.py "$STANDARD" "$DIR/wrong"
}

@test "no line is wider than the terminal, and a wide one has no split tables" {
    need_terminals
    local width tables
    for width in "${WIDTHS[@]}"; do
        in_terminal "$width" "'$TOOL' show -v '$STANDARD'" >"$DIR/$width"
        no_wider "$width" "$DIR/$width"
        # COLUMNS goes first, and is all there is without a terminal.
        COLUMNS=$width NO_COLOR=1 LC_ALL=C.UTF-8 "$TOOL" show -v "$STANDARD" | cmp - "$DIR/$width"
    done
    # A part that goes on stands below a blank line instead of a title.
    tables=$(awk '/^PARENT/ && before == "" { n++ } { before = $0 } END { print n + 0 }' "$DIR/200")
    [ "$tables" -eq 0 ]
    [ "$(wc -L <"$DIR/200")" -gt 120 ]
    env -u COLUMNS LC_ALL=C.UTF-8 "$TOOL" show -v "$STANDARD" | cmp - "$DIR/80"
}

@test "no two rows look alike, however narrow the terminal" {
    local width
    # Names that differ in the middle, or at the end.
    sed 's/"method":"fork"/"method":"a-method-with-a-long-name-that-ends-in-fork-one"/
         s/"method":"vfork"/"method":"a-method-with-a-long-name-that-ends-in-fork-two"/
         s/"method":"clone3"/"method":"a-method-with-a-long-name-that-goes-on-in-fork-one"/' "$STANDARD" >"$DIR/long.jsonl"
    for width in "${WIDTHS[@]}"; do
        COLUMNS=$width LC_ALL=C.UTF-8 "$TOOL" show "$DIR/long.jsonl" >"$DIR/out"
        no_wider "$width" "$DIR/out"
        # Of the first parent. The name is the last label; where rows stand below their labels, all
        # that follows the parent, until a line of values.
        awk '/^PARENT/ { on = 1; at = /METHOD .*CALL/ ? index($0, "METHOD") : 0; next }
             !on || /^ +CALL/ { next }
             /^4M/ { exit }
             at { name = substr($0, at); sub(/  .*/, "", name); print name; next }
             / µs  / { print name; next }
             /^1M/ { name = "" }
             { name = name $0 }' "$DIR/out" >"$DIR/names"
        cat "$DIR/names"
        [ "$(wc -l <"$DIR/names")" -eq 10 ]
        [ -z "$(sort "$DIR/names" | uniq -d)" ]
    done
}

@test "axes that vary have a column each" {
    "$TOOL" bench --no-trace -q --method vfork --size 1M --vmas 0,50 --fds 0,9 --runs 2 >"$DIR/out"
    cat "$DIR/out"
    grep -Eq '^PARENT +VMAS +FDS +METHOD ' "$DIR/out"
    grep -Eq '^1M +50 +9 +vfork ' "$DIR/out"
    refute grep -q THREADS "$DIR/out"
}

@test "a terminal without UTF-8 gets plain characters" {
    LC_ALL=C "$TOOL" show -v "$STANDARD" >"$DIR/out"
    refute grep -q '[^ -~]' "$DIR/out"
    grep -q '^PHASES: s clone_setup M copy_mm f clone_finish w wake V vfork_wait' "$DIR/out"
    LC_ALL=C.UTF-8 "$TOOL" show "$STANDARD" | grep -q '^PHASES: ░ clone_setup █ copy_mm'
}

# Memory, VMAs and descriptors vary, and each has a slope.
@test "there are at most three sentences, whatever varies" {
    "$TOOL" bench --no-trace -q --method fork,vfork --vmas 0,500 --fds 0,500 --size 1M,16M --runs 12 >"$DIR/out"
    sed '/^PARENT/,$d' "$DIR/out" | grep -c '[?] ' >"$DIR/n"
    cat "$DIR/out"
    [ "$(cat "$DIR/n")" -eq 3 ]
}

@test "--show prints more tables before the sentences; nothing is below the file's name" {
    local view title
    while IFS='|' read -r view title; do
        LC_ALL=C.UTF-8 "$TOOL" show --show "$view" "$STANDARD" >"$DIR/out"
        [ "$(grep -n "^$title" "$DIR/out" | cut -d: -f1)" -lt "$(grep -n '^Which call' "$DIR/out" | cut -d: -f1)" ]
        [ "$(tail -n 1 "$DIR/out")" = "Result file: $STANDARD" ]
        refute grep -q "^$title" <("$TOOL" show "$STANDARD")
    done <<'VIEWS'
latency|Spawn latency
phases|Where the call
cow|Page tables copied
tracing|Tracing cost
sources|Sources
VIEWS
    "$TOOL" show --show phases,cow "$STANDARD" >"$DIR/out"
    grep -q '^Where the call' "$DIR/out"
    grep -q '^Copy-on-write faults' "$DIR/out"
    refute grep -q '^Sources' "$DIR/out"
    cmp <("$TOOL" show --show all "$STANDARD") <("$TOOL" show -v "$STANDARD")
    one_line 2 "phases.*cow" "$TOOL" show --show frob "$STANDARD"
    one_line 2 "phases.*cow" "$TOOL" bench --no-trace --show phases,frob
}

# The rows of the standard suite as "bytes pages method", by a column of the table that jq computes.
rows_by() { # JQ
    jq -src 'map(select(.type == "cell" and .key.trace == "phases")) | map({k: .key, s: .samples, o: .order})
        | def median: map(select(. != null)) | sort | if length == 0 then null
            else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;
        sort_by([('"$1"'), .k.rss_bytes, .k.pages, .o]) | .[].k | "\(.rss_bytes) \(.pages) \(.method)"' "$STANDARD"
}

# Those of a printed table.
rows_of() { # FILE
    awk '/^PARENT/ { on = 1; next } /^Medians/ { exit }
         on && /^[^ ]/ { parent = $1; pages = $2; print parent, pages, $3 } on && /^ / { print parent, pages, $1 }' "$1" |
        numfmt --from=iec
}

@test "--sort orders the rows by a column of the table, and changes nothing else" {
    local column by
    "$TOOL" show "$STANDARD" | LC_ALL=C sort >"$DIR/plain"
    while IFS='|' read -r column by; do
        echo "$column"
        "$TOOL" show --sort "$column" "$STANDARD" >"$DIR/out"
        rows_of "$DIR/out" >"$DIR/printed"
        diff <(rows_by "$by") "$DIR/printed"
        [ "$(wc -l <"$DIR/printed")" -ge 70 ]
        # Each row has the figures of its own labels, and the sentences are those of any order.
        python3 user/bench/tests/screen.py "$STANDARD" "$DIR/out"
        diff <("$TOOL" show "$STANDARD" | sed '/^PARENT/,$d') <(sed '/^PARENT/,$d' "$DIR/out")
    done <<'COLUMNS'
parent|0
PARENT|0
pages|.k.pages
method|.k.method
call|.s.spawn_ns | median
started|.s.exec_ns // [] | median | [. == null, .]
total|.s.total_ns | median
COLUMNS
    # These are not in the file: they are as the table has them.
    "$TOOL" show --sort ratio "$STANDARD" | grep -Eo '[0-9.]+x ' | tr -d x >"$DIR/ratios"
    [ "$(wc -l <"$DIR/ratios")" -ge 70 ]
    sort -g "$DIR/ratios" | diff - "$DIR/ratios"
    cmp <("$TOOL" show --sort parent "$STANDARD") <("$TOOL" show "$STANDARD")
    # Rows of other tables stand in the same order.
    COLUMNS=200 "$TOOL" show --show latency --sort method "$STANDARD" | awk '/^PARENT/ { n++; next } n == 1 && NF { print $3; exit }' | grep -x clone-vm-vfork
    "$TOOL" bench --no-trace -q --method fork,vfork --size 1M --runs 6 --sort call >"$DIR/out"
    cat "$DIR/out"
    [ "$(rows_of "$DIR/out" | wc -l)" -eq 2 ]
}

@test "--sort refuses other columns and other runs, in one line" {
    local want='parent, method, call, started, total, interval, ratio, .* or program$'
    one_line 2 "--sort 'size': must be $want" "$TOOL" bench --no-trace --sort size
    one_line 2 "--sort 'size': must be $want" "$TOOL" show --sort size "$STANDARD"
    one_line 2 'is a profile, .*`spawnscope profile --input FILE --sort WHAT`' \
        "$TOOL" show --sort call user/report/tests/golden/profile.jsonl
}

@test "show refuses what is no run, in one line" {
    one_line 2 'name a result file' "$TOOL" show
    one_line 2 'a second one' "$TOOL" show "$STANDARD" user/report/tests/golden/profile.jsonl
    one_line 2 'not a spawnscope result' "$TOOL" show README.md
    one_line 2 'No such file' "$TOOL" show /nonexistent/x.jsonl
    sed '$d' "$STANDARD" >"$DIR/torn.jsonl"
    one_line 2 'truncated' "$TOOL" show "$DIR/torn.jsonl"
    "$TOOL" show --truncated "$DIR/torn.jsonl" | head -1 | grep -q '^WARNING: truncated run$'
    "$TOOL" show - <"$STANDARD" | grep -q '^Result file: standard input$'
}
