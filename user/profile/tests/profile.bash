# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2153,SC2154,SC2317 # what tool.bash and setup set; tests call these
#
# Helpers for the tests of the command profile.

set_up_storm() {
    DIR=$BATS_TEST_TMPDIR
    need_root
    STORM=$ROOM/storm
    [ -e "$STORM" ] || cp "$BUILD/static/storm" "$STORM"
}

setup() {
    set_up_storm
}

# own_storm: the test's own tool (own_tool), with a storm whose processes are found like the tool's.
own_storm() {
    own_tool
    cp "$STORM" "$OWN/spawnscope-child"
}

# profile ARG...: runs it with standard error in $DIR/err, which is the summary if there is a command.
# Its cache is in ROOM.
profile() {
    XDG_CACHE_HOME=$ROOM "$TOOL" profile "$@" >"$DIR/out" 2>"$DIR/err" </dev/null
}

# The summary in $DIR/err as it is read from a file, which does not know what others paid.
unpriced() {
    awk '/^While this is attached, / { skip = 1; next } skip && /^  / { next } { skip = 0; print }' "$DIR/err"
}

# attach ARG...: profiles in the background until interrupt(), to $DIR/out and $DIR/err.
attach() {
    : >"$DIR/err" # of an earlier one
    "$TOOL" profile -v "$@" >"$DIR/out" 2>"$DIR/err" </dev/null 3>&- &
    tool=$!
    eventually grep -q attached "$DIR/err"
}

interrupt() {
    kill -INT "$tool"
    exit_of "$tool"
    cat "$DIR/err" "$DIR/out"
}

# whole N [FILE]: the summary (of $DIR/err) counts so many births (a pattern), and none lost or failed.
whole() {
    grep -Eq "^$1 births?(,| in) " "${2:-$DIR/err}"
    refute grep -Eq 'calls failed|were lost|made no record' "${2:-$DIR/err}"
}

# kernels_count FILE: of a summary with -a -v, what the kernel and what the probes counted meanwhile:
# $counted and $ours.
kernels_count() {
    tr '\n' ' ' <"$1" | tr -s ' ' >"$DIR/line"
    [[ $(<"$DIR/line") =~ /proc/stat\ counted\ ([0-9]+)\ births\ meanwhile,\ we\ ([0-9]+) ]]
    counted=${BASH_REMATCH[1]} ours=${BASH_REMATCH[2]}
}

# Ours is the kernel's count, but for a task at either moment that the kernel counts in copy_process() and
# that waits for a CPU, preempted or the host's, before it wakes its child, where we count.
same_count() {
    ((ours - counted <= 2 && counted - ours <= 2))
}

# Of a storm's thread-exec: whether processes have every phase of their exec that the kernel has.
exec_phases_whole() {
    jq -se "$JQ"' .[0].phases as $from | map(select(.type == "birth" and .method == "fork").phases) as $births
        | ($births | length > 0) and all("exec_open", "exec_flush", "exec_load";
            . as $phase | $from[$phase].source == null or ($births | map(.[$phase]) | measured))'
}

# births METHOD [COLUMN]: the sum of a column over all parents in the last table of $DIR/err, or else
# of $DIR/out.
births() {
    awk -v method="$1" -v column="${2:-BIRTHS}" '
        /^Births, / { on = 1; next }
        on && /METHOD/ { for (i = 1; i <= NF; i++) place[$i] = i; next }
        on && !NF { exit }
        on && $2 == method { sum += $place[column] }
        END { print sum + 0 }' "$DIR/err" "$DIR/out"
}

need() {
    command -v "$1" >/dev/null || skip "$1 is not installed"
}
