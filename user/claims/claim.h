/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A claim about starting processes that people repeat, and how a run decides it. To add one: a file
 * in user/claims/judges that defines claim_NAME, and a line in judges.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/claims/verdict.h"

/* The cells that a claim needs of the grid that all share: suite.c has them. */

enum claim_cells {
	CELLS_FORK = 1, /* fork and vfork over sizes of the parent */
	CELLS_EXEC = 2, /* fork-exec, vfork-exec and posix_spawn over the same sizes */
	CELLS_VMAS = 4, /* fork over numbers of VMAs */
};

struct evidence;

#define CLAIM_EXPERIMENTS 2

struct claim {
	const char *name;			    /* on the command line */
	const char *text;			    /* as people say it */
	const char *tested;			    /* how: a sentence */
	unsigned int cells;			    /* of enum claim_cells */
	const char *experiments[CLAIM_EXPERIMENTS]; /* names, from experiment.h; NULL: no more */
	void (*judge)(const struct evidence *e, struct verdict *v);
};

/* All, in the order in which they are printed. */
extern const struct claim *const claims[];
extern const size_t claim_count;

/* A set of claims: a bit each. */
#define CLAIMS_ALL (~0ULL)

/* NULL: there is none of the name. */
const struct claim *claim_by_name(const char *name);

/* The verdict, which names a reason where there is no evidence. */
struct verdict claim_judge(const struct claim *c, const struct evidence *e);
