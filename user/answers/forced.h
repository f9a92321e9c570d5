/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a birth is a fork: the calls that made it, and the condition that forced the program's
 * runtime to fork, from a dated table with sources. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/analysis/groups.h"
#include "user/model/stack.h"
#include "user/text/strbuf.h"

/* Where in a stack a row is recognised. */
enum forced_where {
	FORCED_ANYWHERE,
	FORCED_BY_FIRST, /* the first function that is not the C library's */
	FORCED_BY_LIBC,	 /* one of the C library's */
};

enum forced_children { FORCED_ANY, FORCED_EXECS, FORCED_STAYS };

/* A row. The patterns are those of fnmatch(3), for the name of one frame. */
struct forced {
	const char *runtime;
	const char *frame;
	enum forced_where where;
	const char *also; /* another frame has this; or NULL */
	enum forced_children children;
	const char *why;
	const char *source;  /* a URL */
	const char *checked; /* the day when the source said so */
};

/* All rows. */
extern const struct forced forced_rows[];
extern const size_t forced_row_count;

/* The row of a stack that forked; `execs`: some of the children execed. NULL: it is in none. */
const struct forced *forced_of(const struct stack *s, bool execs);

/* Whether it is asked of a group: of forks, by their stack. */
bool forced_asked(const struct group *g);
/* The row of such a group; NULL: it is in none. */
const struct forced *forced_of_group(const struct group *g);

/* Adds "fork < uv_spawn < ..": the C library's call and, of those before it, the last few. */
void forced_add_path(struct strbuf *text, const struct stack *s);
