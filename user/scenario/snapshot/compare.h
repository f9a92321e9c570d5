/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes while a store is saved, in times of writes before: the first ones of the save, and as many
 * in each of some parts before it. So all writes that wait for the fork are in, and how long the
 * child then lives does not thin them out: with all writes of a save, a slower child would have the
 * better p99.
 *
 * What the host or other programs take from the machine makes the writes before a save wait, too,
 * and the ratio small. Whether a part before a save counts is decided by what they took, never by
 * how long its writes waited. Every save counts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/model/run.h"
#include "user/scenario/snapshot/load.h"
#include "user/scenario/snapshot/subject.h"

/* Of the writes of a part of a round. NAN: there are too few. */
typedef double compare_statistic(const struct series *writes);
double compare_p99(const struct series *writes);
double compare_most(const struct series *writes);

/*
 * Whether a part before a save can stand for a machine left alone: the host took at most 0.5 % of
 * the time (on one CPU of two that is a hundredth, as p99), other tasks at most 1 % of the store's
 * CPU, and the client, which does little, waited for a CPU at most 10 %. A kernel thread that works
 * there for some ms each second (DAMON's does) takes about 0.5 %, a busy one decides p99 and the
 * maximum alone. MISSING is not held against it.
 */
bool compare_is_quiet(double seconds, int64_t stolen_ns, int64_t others_ns,
		      int64_t client_waited_ns);

/* How many writes are compared: as many as the smallest part or save of any store has. */
size_t compare_window(const struct run *r);

struct growth {
	double ratio; /* the median over the saves by that over quiet parts; NAN: there is none */
	double low, high; /* with the least and the most of a save in place of the median */
	unsigned int rounds, parts, quiet_parts;
};
struct growth compare_growth(const struct run *r, const struct snapshot_subject *u,
			     compare_statistic *of);

enum agreement {
	AGREEMENT_NONE,	   /* one of them has no save with that statistic */
	AGREEMENT_FEW,	   /* less than three rounds, than five quiet parts, or than a third */
	AGREEMENT_UNCLEAR, /* one round less would change it */
	AGREEMENT_YES,
	AGREEMENT_NO,
};
/*
 * Whether the ratios of two stores are within a factor of two of each other. In the lab, where runs
 * are exact, one round decides.
 */
enum agreement compare_within_two(const struct run *r, const struct snapshot_subject *a,
				  const struct snapshot_subject *b, compare_statistic *of);
