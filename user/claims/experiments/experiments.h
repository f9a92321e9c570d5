/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The experiments, in the order in which they run: a file in this folder defines each. */
#pragma once

#include "user/claims/experiments/findings.h"

#define EXPERIMENTS(X)                                                                             \
	X(vfork_order)                                                                             \
	X(fork_order)                                                                              \
	X(clone_flags)                                                                             \
	X(cow)                                                                                     \
	X(stack)                                                                                   \
	X(stall)                                                                                   \
	X(libraries)                                                                               \
	X(sharing)                                                                                 \
	X(limits)                                                                                  \
	X(commit_limit)

#define X(name) extern const struct experiment experiment_##name;
EXPERIMENTS(X)
#undef X
