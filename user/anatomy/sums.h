/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Per birth and path what was executed: what trees and phases are made of. */
#pragma once

#include "user/anatomy/paths.h"

struct sums {
	const struct raw *raw;
	const struct raw_births *births;
	struct paths paths;
	uint32_t *of_own; /* the path of each own of the file; NO_PATH: it is of no birth */
	/* Of path i in birth b: [i * births + b]. */
	int64_t *own, *calls;
	int64_t *metrics; /* [(i * births + b) * raw->metric_count + k] */
};

/* 0 or -ENOMEM. Free *s in either case. */
int sums__make(struct sums *s, const struct raw *raw, const struct raw_births *births,
	       const struct symbols *symbols, struct call_tree *tree);
void sums__free(struct sums *s);

/* The median; of an even number the lower one of the middle two. Sorts the values; n > 0. */
int64_t sums_median(int64_t *values, size_t n);
