#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# An independent count of a program's own functions: valgrind's callgrind, on this machine, of the same
# static program.
#
# shellcheck disable=SC2016,SC2153,SC2154 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash

FUNCTIONS=(main pair mix fib)

make_program() {
    cat >"$DIR/known.c" <<'C'
#define ALONE __attribute__((noinline, noclone))
static volatile unsigned int sink;
ALONE static unsigned int mix(unsigned int x)
{
	for (unsigned int i = 0; i < 100; i++)
		x = x * 31 + i;
	return x;
}
ALONE static unsigned int pair(unsigned int x) { return mix(x) + mix(x + 1); }
ALONE static unsigned int fib(unsigned int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
int main(void)
{
	for (unsigned int i = 0; i < 1000; i++)
		sink += pair(i);
	sink += fib(15);
	return 0;
}
C
    gcc -O1 -fno-optimize-sibling-calls -static -o "$DIR/known" "$DIR/known.c"
}

# "FUNCTION INSTRUCTIONS" of its own, recursion counted together.
by_callgrind() {
    valgrind --tool=callgrind --callgrind-out-file="$DIR/callgrind" "$DIR/known" 2>"$DIR/valgrind" ||
        { cat "$DIR/valgrind" && false; }
    callgrind_annotate --threshold=100 "$DIR/callgrind" | awk '
        match($0, /^ *[0-9,]+/) {
            count = substr($0, RSTART, RLENGTH)
            gsub(/[ ,]/, "", count)
            name = $0
            sub(/ \[.*/, "", name)
            sub(/.*:/, "", name)
            sub(/\x27[0-9]+$/, "", name)
            sum[name] += count
        }
        END { for (name in sum) print name, sum[name] }'
}

@test "a program's functions execute what callgrind counts" {
    local name theirs ours
    "$BATS_TEST_DIRNAME/../../../bench/lab/fetch-kernel" debian:6.1 >"$DIR/reason" 2>&1 || skip "$(cat "$DIR/reason")"
    make_program
    by_callgrind >"$DIR/theirs"
    "$BUILD/spawnscope" anatomy -q --kernel debian:6.1 --births 3 --program "$DIR/known" --json >"$DIR/json"
    jq -r '. as $a | [range($a.nodes.own | length) | select($a.nodes.part[.] == "program")]
        | map({name: $a.names[$a.nodes.name[.]], own: $a.nodes.own[.]}) | group_by(.name)
        | .[] | "\(.[0].name) \(map(.own) | add)"' "$DIR/json" >"$DIR/ours"
    for name in "${FUNCTIONS[@]}"; do
        theirs=$(awk -v name="$name" '$1 == name { print $2 }' "$DIR/theirs")
        ours=$(awk -v name="$name" '$1 == name { print $2 }' "$DIR/ours")
        echo "$name: callgrind $theirs, anatomy $ours"
        # The smallest, main, executes some ten thousand.
        [ "$theirs" -gt 5000 ]
        [ $((100 * (ours > theirs ? ours - theirs : theirs - ours))) -le "$theirs" ]
    done
}
