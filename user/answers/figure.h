/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A run beside what was published of the same axes: lines to draw, and what agrees. Pure. */
#pragma once

#include "user/analysis/rows.h"
#include "user/answers/answer.h"
#include "user/answers/published.h"

/* The published figure whose suite the run is of; NULL: none. */
const struct figure *figure_of(const struct run *r);

/* A point of a line of ours: its place on the axis, or the number of its word. */
struct figure_point {
	double x;
	struct interval y; /* ns or instructions; of cells with @page_tables bytes */
};

/*
 * The points of a line of ours, by ascending places: at most `most`. How many, or -ENOMEM.
 */
int figure_line__points(const struct figure *f, size_t line, const struct rows *rows,
			struct figure_point *points, size_t most);

enum figure_verdict {
	FIGURE_AGREES,
	FIGURE_DIFFERS,
	FIGURE_UNDECIDED, /* its interval has values of both */
	FIGURE_NO_UNIT,	  /* a time that was published, and instructions */
	FIGURE_UNKNOWN,	  /* the run lacks the cells */
	FIGURE_UNLIKE,	  /* ours is another quantity, which stands beside it */
};

const char *figure_verdict_name(enum figure_verdict v); /* "agrees" */

/* What the run has of a claim. */
struct figure_reading {
	struct interval ours; /* in ns, instructions, bytes, times or percent */
	bool bytes, time;     /* which of these */
	enum figure_verdict verdict;
};

/* Whether the claim is about a run: that of another platform is not. */
bool figure_claim__applies(const struct figure_claim *c, const struct run *r);

/* 0 or -ENOMEM. */
int figure_claim__read(const struct figure_claim *c, const struct rows *rows,
		       struct figure_reading *reading);

/* "1.71 µs (1.68 to 1.79)", "-" */
struct number figure_text_ours(const struct figure_claim *c, const struct figure_reading *r,
			       bool instructions);
/* "325 to 495 ns", "flat" */
void figure_text_published(const struct figure_claim *c, const struct figure_reading *r, char *text,
			   size_t size);
/* Ours in times of the nearest number that was published: NAN where there is none. */
double figure_times(const struct figure_claim *c, const struct figure_reading *r);

/* Adds an answer for each claim. */
void answers__add_figure(struct answers *answers, const struct rows *rows);
