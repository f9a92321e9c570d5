/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every view there is, X(name): view_NAME stands in view_NAME.c, its script in view_NAME.js. */
#ifndef SPAWNSCOPE_REPORT_VIEWS_H
#define SPAWNSCOPE_REPORT_VIEWS_H

#include "user/report/report.h"

#define VIEWS(X)                                                                                   \
	X(answer)                                                                                  \
	X(environment)                                                                             \
	X(latency)                                                                                 \
	X(phases)                                                                                  \
	X(spread)                                                                                  \
	X(cow)                                                                                     \
	X(births)                                                                                  \
	X(gate)                                                                                    \
	X(compare)                                                                                 \
	X(kernels)                                                                                 \
	X(method)

#define X(name) extern const struct view view_##name;
VIEWS(X)
#undef X

#endif
