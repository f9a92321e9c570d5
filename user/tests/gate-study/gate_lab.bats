#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A small part of the lab's results in results/gate: user/tests/gate-study/lab with four
# boots instead of fifteen. lab.bats tests that boots of the same programs are equal, byte
# for byte.
#
# shellcheck disable=SC2154 # bats sets $status and $output

load ../../../bench/lab/tests/lab.bash

setup() {
    STUDY=$BATS_TEST_DIRNAME/lab
    cd "$BATS_TEST_TMPDIR" || return
}

@test "bad options are one line and status 2" {
    one_line 2 "unknown option '--fast'; --help" "$STUDY" --fast
    one_line 2 '--boots needs a number' "$STUDY" --boots 0
    one_line 2 '--scenario is host or build' "$STUDY" --scenario moon
}

least() { # RUN
    jq -r 'select(.type == "cell" and .key.trace == "phases").phases.copy_mm.ns | min' "$1"
}

# All samples' counts of VMAs, each once.
vmas() { # RUN
    jq -rs '[.[] | select(.type == "cell") | .counts.vmas // empty | .[]] | unique | map(tostring) | join(" ")' "$1"
}

@test "programs of other sizes are no regression, one more VMA always is" {
    need_kernel debian:6.1
    "$STUDY" --scenario build --boots 4 --injected 1 -o out >table
    cat table
    grep -Fxq '| build | 6 | pass | 6 | 0 | 0 |' table
    grep -Fxq '| build, 1 VMA more | 4 | regression | 0 | 4 | 0 |' table
    cut -f 6 out/pairs.tsv
    # Of two metrics that are worse the headline names one.
    [ "$(grep -Ec 'vmas [+]7[.]7 % [(]13 -> 14 VMAs[)]|copy_mm [+]29[0-9]{2} instructions a spawn' out/pairs.tsv)" -eq 4 ]
    [ "$(vmas out/build-vmas-1.jsonl)" = 14 ]
    for run in out/build-[1-4].jsonl; do
        [ "$(vmas "$run")" = 13 ]
    done
    # What copying one more mapping takes: 2,928 by quadword steps, in one build of the driver. Of the
    # least: medians follow how often the kernel refills its lists of free pages.
    one_more=$(least out/build-vmas-1.jsonl)
    for run in out/build-[1-4].jsonl; do
        echo "$run: $(least "$run"), with one more $one_more"
        (($(least "$run") + 2000 < one_more && one_more < $(least "$run") + 4000))
    done
    # They are not copies of each other.
    [ "$(cat out/build-?.jsonl | sort -u | grep -c '"trace":"none"')" -ge 2 ]
}

@test "the committed table follows from the committed verdicts" {
    local gate=$BATS_TEST_DIRNAME/../../../results/gate
    tar -xzf "$gate/lab.tar.gz"
    awk -F'\t' '{ n[$1 "\t" $5]++ } END { for (k in n) print k "\t" n[k] }' pairs.tsv | sort >verdicts
    awk -F' *[|] *' '/^[|] (host|build)/ {
        if ($5 > 0) print $2 "\tpass\t" $5
        if ($6 > 0) print $2 "\tregression\t" $6
        if ($7 > 0) print $2 "\tother\t" $7
    }' "$gate/README.md" | sort >table
    [ -s table ]
    diff table verdicts
}
