/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the room: the cells and values that words of published.h name. */
#pragma once

#include "user/analysis/rows.h"

enum figure_value {
	FIGURE_CALL,
	FIGURE_STARTED,
	FIGURE_TOTAL,
	FIGURE_FIRST_RUN,
	FIGURE_CHILD,
	FIGURE_PARENT,
	FIGURE_STALLED,
	FIGURE_PAGE_TABLES,
	FIGURE_EACH,
	FIGURE_SLOPE_OF_CALL,
};

#define FIGURE_AXES_MAX 6
#define FIGURE_NAME_MAX 24

struct figure_cells {
	char method[FIGURE_NAME_MAX];
	struct {
		char name[FIGURE_NAME_MAX], value[FIGURE_NAME_MAX];
	} axes[FIGURE_AXES_MAX];
	size_t n;
	enum figure_value value;
	bool smallest, largest; /* of those that are left */
};

/* Begins as {0}; of several texts, all words count. */
void figure_cells__add(struct figure_cells *c, const char *text);

/* Whether the row is one of them; its place on `along` (or NULL) may be any. */
bool figure_cells__hold(const struct figure_cells *c, const struct row *row, const char *along);

/* The first of them, or of the smallest or largest parent; NULL: none. */
const struct row *figure_cells__find(const struct figure_cells *c, const struct rows *rows,
				     const char *along);

/* A median, and those of the blocks. */
struct figure_median {
	double all; /* NAN: not known */
	struct blocks blocks;
};

/* Of a row, all values but FIGURE_SLOPE_OF_CALL. 0 or -ENOMEM. */
int figure_median__of(struct figure_median *m, const struct rows *rows, const struct row *row,
		      enum figure_value value);
