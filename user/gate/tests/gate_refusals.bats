#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the command gate refuses, since it would compare something else than was
# asked, or nothing; and what it does not let pass.
#
# shellcheck disable=SC2153,SC2154,SC2317 # what tool.bash sets and calls

load gate.bash

@test "--ab takes no baseline and makes none: the one that is there stays" {
    stored "$DIR/x" 1000000 16417
    "$TOOL" gate --baselines "$DIR/b" --save good "$DIR/x" >/dev/null
    one_line 2 'go with stored runs or --lab.*--ab' "$TOOL" gate --baselines "$DIR/b" --ab --baseline good
    one_line 2 'go with stored runs or --lab.*--ab' "$TOOL" gate --baselines "$DIR/b" --ab --save good
    one_line 2 'go with stored runs or --lab.*--ab' "$TOOL" gate --baselines "$DIR/b" --ab --lab --save good
    one_line 2 'baseline and --save' "$TOOL" gate --baselines "$DIR/b" --lab --baseline good --save good
    cmp "$DIR/x" "$DIR/b/good/1.jsonl"
}

@test "in the lab, a baseline of another grid has no cell in common, whatever its place" {
    local kernel=debian:6.1 lab
    reason=$("$BATS_TEST_DIRNAME/../../../bench/lab/fetch-kernel" "$kernel" 2>&1) || skip "$reason"
    lab=("$BUILD/spawnscope" gate --lab --kernel "$kernel" --method fork --runs 2 --baselines "$DIR/b")
    "${lab[@]}" --size 4M --save lab >/dev/null
    "${lab[@]}" --size 1M --baseline lab >"$DIR/out" || [ $? -eq 5 ]
    cat "$DIR/out"
    grep -q '^not comparable: no cell in common: A has fork at 4M, B has fork at 1M$' "$DIR/out"
}

@test "an option for both sides does not take the place of what tells them apart" {
    printf '[grid]\nmethod = fork\nsize = 1M\n' >"$DIR/a.ini"
    printf '[grid]\nmethod = fork\nsize = 2M\n' >"$DIR/b.ini"
    ab=("$TOOL" gate --ab --no-trace --pairs 2)
    one_line 2 'A and B say what is measured: leave out' "${ab[@]}" fork vfork --method fork
    one_line 2 'A and B say what is measured: leave out' "${ab[@]}" fork vfork --suite quick
    one_line 2 'A and B say what is measured: leave out' "${ab[@]}" "$DIR/a.ini" "$DIR/b.ini" --method fork
    one_line 2 'a suite file says of what size' "${ab[@]}" "$DIR/a.ini" "$DIR/b.ini" --size 1M
    one_line 2 'a suite file says of what size' "${ab[@]}" quick "$DIR/b.ini" --parent-write 4K
    # What is no part of the grid holds for both.
    verdict 4 '^inconclusive: ' --ab --no-trace --pairs 2 "$DIR/a.ini" "$DIR/b.ini" --runs 2 --warmup 1
}

@test "two programs and no method that execs: neither would run" {
    one_line 2 'program: none of the methods execs a program; name one' \
        "$TOOL" gate --ab --no-trace --pairs 2 --method fork,vfork --size 1M --program /bin/true --program /bin/false
    one_line 2 'program: none of the methods execs a program' \
        "$TOOL" bench --no-trace --method fork --size 1M --runs 1 --program /bin/true
}

@test "of --ab only what --metric names gates: counts do not where it names times" {
    need_root
    printf '[grid]\nmethod = fork\nsize = 1M\nruns = 3\n' >"$DIR/a.ini"
    printf '[grid]\nmethod = fork\nsize = 2M\nruns = 3\n' >"$DIR/b.ini"
    verdict 0 '^pass: 2 timed metrics' --ab --pairs 5 --margin 1000 --metric times --keep "$DIR/raw" \
        "$DIR/a.ini" "$DIR/b.ini"
    [ "$(printf '%s ' "$DIR"/raw/*)" = "$(printf '%s ' "$DIR"/raw/pair-00{1..5}-{a,b}.jsonl)" ]
    # Nor are they when runs that were taken for both are decided again.
    "$TOOL" gate --ab --pairs 5 --keep "$DIR/both" "$DIR/a.ini" "$DIR/a.ini" >/dev/null || [ $? -eq 4 ]
    "$TOOL" gate --json --margin 1000 --metric times "$DIR"/both/*-a.jsonl -- "$DIR"/both/*-b.jsonl >"$DIR/json"
    jq -e '[.metrics[] | select(.kind != "shown") | .metric] | unique == ["spawn", "total"]' "$DIR/json"
    one_line 2 'metric: --ab measures times and counts; for phases use --lab' \
        "$TOOL" gate --ab fork vfork --metric copy_mm,wake
}

# Traced runs as --ab keeps them, with these PTEs of A's and B's first, second, ...
kept_counts() { # "A..." "B..."
    local a b i side
    read -ra a <<<"$1"
    read -ra b <<<"$2"
    rm -f "$DIR"/*-[ab].jsonl
    for ((i = 1; i <= ${#a[@]}; i++)); do
        for side in a b; do
            stored "$DIR/counts-$i-$side.jsonl" 1000000 "$([ "$side" = a ] && echo "${a[i - 1]}" || echo "${b[i - 1]}")" \
                "gate=\"counts $i of 40\"" "taken_ms=$((2000 * i))"
        done
    done
    counts=(--metric counts "$DIR"/counts-*-a.jsonl -- "$DIR"/counts-*-b.jsonl)
}

@test "a count that varies is no pass if B has more of it than it varies by" {
    # By as much as it varies: no more is known of it.
    kept_counts '292 293 292' '293 293 292'
    shown_only 3
    # By more: three runs cannot tell that from chance.
    kept_counts '292 293 292' '2920 2920 2921'
    verdict 4 '^inconclusive: fork at 64M: ptes_copied: varies; all 3 runs of B are above all of A, too few' "${counts[@]}"
    # Seven can, if all of B are above all of A by more than either varies.
    kept_counts '292 293 292 292 292 292 293' '294 295 294 294 295 295 294'
    verdict 4 '^inconclusive: fork at 64M: ptes_copied: varies in 3 repeats, and B is above A by more' "${counts[@]}"
    kept_counts '292 293 292 292 292 292 293' '295 296 295 296 295 295 295'
    verdict 1 '^regression: fork at 64M: ptes_copied \+1\.0 % \(292 -> 295 pages\)$' "${counts[@]}"
    grep -Fq 'varies, but all 7 runs of B are above all of A by more' "$DIR/out"
    shown_only 3 --tolerance 4
    # One that is not puts the rest in doubt.
    kept_counts '292 293 292 292 292 292 293' '295 296 295 296 295 292 295'
    verdict 4 '^inconclusive: fork at 64M: ptes_copied: varies in 7 repeats, and B is above A by more' "${counts[@]}"
    # Fewer is better.
    kept_counts '295 296 295' '292 293 292'
    shown_only 3
}

# The count decides nothing, and there is no other.
shown_only() { # REPEATS [OPTION]...
    local repeats=$1
    shift
    verdict 5 '^not comparable: ' "$@" "${counts[@]}"
    "$TOOL" gate --json "$@" "${counts[@]}" >"$DIR/json" || true
    jq -e --arg note "varies in $repeats repeats: does not gate" \
        '.metrics[] | select(.metric == "ptes_copied") | .kind == "shown" and .note == $note' "$DIR/json"
}

@test "only a baseline gives way to another" {
    local before
    stored "$DIR/x" 1000000 16417
    mkdir -p "$DIR/d/src" "$DIR/d/empty"
    echo code >"$DIR/d/src/main.c"
    echo text >"$DIR/d/README.md"
    before=$(find "$DIR/d" | sort)
    for name in src empty README.md; do
        one_line 2 "d/$name exists and is not a baseline: choose another name" \
            "$TOOL" gate --baselines "$DIR/d" --save "$name" "$DIR/x"
    done
    [ "$(find "$DIR/d" | sort)" = "$before" ]
    # Nor one to which somebody added a file.
    "$TOOL" gate --baselines "$DIR/d" --save good "$DIR/x" >/dev/null
    "$TOOL" gate --baselines "$DIR/d" --save good "$DIR/x" >/dev/null
    echo why >"$DIR/d/good/notes"
    one_line 2 'd/good exists and is not a baseline' "$TOOL" gate --baselines "$DIR/d" --save good "$DIR/x"
    grep -q why "$DIR/d/good/notes"
}

@test "what is no file is not saved: a pipe can be read but once" {
    stored "$DIR/x" 1000000 16417
    mkfifo "$DIR/fifo"
    one_line 2 'fifo is not a file: store the run in one first' "$TOOL" gate --baselines "$DIR/b" --save main "$DIR/fifo"
    one_line 2 '^spawnscope: - is not a file: store the run in one first' \
        "$TOOL" gate --baselines "$DIR/b" --save main - <"$DIR/x"
    one_line 2 '/dev/fd/[0-9]+ is not a file' "$TOOL" gate --baselines "$DIR/b" --save main <(cat "$DIR/x")
    [ ! -e "$DIR/b" ]
}

@test "a baseline that was cut off is taken with --truncated alone" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 16417
    "$TOOL" gate --baselines "$DIR/b" --save main "$DIR/x" "$DIR/y" >/dev/null
    sed -i '$d' "$DIR/b/main/2.jsonl"
    one_line 2 'baseline main, 2.jsonl: a truncated run without an end line; save it again' \
        "$TOOL" gate --baselines "$DIR/b" --baseline main "$DIR/x"
    verdict 0 '^pass: ' --baselines "$DIR/b" --baseline main --truncated --metric counts "$DIR/x"
    grep -q 'A: a truncated run' "$DIR/out"
    # So it is saved.
    one_line 2 '2.jsonl: a truncated run' "$TOOL" gate --baselines "$DIR/b" --save cut "$DIR/b/main/2.jsonl"
}

@test "in the lab, a baseline is of one program and one kernel" {
    local kernel=debian:6.1 lab
    lab=("$BUILD/spawnscope" gate --lab --baselines "$DIR/b" --runs 2)
    one_line 2 'program and --kernel: name one with --save or --baseline' \
        "${lab[@]}" --save main --program /bin/true --program /bin/false
    one_line 2 'program and --kernel: name one with --save or --baseline' \
        "${lab[@]}" --baseline main --kernel debian:6.1 --kernel debian:6.12
    one_line 2 'program: name two' "${lab[@]}" --program /bin/true
    reason=$("$BATS_TEST_DIRNAME/../../../bench/lab/fetch-kernel" "$kernel" 2>&1) || skip "$reason"
    lab+=(--kernel "$kernel")
    for exit in 0 1; do
        printf 'int main(void) { return %s; }\n' "$exit" | cc -O2 -static -x c -o "$DIR/program$exit" -
    done
    "${lab[@]}" --save main --program "$DIR/program0" >/dev/null
    "${lab[@]}" --baseline main --program "$DIR/program0" --metric times >"$DIR/out"
    grep -q '^pass: [1-9][0-9]* exact metrics not worse$' "$DIR/out"
    # It is the program that is named that runs.
    one_line 2 "B, posix_spawn at 1M: broken off: '/lab/program' ended with status 1" \
        "${lab[@]}" --baseline main --program "$DIR/program1"
}

@test "an age is that of a baseline" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 16417
    one_line 2 'max-age is of the baseline that --baseline names' "$TOOL" gate --max-age 1 "$DIR/x" "$DIR/y"
    one_line 2 'max-age is of the baseline' "$TOOL" gate --max-age 1 --baselines "$DIR/b" --save main "$DIR/x"
    one_line 2 'max-age is of the baseline' "$TOOL" gate --max-age 1 --ab fork vfork
}
