#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bench/peers/measure and storm: bad input, and that the committed tables follow from the
# committed samples. Measuring itself takes a minute and Debian's tracers: not tested.
#
# shellcheck disable=SC2154 # bats sets $status and $output

load ../../tests/common.bash

setup() {
    TOP=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
}

@test "bad options are one line and status 2" {
    one_line 2 "'--fast'.*--help" "$TOP/bench/peers/measure" --fast
    one_line 2 "'/dev/null/x'" "$TOP/bench/peers/measure" -o /dev/null/x
}

@test "bad options of the storm are one line and status 2" {
    local storm=$TOP/bench/peers/storm
    one_line 2 "'--fast'" "$storm" --fast
    one_line 2 "-n needs a value" "$storm" -n
    one_line 2 "is not a number of pairs" "$storm" -n 0
    one_line 2 "is not a CPU" "$storm" -c 4095
    one_line 2 "is not a list of CPUs" "$storm" -t x
    one_line 2 "cannot read" "$storm" --table /no/such
}

@test "bad options of the price are one line and status 2" {
    local price=$TOP/bench/peers/price
    one_line 2 "'--fast'" "$price" --fast
    one_line 2 "--lab needs a value" "$price" --lab
    one_line 2 "is not a number" "$price" --rounds 0
}

# 20 pairs with known ratios. The interval is the 53rd of 210 Walsh averages from either end, as in R's
# wilcox.test(log(x), conf.int = TRUE).
@test "the storm's estimate and its interval are those of the signed-rank test" {
    {
        printf 'tracer\tpair\tfirst\twithout\twith\tspawns\tseen\n'
        seq 20 | awk '{ printf "profile\t%d\twith\t1000\t%d\t100\t%d\n", $1, 900 + ($1 * 37) % 101, 100 - $1 % 2 }'
    } >"$BATS_TEST_TMPDIR/pairs"
    run -0 "$TOP/bench/peers/storm" --table "$BATS_TEST_TMPDIR/pairs"
    [[ ${lines[2]} == *'| 0.949 | 0.935 to 0.964 | 20 | 99.5 % |' ]]
}

@test "the storm's table follows from its pairs" {
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

@test "the README's table is the measured one" {
    rows() { sed -n '/^[|] attached /,/^$/p' "$1" | head -n 11; }
    [ "$(rows "$TOP/README.md" | wc -l)" -eq 11 ]
    diff <(rows "$TOP/results/peers/README.md") <(rows "$TOP/README.md")
}
