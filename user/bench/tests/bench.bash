# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034 # tests use these
#
# Runs that the tests of the command bench share.

# The smallest run: one block, nothing untraced.
QUICK=(--rounds 1 --untraced none)
# Runs that last until they are killed: one long block, or very many short ones.
ENDLESS=(--method fork --size 64M --runs 100000 --rounds 1 --untraced none --all-runs 0)
ENDLESS_BLOCKS=(--method fork --size 1M --runs 1000000 --rounds 10000 --warmup 0)
