# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2317 # tests call these
#
# The kernels that tests boot.

FETCH_KERNEL=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/../../bench/lab/fetch-kernel

# need_kernel NAME: puts it into the cache. Skips a test where that fails, or where the kernel is one that
# the same tests boot by another name: debian:7.2 is, until debian:sid moves on.
need_kernel() {
    local reason path
    reason=$("$FETCH_KERNEL" "$1" 2>&1) || skip "$reason"
    [ "$1" = debian:7.2 ] || return 0
    path=$("$FETCH_KERNEL" --path debian:sid 2>/dev/null) || return 0
    ! cmp -s "$("$FETCH_KERNEL" --path "$1")" "$path" || skip "it is the same file as debian:sid, whose tests are these"
}
