/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The claims, in the order in which they are printed: a file in this folder, named by it, has each.
 */
#pragma once

#include "user/analysis/stats.h"
#include "user/claims/claim.h"
#include "user/claims/evidence.h"

#define CLAIMS(X)                                                                                  \
	X(vfork_ratio)                                                                             \
	X(half_gigabyte)                                                                           \
	X(tens_of_gigabytes)                                                                       \
	X(only_page_tables)                                                                        \
	X(over_at_return)                                                                          \
	X(exec_ratio)                                                                              \
	X(spawn_is_fork_exec)                                                                      \
	X(spawn_ratio)                                                                             \
	X(exec_copies_nothing)                                                                     \
	X(stack_cow)                                                                               \
	X(parent_cow)                                                                              \
	X(only_forker_waits)                                                                       \
	X(vfork_first)                                                                             \
	X(fork_first)                                                                              \
	X(vfork_pid)                                                                               \
	X(libraries_once)                                                                          \
	X(preload)                                                                                 \
	X(process_limit)                                                                           \
	X(commit_limit)

#define X(name) extern const struct claim claim_##name;
CLAIMS(X)
#undef X

#define MIB 1048576.0
#define GIB 1073741824.0
