/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The gate's report: rows of compared metrics, notes, and the verdict that they add up to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/analysis/metric.h"

/* The values are the gate's exit statuses. */
enum gate_verdict {
	GATE_PASS = 0,
	GATE_REGRESSION = 1,
	GATE_TROUBLE = 2, /* nothing was decided: the headline says why */
	GATE_INCONCLUSIVE = 4,
	GATE_NOT_COMPARABLE = 5,
};

const char *gate_verdict_name(enum gate_verdict v); /* "pass", "not comparable" */

/* How a row was decided. */
enum gate_kind {
	GATE_EXACT,	  /* equality, or the tolerance */
	GATE_STATISTICAL, /* a test on pairs of runs */
	GATE_BUDGET,	  /* against a limit */
	GATE_SHOWN,	  /* it does not gate */
};

struct gate_row {
	char cell[128];	    /* "fork at 64M thp", escaped */
	char metric[96];    /* a metric's name, or a budget's rule */
	char probe_set[32]; /* that the values were taken with; "" in a budget of a profile */
	char unit[16];
	const struct metric *of; /* NULL: no single metric */
	enum gate_kind kind;
	enum gate_verdict verdict;
	bool improved;
	bool demoted; /* exact by nature, but it varies */
	bool by_sum;  /* its medians are not worse, but its sum or its largest values are: a and b
		       * are means of these */
	bool unlike;  /* an exact count: medians are equal, but samples are distributed otherwise */
	bool pooled;  /* a mean or a tail of all samples of a side */
	bool moved;   /* of a pooled one: B is above A, at the level of a regression */
	size_t pairs;
	/* Medians over a side's runs; of a pooled metric over its samples; of a budget the limit
	 * and the value. */
	double a, b;
	double change, low, high; /* from A to B: 0.25 is +25 %; NAN or infinite: not known */
	double tolerance;	  /* of an exact one: B may be above A by so many units; NAN: 0 */
	bool split;		  /* pairs are of two kinds, so that no one change describes them */
	double smallest;	  /* the smallest change that would probably have been seen; NAN */
	double needed;		  /* pairs that would probably decide; NAN */
	double spread;		  /* of ln(B/A) from pair to pair; NAN */
	double p_regression, p_pass, p_better, p_permutation; /* NAN: none */
	double p_more; /* of a pooled metric: that B is above A at all */
	char note[160];
	bool few_pairs;	 /* that is what the note says: too few to decide at any size of a change */
	size_t accepted; /* passes by this line of a file of accepted changes; 0: by itself */
	size_t place;	 /* before rows are sorted */
};

struct gate_difference {
	char name[64];
	char a[256], b[256]; /* what does not fit ends with an ellipsis */
	bool declared;
};

struct gate_report {
	enum gate_verdict verdict;
	char headline[1024]; /* the first line, without the verdict */
	char cause[512];     /* by function, which the headline has, too; "": not known */
	char *clock;
	double margin, margin_mean, margin_tail;
	double alpha_regression, alpha_pass; /* as used at this look */
	bool waits;	    /* means and tails gate, so that a pass takes all pairs planned */
	size_t few_samples; /* of a side, of which tails were not compared; 0: they were */
	char samples[160];  /* what the first line says of samples that are missing; "": nothing */
	size_t runs_a, runs_b;
	size_t pairs;
	char *order; /* in which runs were taken, "ABBA"; NULL: not known */
	struct gate_row *rows;
	size_t row_count;
	struct gate_difference *differences;
	size_t difference_count;
	char **notes;
	size_t note_count;
};

/* Adds an empty row. NULL: out of memory. Invalidates pointers to rows. */
struct gate_row *gate_report__add_row(struct gate_report *r);

/* Sets the row's note, escaped; what does not fit ends with an ellipsis. */
__attribute__((format(printf, 2, 3))) void gate_row__note(struct gate_row *row, const char *format,
							  ...);

/*
 * What people read as B beside A and the change. Of pairs that is A x (1 + change), since the
 * change is estimated from the pairs and is not that of the medians.
 */
double gate_row__new(const struct gate_row *row);

/* So many more of a count mean little: as much as between two layouts. In the row's unit. */
double gate_row__few(const struct gate_row *row);

/* Whether it is about failed calls. */
bool gate_row__is_failed(const struct gate_row *row);

/* What B has more than A, as a share: of the row's values; infinity from 0, 0 from 0 to 0. */
double gate_row__change(const struct gate_row *row);

/* Adds a note, escaped, once. 0 or -ENOMEM. */
__attribute__((format(printf, 2, 3))) int gate_report__note(struct gate_report *r,
							    const char *format, ...);

/* The row of the same cell, probe set and metric; NULL: there is none. */
struct gate_row *gate_report__row_like(struct gate_report *r, const struct gate_row *like);

void gate_report__free(struct gate_report *r); /* frees what r holds, and clears it */

/*
 * Sorts the rows, the worst first, and sets verdict and headline from them. A verdict that is
 * already GATE_NOT_COMPARABLE stays: the headline then names the differences, unless it is set.
 */
void gate_report__conclude(struct gate_report *r);
