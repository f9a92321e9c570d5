#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bench/peers: bad input, the estimate, and that the committed tables follow from the committed
# measurements. Measuring itself takes minutes and Debian's tracers: tested is only a pair without one.
#
# shellcheck disable=SC2154 # bats sets $status and $output

load ../../tests/common.bash

setup() {
    TOP=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
    PEERS=$TOP/bench/peers
    STORED=$TOP/results/peers
}

@test "bad options are one line and status 2" {
    one_line 2 "'--fast'.*--help" "$PEERS/peers" --fast
    one_line 2 "-t needs a value" "$PEERS/peers" -t
    one_line 2 "is not a number of seconds" "$PEERS/peers" -t 0
    one_line 2 "'/dev/null/x'" "$PEERS/peers" -o /dev/null/x
    one_line 2 "no measurements" "$PEERS/peers" --table /no/such
}

@test "bad options of the price are one line and status 2" {
    one_line 2 "'--fast'" "$PEERS/price" --fast
    one_line 2 "--lab needs a value" "$PEERS/price" --lab
    one_line 2 "is not a number" "$PEERS/price" --rounds 0
    one_line 2 "cannot read" "$PEERS/price" --table /no/such
}

# 20 pairs with known differences. The interval is the 53rd of 210 Walsh averages from either end, as in R's
# wilcox.test(x, conf.int = TRUE).
@test "the estimate and its interval are those of the signed-rank test" {
    run -0 awk -f "$PEERS/estimate.awk" < <(seq 20 | awk '{ print "light", "minimal", 1000, 1000 + ($1 * 37) % 101 }')
    [ "$output" = 'light minimal 20 1000.0 50.0 35.0 65.0' ]
    run -0 awk -f "$PEERS/estimate.awk" < <(seq 5 | awk '{ print "light", "own", "-", $1 }')
    [ "$output" = 'light own 5 0.0 3.0 - -' ]
}

@test "a narrow interval gives a time, a wide one stands for itself" {
    local dir=$BATS_TEST_TMPDIR
    {
        seq 10 | awk '{ print "light", "minimal", 50000, 52000 + $1; print "light", "static", 50000, 50000 + $1 * 900 }'
        seq 5 | awk '{ print "light", "dynamic", 50000, 52000 }'
    } >"$dir/machine.tsv"
    run -0 "$PEERS/peers" --table "$dir"
    # shellcheck disable=SC2016 # Markdown
    [[ ${lines[3]} == '| `spawnscope profile -a` | +2.01 µs | +2.70 to +7.20 µs | not decided | - |'* ]]
}

@test "a pair without a tracer has each work, without and with" {
    run -0 env PATH="$BUILD/static:$PATH" "$PEERS/pair" nothing nothing with-without 3 1 </dev/null
    [ "$(awk '$1 == "nothing" && NF == 4 && $3 > 0 && $4 > 0 { print $2 }' <<<"$output" | xargs)" = \
        'minimal static dynamic getppid page-fault cow-fault mmap+munmap ping-pong thread' ]
}

@test "the committed tables follow from what was measured" {
    rows() { sed -n '/^[|] attached /,/^$/p' "$1" | grep '^[|]'; }
    [ "$(rows "$STORED/README.md" | wc -l)" -gt 8 ]
    diff <(rows "$STORED/README.md") <("$PEERS/peers" --table "$STORED")
    # shellcheck disable=SC2016 # Markdown
    diff <(sed -n '/^```$/,/^```$/{/^```$/d;p}' "$STORED/README.md") <("$PEERS/price" --table "$STORED/price.tsv")
    diff <(rows "$STORED/README.md") <(rows "$TOP/README.md")
}

# test_toll.c holds the code's figures to those that were measured.
@test "the man page has the figures of the code" {
    local name figure
    while read -r name figure; do
        grep -q "\b$figure\b" "$TOP/user/spawnscope.1" || { echo "$name: $figure"; false; }
    done < <(awk '$1 == "#define" && $2 ~ /^TOLL_/ && $3 ~ /^[0-9]+$/ { print $2, $3 }' "$TOP/user/probe/toll.h")
}
