/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tree of an anatomy on one axis, for viewers that know only times: each path is as long as its
 * own weight and that of what it called, which stands first, the largest first. So a viewer that
 * adds up sees the same sums.
 */
#pragma once

#include "user/analysis/calls/walk.h"

struct icicle {
	struct call_walk walk;
	int64_t *from, *length; /* by node */
	int64_t whole;
};

/* Of instructions, if metric is CALL_METRIC_COUNT. 0 or -ENOMEM; free it in any case. */
int icicle__init(struct icicle *v, const struct call_tree *t, enum call_metric metric);
void icicle__free(struct icicle *v);
