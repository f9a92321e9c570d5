/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a method's cost grows along an axis: the parent's memory, its VMAs, its descriptors; with 95
 * % intervals (blocks.h). */
#pragma once

#include "user/analysis/rows.h"

/*
 * The slopes of least-squares lines through the medians of rows; NAN where not known, their low and
 * high where there is no interval.
 */
struct slopes {
	struct interval call, started, total; /* per unit of the axis (axis.h) */
	struct interval bill;		      /* the same, from cells with all probes */
	struct interval copy;		      /* copy_mm per present PTE copied; of memory only */
};

/*
 * Of row `first` and all later ones that differ from it in this axis alone; "rss_bytes" is the
 * parent's memory. No `copy` where pages are huge: what is counted then is not what is copied. 0, 1
 * if there are no slopes (fewer than two values of the axis), or -ENOMEM.
 */
int slopes__of(struct slopes *s, const struct rows *rows, size_t first, const char *axis);

/* The same; `lines` is rows__index() without the axis: of many lines, none reads all rows. */
int slopes__along(struct slopes *s, const struct rows *rows, size_t first,
		  const struct cell_index *lines);

/* Sums of a least-squares line. */
struct fit {
	size_t n;
	double x, y, xx, xy;
};

/* One line through all samples, and one through each block's. Begins as {0}. */
struct fits {
	struct fit all, block[BLOCK_COUNT_MAX];
	size_t blocks;
};

/* Adds a point: a place on the axis, its estimate from all samples, and those of the blocks. A
 * block in which a point is missing gets no line: its slope would be one of other points. */
void fits__add(struct fits *f, double x, double y, const struct blocks *b);
/* NAN of fewer than two places. */
struct interval fits__slope(const struct fits *f);

/* A row against its reference. */
enum row_order { ROW_FASTER, ROW_WITHIN_NOISE, ROW_SLOWER };

/* By the interval of its ratio; without one, by the ratio itself, of which 1 is not slower. */
enum row_order row__order(const struct row *row);

/*
 * The size in bytes at which rows of ascending sizes, all with a ratio, begin or cease to be slower
 * than their references: where straight lines through the medians cross in a log-log plot (a linear
 * one from a size of 0, which has no logarithm). The interval has all sizes between at which the
 * interval of the interpolated ratio holds 1 (Fieller 1954, JRSS B 16(2): a test for each
 * candidate, inverted). NAN unless the order changes just once, from one to the other.
 */
struct interval line__crossing(const struct row *const *v, size_t n);
