/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the births of a profile might have cost by another method. Pure. */
#ifndef SPAWNSCOPE_WHATIF_H
#define SPAWNSCOPE_WHATIF_H

#include <stdio.h>

#include "user/groups.h"

/* Adds a birth if it is such a fork. */
void whatif__add(struct whatif *w, const struct birth *b);

/* What can be said of a group, if it is worth saying. */
enum whatif_kind {
	WHATIF_NOTHING,
	WHATIF_SPAWNABLE, /* g->spawnable */
	WHATIF_COPIER,	  /* it forks and does not exec, for which posix_spawn is no mend */
};

enum whatif_kind whatif_of(const struct group *g);

/* A line for each of the groups, of `top`, of which something can be said. */
void whatif_print(const struct groups *g, size_t top, const char *clock, FILE *out, bool colour);

#endif
