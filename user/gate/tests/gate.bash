# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# bats and the tests use these:
# shellcheck shell=bash disable=SC2016,SC2153,SC2154,SC2034
#
# What the gate's tests share.

load ../../tests/tool.bash

# Writes a run of one cell as bench does, with this call in ns and these PTEs in each sample.
# NAME=JSON adds fields to its environment. Without jq, of which each start takes 30 ms: there are
# tests that write a hundred runs.
stored() { # FILE CALL_NS PTES [NAME=JSON]...
    local file=$1 clock=monotonic three name facts='' pair samples
    local names=(kernel_release cpu_model page_bytes thp aslr aslr_personality)
    local -A environment=([kernel_release]='"6.1.0"' [cpu_model]='"Intel"' [page_bytes]=4096
        [thp]='"madvise"' [aslr]=2 [aslr_personality]='"off"')
    three="[$2,$2,$2]"
    samples="\"samples\":{\"spawn_ns\":$three,\"total_ns\":$three}"
    local counts="\"counts\":{\"ptes_copied\":[$3,$3,$3]}"
    shift 3
    for pair; do
        name=${pair%%=*}
        if [ "$name" = clock ]; then
            clock=${pair#*=}
            continue
        fi
        [ -n "${environment[$name]:-}" ] || names+=("$name")
        environment[$name]=${pair#*=}
    done
    for name in "${names[@]}"; do
        facts+=",\"$name\":${environment[$name]}"
    done
    local key='"type":"cell","key":{"method":"fork","rss_bytes":67108864,"trace"'
    printf '%s\n' '{"type":"run","schema":1,"tool":"spawnscope 0.1.0","command":["spawnscope"],"clock":"'"$clock"'","seed":"'"$SRANDOM"'","environment":{'"${facts:1}"'},"phases":{"copy_mm":{"source":"fentry:dup_mmap"}}}' \
        "{$key:\"all\"},\"n\":3,$samples,\"phases\":{\"copy_mm\":{\"ns\":$three}},$counts}" \
        "{$key:\"none\"},\"n\":3,$samples}" \
        '{"type":"end","births":3,"started":3,"started_untraced":3,"lost":0,"missed":0}' >"$file"
}

# After a metric that was measured here: so much higher, or so much in some pairs and so much in others,
# which a machine with other load can make of any.
HIGHER=' (\+|\(.*\): bimodal: )'

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
