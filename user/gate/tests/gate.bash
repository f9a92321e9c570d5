# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# bats and the tests use these:
# shellcheck shell=bash disable=SC2016,SC2153,SC2154
#
# What the gate's tests share.

load ../../tests/tool.bash

# Writes a run of one cell as bench does, with this call in ns and these PTEs in each sample.
# NAME=VALUE adds fields to its environment.
stored() { # FILE CALL_NS PTES [NAME=JSON]...
    local file=$1 call=$2 ptes=$3 clock=monotonic environment='{}' pair
    shift 3
    for pair; do
        case $pair in
        clock=*) clock=${pair#*=} ;;
        *) environment=$(jq -c --argjson value "${pair#*=}" ".\"${pair%%=*}\" = \$value" <<<"$environment") ;;
        esac
    done
    jq -nc --arg clock "$clock" --argjson call "$call" --argjson ptes "$ptes" \
        --arg seed "$SRANDOM" --argjson environment "$environment" '
        ({kernel_release: "6.1.0", cpu_model: "Intel", page_bytes: 4096, thp: "madvise", aslr: 2,
          aslr_personality: "off"} + $environment) as $e |
        {type: "run", schema: 1, tool: "spawnscope 0.1.0", command: ["spawnscope"], clock: $clock,
         seed: $seed, environment: $e, phases: {copy_mm: {source: "fentry:dup_mmap"}}},
        {type: "cell", key: {method: "fork", rss_bytes: 67108864, trace: "all"}, n: 3,
         samples: {spawn_ns: [$call, $call, $call], total_ns: [$call, $call, $call]},
         phases: {copy_mm: {ns: [$call, $call, $call]}}, counts: {ptes_copied: [$ptes, $ptes, $ptes]}},
        {type: "cell", key: {method: "fork", rss_bytes: 67108864, trace: "none"}, n: 3,
         samples: {spawn_ns: [$call, $call, $call], total_ns: [$call, $call, $call]}},
        {type: "end", births: 3, started: 3, started_untraced: 3, lost: 0, missed: 0}' >"$file"
}

# verdict CODE PATTERN ARG...: gate exits with that status, its first line matches, standard error is
# empty, and no other line is wider than 80 columns.
verdict() {
    local code=$1 pattern=$2 status=0
    shift 2
    "$TOOL" gate "$@" >"$DIR/out" 2>"$DIR/err" </dev/null || status=$?
    printf '%q ' gate "$@"
    echo ": $status"
    cat -v "$DIR/out" "$DIR/err"
    [ "$status" -eq "$code" ]
    [ ! -s "$DIR/err" ]
    head -n 1 "$DIR/out" | grep -Eq -- "$pattern"
    [ "$(tail -n +2 "$DIR/out" | wc -L)" -le 80 ]
}

# Decides again from the runs in $DIR/raw; the result equals $DIR/json in every digit.
again_the_same() { # STATUS OPTION...
    local status=$1 again=0
    shift
    "$TOOL" gate --json "$@" "$DIR"/raw/*-a.jsonl -- "$DIR"/raw/*-b.jsonl >"$DIR/again" || again=$?
    diff "$DIR/json" "$DIR/again"
    [ "$again" -eq "$status" ]
}
