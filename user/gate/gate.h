/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The gate: two sets of runs, or a run and a budget, become a report. What is
 * compared with what, and why, is in results/README.md; the mathematics is in
 * gate_stats.h. Nothing here reads files or prints but the functions that say so.
 */
#ifndef SPAWNSCOPE_GATE_H
#define SPAWNSCOPE_GATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "user/model/run.h"

/* The values are exit statuses, as in DESIGN. */
enum gate_verdict {
	GATE_PASS = 0,
	GATE_REGRESSION = 1,
	GATE_INCONCLUSIVE = 4,
	GATE_NOT_COMPARABLE = 5,
};

const char *gate_verdict_name(enum gate_verdict v); /* "pass", "not comparable" */

/* What can be compared: the driver's times, tails of them, the phases, the counts, failed calls. */
enum {
	GATE_METRIC_SAMPLE = 0,
	GATE_METRIC_TAIL = GATE_METRIC_SAMPLE + SAMPLE_COUNT,
	GATE_METRIC_PHASE = GATE_METRIC_TAIL + 2,
	GATE_METRIC_COUNT = GATE_METRIC_PHASE + PHASE_COUNT,
	GATE_METRIC_FAILED = GATE_METRIC_COUNT + COUNT_COUNT,
	GATE_METRICS,
};

_Static_assert(GATE_METRICS <= 64, "a set of metrics is a 64-bit mask");

#define GATE_METRIC_BIT(m) (UINT64_C(1) << (m))

const char *gate_metric_name(int metric);  /* "spawn", "spawn_p99", "copy_mm", "failed" */
int gate_metric_by_name(const char *name); /* -1: none */
bool gate_metric_is_tail(int metric);	   /* of a series that is a metric, too */
/* "ns" or "instructions", "pages", "of 1000 calls": of its values in a run of this clock. */
const char *gate_metric_unit(int metric, const char *clock);
/* A name, or one of the groups times, phases, counts, all, as a mask; 0: none. */
uint64_t gate_metric_set(const char *name);

#define GATE_LOOKS_MAX	 4
#define GATE_FACTORS_MAX 32

struct gate_policy {
	double margin;		      /* of statistical metrics: 0.03 is 3 % */
	double tolerance;	      /* of exact metrics: a share */
	double tolerance_absolute;    /* or so many of their units; the larger one counts */
	double alpha_regression;      /* family-wise */
	double alpha_pass;	      /* of each metric */
	size_t looks[GATE_LOOKS_MAX]; /* numbers of pairs at which it is decided, ascending */
	size_t look_count;	      /* 0: once, at what is there */
	size_t look;
	const char *factors[GATE_FACTORS_MAX]; /* declared differences: facts, or groups of them */
	size_t factor_count;
	uint64_t metrics; /* which ones gate; 0: what is usual for the clock */
	bool in_turn;	  /* the runs of both sides were taken in turn, whatever they say */
	bool by_place;	  /* cells whose keys differ belong together by their place in the grid */
	bool every_pass;  /* not one pass of a cell for each metric, but all */
	uint64_t seed;	  /* of the permutation test */
};

extern const struct gate_policy gate_policy_default;

/* How a row was decided. */
enum gate_kind {
	GATE_EXACT,	  /* equality, or the tolerance */
	GATE_STATISTICAL, /* by pairs of runs */
	GATE_BUDGET,	  /* against a limit */
	GATE_SHOWN,	  /* it does not gate */
};

struct gate_row {
	char cell[128];	 /* "fork at 64M thp", fit to be shown */
	char metric[96]; /* a name, or a budget's rule */
	char trace[32];	 /* the pass it is from; "" of a budget */
	char unit[16];
	int id; /* which metric; -1: none */
	enum gate_kind kind;
	enum gate_verdict verdict;
	bool improved;
	bool demoted; /* exact by nature, but it varies */
	size_t pairs;
	double a, b; /* medians over the runs of a side; of a budget the limit and the value */
	double change, low, high; /* of B to A: 0.25 is +25 %; NAN, infinite: not known */
	double smallest;	  /* a change of that size would probably have been seen; NAN */
	double needed;		  /* pairs that would probably decide; NAN */
	double spread;		  /* of ln(B/A) from pair to pair; NAN */
	double p_regression, p_pass, p_permutation; /* NAN: none */
	char note[160];
	size_t place; /* before rows are sorted */
};

struct gate_difference {
	char name[64];
	char a[96], b[96];
	bool declared;
};

struct gate_report {
	enum gate_verdict verdict;
	char headline[256]; /* the first line, without the verdict */
	char *clock;
	double margin, alpha_regression, alpha_pass; /* as they were at this look */
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

/*
 * Compares two sets of runs, one at least on either side. 0 or -ENOMEM; that they cannot be
 * compared is a verdict. The report is zeroed first; free it with gate_report__free.
 */
int gate_compare(const struct run *a, size_t count_a, const struct run *b, size_t count_b,
		 const struct gate_policy *policy, struct gate_report *report);

void gate_report__free(struct gate_report *r);

/* Inside the gate; those that allocate return 0 or -ENOMEM. */
struct gate_row *gate_report__add_row(struct gate_report *r); /* NULL: out of memory */
__attribute__((format(printf, 2, 3))) int gate_report__note(struct gate_report *r,
							    const char *format, ...);

/*
 * Compares the environments of all runs with that of the first; differences are put down. Sets
 * *time_ok and *counts_ok: whether times, and whether counts may be compared.
 */
void gate_environment(const struct run *const *runs, size_t count, const struct gate_policy *policy,
		      struct gate_report *report, bool *time_ok, bool *counts_ok);
/* Whether a fact or group of facts has that name, so that it can be declared. */
bool gate_factor_known(const char *name);

/*
 * How many pages, of memory or of page tables, an address space that is laid out at random has more
 * or less from one process to the next: a stack or a heap reaches into a page more, a mapping into
 * another table. Of 200 parents here none was further than 5 from any other.
 */
#define GATE_LAYOUT_PAGES 8

/* Decides a row that is exact by nature. */
struct gate_values {
	const double *a, *b; /* one for each run; NAN: none */
	size_t count_a, count_b;
	bool varies;  /* within a run */
	double slack; /* what the layout alone may change, in the metric's unit */
};

void gate_decide_exact(struct gate_row *row, const struct gate_values *v,
		       const struct gate_policy *policy);
/* Estimates a row by pairs; gate_decide_pairs then decides all such rows of a report together. */
int gate_estimate_pairs(struct gate_row *row, const struct gate_values *v,
			const struct gate_policy *policy);
int gate_decide_pairs(struct gate_report *report, const struct gate_policy *policy, bool in_turn);

/* The value of a metric in a cell: the median of its samples, NAN if there are none. */
double gate_metric_value(const struct cell *c, int metric);
/* Whether its samples differ among themselves. */
bool gate_metric_varies(const struct cell *c, int metric);
/* Whether any of them is below 0, which no time and no count is; of a phase the median. */
bool gate_metric_negative(const struct cell *c, int metric);
/* What the cell is called, without its pass; escaped. Returns buf. */
const char *gate_cell_name(const struct cell *c, char *buf, size_t size);

/*
 * Puts the rows in order, the worst first; sets verdict and headline by them, or headline by the
 * differences if the verdict is already that these forbid it.
 */
void gate_conclude(struct gate_report *r);

/* "+25.0 %", "-1.3 %", "-" for NAN. Returns buf. */
const char *gate_percent(double change, char *buf, size_t size);
/* A value with its unit, as short as a table needs it. Returns buf. */
const char *gate_value(double value, const char *unit, char *buf, size_t size);

/* Outputs; 0 or -errno. `strict`: an inconclusive verdict counts as a failure. */
int gate_print_text(const struct gate_report *r, FILE *out, bool colour, bool all_rows);
int gate_print_json(const struct gate_report *r, FILE *out);
int gate_print_junit(const struct gate_report *r, FILE *out, bool strict);
int gate_print_ktap(const struct gate_report *r, FILE *out, bool strict);
int gate_print_markdown(const struct gate_report *r, FILE *out, bool strict);

#endif
