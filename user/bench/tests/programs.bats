#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command bench with programs of the user's: a command with arguments, and several that are
# compared.
#
# shellcheck disable=SC1003,SC2016,SC2153,SC2154,SC2317 # backslashes, jq's variables; what tool.bash sets

load ../../tests/tool.bash

# Untraced and small.
few() { # ARG...
    "$TOOL" bench --no-trace -q --size 1M --runs 3 --warmup 0 --rounds 1 "$@"
}

# A program that notes its name and its arguments, each between brackets, and ends as $DIR/status says.
note() { # FILE
    cat >"$1" <<EOT
#!/bin/sh
printf '[%s]' "\$0" "\$@" >>"$DIR/noted"
echo >>"$DIR/noted"
exit "\$(cat "$DIR/status" 2>/dev/null || echo 0)"
EOT
    chmod +x "$1"
}

@test "a command after -- is measured, with all its arguments as they are" {
    note "$DIR/cmd"
    local newline=$'two\nlines' bytes=$'\xff\x01'
    few --method posix_spawn,fork-exec,system,popen -o "$DIR/x.jsonl" -- \
        "$DIR/cmd" a 'b c' '' -q "it's" --method '$HOME \' "$newline" "$bytes" -- z >"$DIR/out"
    [ "$(sort "$DIR/noted" | uniq -c | grep -c '^ *12 ')" -eq 2 ] # one has two lines
    printf '[%s]' "$DIR/cmd" a 'b c' '' -q "it's" --method '$HOME \' "$newline" "$bytes" -- z |
        cmp - <(head -2 "$DIR/noted" | head -c -1)
    # One program is no axis.
    holds "$DIR/x.jsonl" '[cells | .key.program] | length == 4 and (any | not)' \
        '[cells.n] | all(. == 3)' 'run.command | index(["--"]) > 0 and .[-1] == "z"'
}

@test "a command is searched in PATH, and stays the link that it is" {
    mkdir "$DIR/bin"
    note "$DIR/many"
    ln -s ../many "$DIR/bin/one-of-many"
    PATH=$DIR/bin:$PATH few --method posix_spawn -- one-of-many -l >/dev/null
    [ "$(sort -u "$DIR/noted")" = "[$DIR/bin/one-of-many][-l]" ]
    : >"$DIR/noted"
    cd "$DIR"
    few --method posix_spawn -- bin/one-of-many >/dev/null
    [ "$(sort -u "$DIR/noted")" = "[$PWD/bin/one-of-many]" ]
}

@test "a command that fails or is not there is a failure, with one line" {
    note "$DIR/cmd"
    echo 3 >"$DIR/status"
    run -2 --separate-stderr few --method posix_spawn -- "$DIR/cmd" x
    [ "$stderr" = "spawnscope: nothing was measured: '$DIR/cmd' ended with status 3" ]
    one_line 2 '-- nosuch: No such file or directory' "$TOOL" bench -- nosuch x
    one_line 2 "bench takes no argument 'true'; put -- before a command" "$TOOL" bench true
    one_line 2 'none of the methods execs' "$TOOL" bench --method fork -- true
    # More than fits beside the slate, and less.
    local long
    long=$(head -c 61000 /dev/zero | tr '\0' x)
    one_line 2 'its arguments take 61437 bytes; at most 61436' "$TOOL" bench -- true "$long" "${long:0:435}"
    few --method posix_spawn -- /bin/true "$long"
}

@test "--suite program is what programs are measured with" {
    "$TOOL" bench --no-trace -q --runs 2 --size 1M -o "$DIR/x.jsonl" --program true >/dev/null
    holds "$DIR/x.jsonl" '[cells.key.method] | sort == ["fork-exec", "posix_spawn", "vfork-exec"]'
}

@test "several programs are measured in one run, in turn and from the same parent" {
    note "$DIR/a"
    note "$DIR/b"
    "$TOOL" bench --no-trace -q --method posix_spawn,fork --size 1M --runs 8 --rounds 8 --warmup 0 \
        --seed 5 --program "$DIR/a" --program "$DIR/b" -o "$DIR/x.jsonl" -- "$DIR/b" x 'y z' >"$DIR/out"
    # What does not exec has no program.
    holds "$DIR/x.jsonl" \
        '[cells | select(.key.method == "fork").key.program] == [null]' \
        '[cells.key] | length == 4 and length == (unique | length)' \
        "[cells.key.program | values] | sort == [\"$DIR/a\", \"$DIR/b\", \"$DIR/b x 'y z'\"]" \
        '[cells.n] | all(. == 8)'
    # Each round has each of them once.
    [ "$(wc -l <"$DIR/noted")" -eq 24 ]
    for ((i = 1; i <= 24; i += 3)); do
        [ "$(tail -n "+$i" "$DIR/noted" | head -3 | sort -u | wc -l)" -eq 3 ]
    done
    # The driver says which parent it spawns from.
    "$BUILD/spawnscope-bench" --method posix_spawn --size 1M --runs 2 --program "$DIR/a" \
        -- "$DIR/b" '\' >"$DIR/lines"
    grep -qF "program=$DIR/b\\x20'\\x5c'" "$DIR/lines"
    [ "$(awk '$1 == "parent" { print $3 }' "$DIR/lines" | sort -u | wc -l)" -eq 1 ]
    # The same one twice is one.
    few --method posix_spawn --program "$DIR/a" --program "$DIR/a" -o "$DIR/x.jsonl" >/dev/null
    holds "$DIR/x.jsonl" '[cells] | length == 1'
}

@test "programs are a column, by names that differ, and RATIO compares them" {
    mkdir "$DIR/old" "$DIR/new"
    note "$DIR/old/server"
    note "$DIR/new/server"
    few --method posix_spawn,fork-exec --program "$DIR/old/server" --program true \
        -o "$DIR/x.jsonl" >"$DIR/out"
    grep -qE '^PARENT +PROGRAM +METHOD +CALL +TOTAL .*RATIO$' "$DIR/out"
    grep -qE '^1M +server +posix_spawn .* 1.00x$' "$DIR/out"
    grep -qE '^1M +true +posix_spawn .*x$' "$DIR/out"
    grep -q 'RATIO: of TOTAL to that of server' "$DIR/out"
    # Computed anew.
    [ "$(awk '/^1M +true +posix_spawn/ { sub(/x$/, "", $NF); print $NF }' "$DIR/out")" = \
        "$(ask "$DIR/x.jsonl" 'def total($p): [cells | select((.key.program | endswith($p)) and
            .key.method == "posix_spawn")][0].samples.total_ns | sort | .[1];
            total("true") / total("server")' |
            awk '{ printf $1 < 0.095 ? "%.2g" : $1 < 9.995 ? "%.2f" : "%.0f", $1 }')" ]
    "$TOOL" show "$DIR/x.jsonl" | diff - "$DIR/out"
    # Of names that are alike, as much of the path as it takes.
    few --method posix_spawn --program "$DIR/old/server" --program "$DIR/new/server" >"$DIR/out"
    grep -qE "^1M +old/server +posix_spawn" "$DIR/out"
    grep -qE "^1M +new/server +posix_spawn" "$DIR/out"
    COLUMNS=200 few --method posix_spawn --program "$DIR/old/server" -- \
        "$DIR/old/server" a-very-long-argument-that-does-not-matter >"$DIR/out"
    grep -qE '^1M +server  ' "$DIR/out"
    grep -qE '^1M +server a-very-long-..\.' "$DIR/out"
}

@test "hostile names of programs stay in their line and in their field" {
    local name=$'n\e[31m\n a;b "c" \\d \xff'
    note "$DIR/$name"
    few --method posix_spawn,system --program true --program "$DIR/$name" -o "$DIR/x.jsonl" >"$DIR/out"
    [ "$(wc -l <"$DIR/noted")" -ge 6 ]
    [ "$(ask "$DIR/x.jsonl" '[cells.key.program] | unique | length')" -eq 2 ]
    refute grep -P '[\x00-\x08\x0b-\x1f]' "$DIR/out"
    "$TOOL" report "$DIR/x.jsonl" -o "$DIR/x.html"
    "$TOOL" export --format csv "$DIR/x.jsonl" >/dev/null
    "$TOOL" export --format openmetrics "$DIR/x.jsonl" >/dev/null
}
