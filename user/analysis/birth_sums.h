/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a report needs of the births of a profile: sums, and a few values of each. The births
 * themselves, which take ten times the memory, need not be kept.
 */
#pragma once

#include "user/analysis/family.h"
#include "user/analysis/groups.h"
#include "user/analysis/spans.h"
#include "user/text/name_set.h"

#define BINS_MAX   120
#define SERIES_MAX 8 /* groups with a series of their own over time; the last is all others */

#define HEAT_ROWS 60 /* of the time of a call, five to a power of ten, from 1 ns on */

/* Births over time, of one group or of those that have no series of their own. */
struct birth_series {
	const struct group *group; /* NULL: all others */
	int64_t n[BINS_MAX];
	double work_ns[BINS_MAX];
};

struct birth_sums {
	struct groups groups; /* by the parent's name and the method, the costliest first */
	size_t group_count;   /* also those that are summed up in groups.other */
	int64_t by_method[CLONE_METHOD_OTHER + 1]; /* births that made a child */
	int64_t bin_ns; /* how long a bin is; the first begins with the first birth */
	size_t bins;
	struct birth_series *series;
	size_t series_count;
	uint32_t (*heat)[HEAT_ROWS]; /* calls of each bin, by how long they took; NULL: no bin */
	struct spans calls;
	struct family family;
	const struct birth_brief
		*slowest; /* the longest call that made a child; NULL: none is known */
	/* All births, in the order in which they began; those of unknown time first. */
	const struct birth_brief **order;
	size_t n;

	struct birth_brief *briefs; /* in the order in which they were added */
	struct name_set names;
	struct group_key *others; /* of the births in groups.other */
	size_t other_count;
};

/* NULL: out of memory. */
struct birth_sums *birth_sums__new(void);
/* Takes what it needs of a birth that is over. 0 or -ENOMEM. */
int birth_sums__add(struct birth_sums *s, const struct birth *b);
/* After the last: fills in all but the groups. 0 or -ENOMEM. */
int birth_sums__finish(struct birth_sums *s);
void birth_sums__free(struct birth_sums *s); /* accepts NULL */

/* The groups that are not among the first `shown`, in sum. */
struct birth_sums_rest {
	size_t groups;
	int64_t births;
	double work_ns;
};

struct birth_sums_rest birth_sums__rest(const struct birth_sums *s, size_t shown);
