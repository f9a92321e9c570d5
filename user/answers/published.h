/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Published figures: what others measured of process creation, and what of it to compare with a run
 * of the suite that has the figure's axes. A new one is a row, and a suite in bench/suite.
 *
 * Cells of ours are named by words: a method, axes of the key, and a value.
 *
 *	fork pages=16k rss_bytes=max @total
 *
 * An axis that is not named must not be there, or be 0; `rss_bytes` may be anything. `min` and
 * `max` are the smallest and the largest parent of those that are left. Values are medians:
 *
 *	@call, @started, @total, @first_run	as in results/README.md; @call if none is; in
 *			the lab a fork's call ends where its child runs first
 *	@child		what the child does from its first instruction on, until it ends
 *	@parent		what the parent does after the call, before the child goes on
 *	@stalled	both the call and that
 *	@each		what a process takes for one of many that it spawns at the same time
 *	@page_tables	bytes, of the child
 *	@slope		of the call, per GB of the parent's memory
 *
 * A GB is 2^30 bytes. Published times are ns, and NAN where only words are known.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define FIGURE_LINES_MAX  7
#define FIGURE_POINTS_MAX 9
#define FIGURE_CLAIMS_MAX 7

struct figure_word {
	const char *label; /* "16 KiB" */
	const char *of;	   /* "pages=16k"; NULL: nothing of ours is like it */
};

/* A line of ours: its cells along the figure's axis, or for each of its words. */
struct figure_line {
	const char *label;
	const char *of;
};

struct published_line {
	const char *label; /* who measured what */
	size_t like;	   /* the line of ours that is about the same */
	bool alone;	   /* none is */
	struct {
		double x, y; /* on the axis, or the number of the word; y is 0 after the last */
	} points[FIGURE_POINTS_MAX];
};

enum figure_kind {
	FIGURE_RATIO, /* `over` in times of `under` */
	FIGURE_SLOPE, /* of `over` along `axis`, per `step` of it, by least squares */
	FIGURE_POWER, /* p where `over` grows as axis^p, by least squares of the logarithms */
	FIGURE_PAGE,  /* `over`, per 4 KiB of the parent's memory */
};

/* What is compared, and when both agree: machines differ in all that has a unit of time. */
struct figure_claim {
	const char *question; /* "what does one more VMA cost?" */
	enum figure_kind kind;
	const char *over, *under;
	const char *axis; /* of the key */
	double step;
	double from;	      /* of POWER: points below this place are left out */
	double scale;	      /* of a RATIO: what it is multiplied by; 0: nothing */
	bool percent;	      /* it is a share */
	double low, high;     /* what was published: one number or a range; NAN: see `words` */
	const char *words;    /* "flat" */
	double factor;	      /* ours agrees if it is within this factor of what was published */
	double least, most;   /* without a factor: if it is from here to there */
	bool unlike;	      /* ours is another quantity, as `words` say: no verdict */
	const char *platform; /* only where the run's hypervisor is this; NULL: anywhere */
};

struct figure {
	const char *suite;  /* "f4" */
	const char *title;  /* "fork against the number of VMAs" */
	const char *source; /* who, when, where */
	const char *absent; /* what is not available, and why; or NULL */
	const char *axis;   /* of the key; NULL: words */
	bool bytes;	    /* it has bytes */
	const char *x_title, *y_title;
	struct figure_word words[FIGURE_POINTS_MAX];
	struct figure_line ours[FIGURE_LINES_MAX];
	struct published_line published[FIGURE_LINES_MAX];
	struct figure_claim claims[FIGURE_CLAIMS_MAX];
};

extern const struct figure *const published_figures[];
extern const size_t published_figure_count;

/* That of a suite; NULL: there is none. */
const struct figure *published_figure(const char *suite);
