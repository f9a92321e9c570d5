/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The metrics: what is measured of a cell or a birth, one row each. The gate, its budgets and the
 * exports take names, units and values from this table: to add a metric, add its row.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/model/birth.h"
#include "user/model/run.h"

enum metric_kind {
	METRIC_TIME, /* measured by the driver */
	METRIC_TAIL, /* a high quantile of these */
	METRIC_MEAN,
	METRIC_SLOWEST, /* the mean of those above a high quantile */
	METRIC_PHASE,	/* measured by probes */
	METRIC_BILL,	/* added up from phases */
	METRIC_COUNT,
	METRIC_FAILED, /* failed calls per 1000 */
};

struct metric {
	const char *name;    /* in reports and on command lines: "call", "copy_mm" */
	const char *aliases; /* other spellings on command lines, separated by blanks; or NULL */
	const char *unit;    /* NULL: ns, or instructions in the lab */
	const char *brief;   /* one line */
	enum metric_kind kind;
	bool cost;	  /* less is better; without it, a value only describes */
	bool usual;	  /* gates on a machine unless --metric chooses others */
	bool layout;	  /* ASLR moves it by a few pages */
	enum phase phase; /* the births that have this phase have the value; PHASE_none: all */
	enum count count; /* of a METRIC_COUNT */
	double quantile;  /* of the samples of a cell: 0.5 is the median; of a mean NAN */
	size_t series;	  /* where in struct cell its samples stand: metric_series() finds them */
	/* The value in a cell; NAN: none. */
	double (*value)(const struct metric *m, const struct cell *c);
	/* The value of one birth of a profile, or MISSING. NULL: profiles do not have it. */
	int64_t (*of_birth)(const struct metric *m, const struct birth *b);
};

/* Ends with a row without a name. Reports show metrics in this order. */
extern const struct metric metrics[];

/* Finds a metric by its name or another spelling; NULL: there is none. */
const struct metric *metric_by_name(const char *name);
const struct metric *metric_of_sample(enum sample_kind s);
const struct metric *metric_of_phase(enum phase p);
const struct metric *metric_of_count(enum count c);
/*
 * Whether rare samples move it, so that a comparison takes it from all samples of a side together:
 * METRIC_TAIL, METRIC_MEAN and METRIC_SLOWEST.
 */
bool metric_is_pooled(const struct metric *m);
/* Of such a metric: the one whose samples these are. */
const struct metric *metric_of_tail(const struct metric *tail);

/* Whether values are numbers of things, not times: METRIC_COUNT and METRIC_FAILED. */
bool metric_is_count(const struct metric *m);

/* Whether it is measured by probes and has this phase in it: METRIC_PHASE and METRIC_BILL. */
bool metric_has_phase(const struct metric *m, enum phase p);
bool metric_is_probed(const struct metric *m);
/* Whether it is what others wait while a process forks. */
bool metric_is_stall(const struct metric *m);

/*
 * Why a run has no value of a probed metric or a stall, or a cell of it unless that is NULL: "the
 * child does not exec". NULL: not known. *phase: the phase that is absent.
 */
const char *metric_absent(const struct metric *m, const struct run *r, const struct cell *c,
			  enum phase *phase);

/* "ns", "instructions", "pages", "of 1000 calls": the unit in a run with this clock. */
const char *metric_unit(const struct metric *m, const char *clock);

/* The probe sets to take it from, the best first; ends with NULL. */
const char *const *metric_probe_sets(const struct metric *m);

/* The samples of a cell that it is computed from. */
const struct series *metric_series(const struct metric *m, const struct cell *c);

/* A set of metrics: a bit each. */
uint64_t metric_bit(const struct metric *m);
