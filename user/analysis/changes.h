/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What changed from one bench run to another, for each time and phase of each cell that both have.
 *
 * Two times differ if the runs' own 95 % intervals (blocks.h) have no value in common; of exact
 * runs, if they are not the same. Two intervals that just miss each other are a test at about 0.6 %
 * (Schenker and Gentleman 2001, The American Statistician 55(3)): of a hundred times that did not
 * change, less than one differs by chance. What slows a machine for the whole of one run is in no
 * interval.
 */
#pragma once

#include "user/analysis/rows.h"

enum change_kind {
	CHANGE_LONGER,
	CHANGE_SHORTER,
	CHANGE_NOISE,	/* the intervals meet; of exact runs: the same */
	CHANGE_UNKNOWN, /* a run has no interval */
	CHANGE_KINDS
};

/* The times of a birth beside its phases: of methods that exec `started`, of others `call`. */
enum change_time { CHANGE_started, CHANGE_call, CHANGE_total, CHANGE_bill, CHANGE_TIMES };

struct change {
	const struct row *from, *to;
	int time;	      /* enum change_time, or -1: a phase */
	enum phase phase;     /* PHASE_none: a time */
	bool starred;	      /* from the few samples with all probes, of both runs */
	bool other_source;    /* of a phase: each run has it from another probe */
	struct interval a, b; /* ns or instructions */
	double weight;	      /* (b - a) in times of the whole birth before */
	enum change_kind kind;
};

struct changes {
	struct change *v; /* longer ones by falling weight, then shorter ones, then the others */
	size_t n;
	size_t count[CHANGE_KINDS];
	bool exact; /* of the lab: intervals are not needed */
};

/* "call", "copy_mm" */
const char *change__name(const struct change *c);

/* The change as a factor, b / a; NAN if a is 0. */
double change__ratio(const struct change *c);

/*
 * Both runs' times must have one unit. Phases that the runs have with different probe sets are left
 * out. 0 or -ENOMEM; free it in any case.
 */
int changes__of(struct changes *c, const struct rows *from, const struct rows *to);
void changes__free(struct changes *c);

/* Those of one name and kind, of all their cells. */
struct change_group {
	const struct change *worst; /* the one with the largest weight */
	size_t cells;
	double least, most; /* of change__ratio(); NAN: not known */
};

/*
 * Puts what is longer or shorter together by name and kind, in the order of `c`. `*groups` is to be
 * freed. Their number, or -ENOMEM.
 */
int changes__groups(const struct changes *c, struct change_group **groups);
