/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What tracing adds to the call: with probes in times without them, block by block. */
#pragma once

#include "user/analysis/rows.h"

struct tracing {
	size_t cells;			/* that were measured both with and without probes */
	struct interval mean;		/* geometric, over these cells */
	const struct row *least, *most; /* NULL without cells */
	struct interval of_least, of_most;
};

/* 0 or -ENOMEM. */
int tracing__of(struct tracing *t, const struct rows *rows);
