#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The study of how often gates are wrong: the committed tables must follow from the
# committed runs.
#
# Without sanitizers: its scripts use the usual build.

setup_file() {
    BUILD=$(realpath "${BUILD:-build}")
    TOP=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
    export BUILD TOP
    zcat "$TOP/results/gate/machine.tsv.gz" >"$BATS_FILE_TMPDIR/raw.tsv"
    "$BUILD/gate-study" <"$BATS_FILE_TMPDIR/raw.tsv" >"$BATS_FILE_TMPDIR/table"
}

@test "the committed table follows from the committed runs" {
    diff <(sed -n '/^## On a machine$/,/^## /p' "$TOP/results/gate/README.md" | grep '^[|]') "$BATS_FILE_TMPDIR/table"
}

@test "the README's figures are the table's" {
    awk -F ' *[|] *' '
        $3 ~ /^[0-9]/ { scenario = $2 }
        NR > 2 { flagged[$5, scenario] = $6; if (!($5 in seen)) rule[++n] = $5; seen[$5] }
        END {
            for (i = 1; i <= n; i++)
                printf "| %s | %s | %s | %s | %s |\n", rule[i], flagged[rule[i], "same"],
                    flagged[rule[i], "rss+5%"], flagged[rule[i], "rss+10%"], flagged[rule[i], "vmas+500"]
        }' "$BATS_FILE_TMPDIR/table" >"$BATS_TEST_TMPDIR/wanted"
    cat "$BATS_TEST_TMPDIR/wanted"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/wanted")" -eq 6 ]
    diff <(grep -E '^[|] (ours|benchstat|asv|ratio|median)' "$TOP/README.md") "$BATS_TEST_TMPDIR/wanted"
}

@test "a line that is not from collect is refused" {
    run "$BUILD/gate-study" <<<'same 0 0 0 c 1 7536 74'
    [ "$status" -ne 0 ]
    [[ $output == 'gate-study: line 1 is not from collect'* ]]
}

@test "collect takes whole comparisons that the judge can read" {
    run "$TOP/user/tests/gate-study/collect" --same 0
    [ "$status" -eq 2 ]
    sed 's/^readonly PAIRS=80$/readonly PAIRS=2/' "$TOP/user/tests/gate-study/collect" >"$BATS_TEST_TMPDIR/collect"
    grep -q '^readonly PAIRS=2$' "$BATS_TEST_TMPDIR/collect"
    sed -i "s|^top=.*|top='$TOP'|" "$BATS_TEST_TMPDIR/collect"
    bash "$BATS_TEST_TMPDIR/collect" --same 1 --causes 1 --runs 2 >"$BATS_TEST_TMPDIR/raw"
    # Six cells of equal sides and six causes, with two sides and two pairs each.
    [ "$(wc -l <"$BATS_TEST_TMPDIR/raw")" -eq 48 ]
    [ "$(cut -f1 "$BATS_TEST_TMPDIR/raw" | sort -u | wc -l)" -eq 7 ]
    "$BUILD/gate-study" <"$BATS_TEST_TMPDIR/raw"
}

@test "the study of how files are written refuses what it cannot do" {
    run "$TOP/user/tests/gate-study/written" --tries 0
    [ "$status" -eq 2 ]
    run "$TOP/user/tests/gate-study/written" --folder "$BATS_TEST_TMPDIR/none"
    [ "$status" -eq 2 ]
    SPAWNSCOPE=/nonexistent run "$TOP/user/tests/gate-study/written"
    [ "$status" -eq 2 ]
}

@test "the simulation prints each model at each change, and the same for the same seed" {
    local models
    "$BUILD/gate-simulate" -n 1 -m drift >"$BATS_TEST_TMPDIR/one"
    "$BUILD/gate-simulate" -n 1 -m drift >"$BATS_TEST_TMPDIR/two"
    diff "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
    # Four changes with a mixed order, and two other orders.
    models=$("$BUILD/gate-simulate" -h | sed -n 's/^Models: //p' | tr ',' '\n' | grep -c drift)
    [ "$(grep -c ' %' "$BATS_TEST_TMPDIR/one")" -eq $((6 * models)) ]
    # What one side's place in the pairs could have done is never decided.
    awk -F ' *[|] *' '$3 ~ /first/ && $6 != "100.00 %" { bad = 1 } END { exit bad }' "$BATS_TEST_TMPDIR/one"
    run "$BUILD/gate-simulate" -n 0
    [ "$status" -eq 2 ]
}

@test "the simulated table has each model, no false alarms, and no tail that passes without a word" {
    sed -n '/^## Simulated$/,$p' "$TOP/results/gate/README.md" | grep '^[|]' >"$BATS_TEST_TMPDIR/table"
    diff <("$BUILD/gate-simulate" -h | sed -n 's/^Models: //p' | sed 's/, /\n/g') \
        <(awk -F ' *[|] *' 'NR > 2 { print $2 }' "$BATS_TEST_TMPDIR/table" | uniq)
    # Of 5,000: 1 % and three standard deviations; a tail that was hardly drawn may pass.
    awk -F ' *[|] *' '
        NR <= 2 { next }
        $2 !~ /^tail/ && ($4 == "+0 %" || $4 == "+3 %") && $5 + 0 > 1.42 { print; bad = 1 }
        $2 !~ /^tail/ && $4 == "+0 %" && $9 + 0 > 1.42 { print; bad = 1 }
        $2 ~ /^tail/ && $7 + 0 > 0.3 { print; bad = 1 }
        END { exit bad }' "$BATS_TEST_TMPDIR/table"
}
