/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The cells of a bench as tables, pages and sentences show them: a row per method and parent, taken
 * with one probe set, with its cells of the other probe sets, its names and its quantiles.
 */
#pragma once

#include "user/analysis/blocks.h"
#include "user/analysis/quantiles.h"
#include "user/model/run.h"
#include "user/text/strbuf.h"

/* The methods to which others are compared: those that exec, and those that do not. */
#define ROW_REFERENCE	      "posix_spawn"
#define ROW_REFERENCE_NO_EXEC "fork"

/* Why a method that execs may have no time at which its program runs. */
#define ROW_STARTED_ABSENT                                                                         \
	"absent where another program (--program) is untraced or a shell starts it"

#define AXES_MAX 16

/*
 * The axes in which cells of a run differ, except for method, trace and rss_bytes, which tables
 * show by themselves. Names of parents include these. Axes beyond AXES_MAX are left out.
 */
struct axes {
	const char *name[AXES_MAX]; /* borrowed from the cells */
	size_t n;
	/* Programs are shown by the fewest words that keep them apart. */
	size_t program_parts; /* of the path, from its end; 0: all */
	bool programs_cut;    /* and not more than a few columns */
};

void axes__find(struct axes *a, const struct run *r);
/* Adds those that `a` has not. */
void axes__add(struct axes *a, const struct axes *more);
/* Appends the cell's value on the axis: "thp", "1000", "64K"; "-" if it has none. Not escaped. */
void axes__value(const struct axes *a, const struct cell *c, const char *axis, struct strbuf *out);
/* Appends the cell's values, each after a blank: " thp vmas=1000 child_write=64K". Not escaped. */
void axes__describe(const struct axes *a, const struct cell *c, struct strbuf *out);

struct row {
	const struct cell *cell;	 /* taken with the probe set of the rows */
	const struct cell *full;	 /* taken with all probes, or NULL */
	const struct cell *bare;	 /* taken without probes, if that is another one, or NULL */
	const struct row *reference;	 /* that of its kind from the same parent, or NULL */
	const struct row *first_program; /* the same with the first program; NULL: only one */
	size_t group;			 /* the same number for all rows with this parent */
	size_t line;	    /* the same number for all rows that differ only in the parent's size */
	int64_t rss;	    /* bytes, or MISSING */
	const char *method; /* "fork" */
	char *parent;	    /* "64 MiB thp" */
	char *label;	    /* "fork", or "fork thp" if the run has other pages, too */
	struct spread call, started, total; /* spawn_ns, exec_ns, total_ns */
	struct blocks call_blocks, started_blocks, total_blocks;
};

struct rows {
	const struct run *run;
	struct cell_index index; /* of their cells, without the probe set */
	struct row *v; /* parents by ascending size, each one's rows together in the run's order */
	size_t n;
	bool instructions; /* the clock counts them */
};

/* The probe set whose times are shown: PHASES if a cell has data with it, else NONE. */
enum probe_set rows_probe_set(const struct run *r);

/*
 * The cells of the run with this probe set that have data. Borrows from the run. 0 or -ENOMEM; free
 * it in any case.
 */
int rows__init(struct rows *rows, const struct run *r, enum probe_set set, const struct axes *axes);
void rows__free(struct rows *rows);

/*
 * Of the rows' cells, by their keys without that axis, for cell_index__free(). 0 or -ENOMEM; free
 * it in any case.
 */
int rows__index(const struct rows *rows, const char *except, struct cell_index *x);

/* The row whose key is this cell's, except for the probe set; NULL if there is none. */
const struct row *rows__find(const struct rows *rows, const struct cell *like);

/*
 * How long the parent was off the CPU in its call because the child ran first: where there is one
 * CPU and the call does not wait for the child, from the child's first instruction to the call's
 * return. Time that no phase has.
 */
struct off_cpu {
	size_t first, calls; /* calls in which the child ran first, of those where it is known */
	double ns;	     /* median of those `calls`; NAN if the child ran first in none */
	double rest;	     /* median of `unattributed` without it; NAN if not known */
};

#define ROW_OFF_CPU	  "off_cpu"
#define ROW_OFF_CPU_BRIEF "the child ran first, on the only CPU: to the call's return"

/* 0 or -ENOMEM. */
int row__off_cpu(const struct rows *rows, const struct row *row, struct off_cpu *off);

/* Whether the children exec. */
bool row__execs(const struct row *row);

/*
 * What the method is judged by. If its children exec, when the program runs: fork returns before,
 * and posix_spawn after. Else how long the call takes.
 */
const struct spread *row__judged(const struct row *row);
/* The medians of its blocks. */
const struct blocks *row__judged_blocks(const struct row *row);

/*
 * Its median, in medians of the reference's; NAN if either is not known. Intervals have it and the
 * median as their estimates.
 */
double row__ratio(const struct row *row);
struct interval row__judged_interval(const struct row *row);
struct interval row__ratio_interval(const struct row *row);

/* Its total in those of the first program by the same call from the same parent; NAN: only one. */
double row__program_ratio(const struct row *row);

/* The row's median in medians of another one, both by what they are judged by, block by block. */
struct interval row__against(const struct row *row, const struct row *other);

/*
 * The cell with values of this phase: the row's own, else the one with all probes. *starred is set
 * for the latter: it has few samples, and the probes' cost is in them. NULL if neither has any.
 */
const struct cell *row__phase(const struct row *row, enum phase p, bool *starred);

/* The cell with its bill: the one with all probes if it has any, since all methods have it there.
 * NULL: none has. */
const struct cell *row__bill(const struct row *row);

/* The same for a count, which is exact with any probe set. */
const struct cell *row__count(const struct row *row, enum count c);
