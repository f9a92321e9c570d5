#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bench/peers/measure and storm: what they say to bad input, and that the tables
# that are committed are those that the committed samples give. Measuring takes a
# minute and Debian's tracers, so that is left to themselves.
#
# shellcheck disable=SC2154 # bats sets $status and $output

bats_require_minimum_version 1.5.0

setup() {
    TOP=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
}

@test "bad options are one line and status 2" {
    run --separate-stderr "$TOP/bench/peers/measure" --fast
    ((status == 2 && ${#stderr_lines[@]} == 1))
    [[ -z $output && $stderr == *"'--fast'"*--help ]]

    run --separate-stderr "$TOP/bench/peers/measure" -o /dev/null/x
    ((status == 2 && ${#stderr_lines[@]} == 1))
    [[ $stderr == *"'/dev/null/x'"* ]]
}

@test "bad options of the storm are one line and status 2" {
    while IFS='|' read -r args want; do
        echo "storm $args"
        # shellcheck disable=SC2086 # several words
        run --separate-stderr "$TOP/bench/peers/storm" $args
        ((status == 2 && ${#stderr_lines[@]} == 1))
        [[ -z $output && $stderr == *"$want"* ]]
    done <<'MISTAKES'
--fast|'--fast'
-n|-n needs a value
-n 0|is no number of pairs
-c 4095|is no CPU here
-t x|is no list of CPUs here
--table /no/such|cannot read
MISTAKES
}

# Pairs with a known ratio, of which the interval is the 53rd of 210 Walsh averages from either end
# for 20 pairs: R's wilcox.test(log(x), conf.int = TRUE) has the same.
@test "the storm's estimate and its interval are those of the signed-rank test" {
    {
        printf 'tracer\tpair\tfirst\twithout\twith\tspawns\tseen\n'
        seq 20 | awk '{ printf "profile\t%d\twith\t1000\t%d\t100\t%d\n", $1, 900 + ($1 * 37) % 101, 100 - $1 % 2 }'
    } >"$BATS_TEST_TMPDIR/pairs"
    run -0 "$TOP/bench/peers/storm" --table "$BATS_TEST_TMPDIR/pairs"
    [[ ${lines[2]} == *'| 0.949 | 0.935 to 0.964 | 20 | 99.5 % |' ]]
}

@test "the storm's table is the one that its pairs give" {
    run -0 "$TOP/bench/peers/storm" --table "$TOP/results/peers/storm.tsv"
    ((${#lines[@]} > 5))
    diff <(sed -n '/^## A storm on one core$/,$p' "$TOP/results/peers/README.md" | grep '^[|]') <(cat <<<"$output")
}

@test "the committed table follows from the committed samples" {
    tar -C "$BATS_TEST_TMPDIR" -xzf "$TOP/results/peers/raw.tar.gz"
    local method want
    read -r -a want < <(awk '/^[|] nothing [|]/ { gsub(/,/, ""); print $4, $6, $8; exit }' "$TOP/results/peers/README.md")
    ((${#want[@]} == 3))
    for method in 0 1 2; do
        run awk -v cell="$method" '$1 == "sample" && $2 == cell { print $6 - $5 }' "$BATS_TEST_TMPDIR"/nothing-*.samples
        [[ $(sort -n <<<"$output" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }') == "${want[method]}" ]]
    done
}

@test "the README's table is the one that was measured" {
    rows() { sed -n '/^[|] attached /,/^$/p' "$1" | head -n 11; }
    [ "$(rows "$TOP/README.md" | wc -l)" -eq 11 ]
    diff <(rows "$TOP/results/peers/README.md") <(rows "$TOP/README.md")
}
