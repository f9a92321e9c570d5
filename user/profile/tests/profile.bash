# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154,SC2317 # what tool.bash and setup set; tests call these
#
# Helpers for the tests of the command profile.

# profile ARG...: runs it with standard error in $DIR/err, which is the summary if there is a command.
# Its cache is in ROOM.
profile() {
    XDG_CACHE_HOME=$ROOM "$TOOL" profile "$@" >"$DIR/out" 2>"$DIR/err" </dev/null
}

# births METHOD [COLUMN]: the sum of a column over all parents in the first table of $DIR/err.
births() {
    awk -v method="$1" -v column="${2:-BIRTHS}" '
        /^Births, / { on = 1; next }
        on && /METHOD/ { for (i = 1; i <= NF; i++) place[$i] = i; next }
        on && !NF { exit }
        on && $2 == method { sum += $place[column] }
        END { print sum + 0 }' "$DIR/err"
}

need() {
    command -v "$1" >/dev/null || skip "$1 is not installed"
}
