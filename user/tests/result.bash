# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2016,SC2317 # jq's variables are not the shell's; tests call these
#
# Questions of tests about a result file.

# Definitions for jq. `at` finds a cell among the slurped lines of a file.
readonly JQ='
    def median: map(values) | sort | .[length / 2 | floor];
    def at($method; $rss; $trace):
        [.[] | select(.type == "cell" and .key.method == $method and .key.rss_bytes == $rss
                      and .key.trace == $trace)]
        | if length == 1 then .[0] else error("\(length) cells \($method) \($rss) \($trace)") end;
    def mib($n): $n * 1048576;
    def run: .[0];
    def final: .[-1];
    def cells: .[] | select(.type == "cell");
    # Samples of a phase. On a busy machine the scheduler can take longer for the time off the CPU than the
    # whole phase took (bpf/off_cpu.bpf.h): one of some 400 was absent for that. At most a tenth may be.
    def measured: all(. == null or . > 0) and any(. != null)
        and (map(select(. == null)) | length) <= (length / 10 | ceil);
    '

ask() { # FILE EXPRESSION
    jq -rs "$JQ $2" "$1"
}

# all_true EXPRESSION...: for jq, that each of them is true, and gives nothing else: one jq for all, since
# its start takes longer than most questions.
all_true() {
    local expression whole=true
    for expression; do
        whole+=" and ([$expression] == [true])"
    done
    echo "$whole"
}

# Fails unless each of the expressions is true of the file.
holds() { # FILE EXPRESSION...
    local file=$1 expression
    shift
    [ "$(ask "$file" "$(all_true "$@")")" != true ] || return 0
    for expression; do
        if [ "$(ask "$file" "$expression")" != true ]; then
            echo "does not hold: $expression"
        fi
    done
    tail -n 1 "$file"
    return 1
}
