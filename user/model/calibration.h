/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What births cost on this machine: a few figures from a short untraced bench. The estimates of a
 * profile (analysis/whatif.h) use them.
 */
#pragma once

#include <stdbool.h>

#include "user/model/series.h"

/*
 * X(name in files, brief): times of the call, entry to return in the parent. A parent of 1 MiB
 * stands for any small one, and for posix_spawn, which copies no memory, for a large one as well.
 */
#define FIGURES(X)                                                                                 \
	X(fork, "fork from a parent of 1 MiB")                                                     \
	X(fork_exec, "fork from a parent of 1 MiB, whose child execs")                             \
	X(posix_spawn, "posix_spawn from a parent of 1 MiB, to the child's exec")                  \
	X(fork_mib_4k, "what a fork takes more for each further MiB of 4 KiB pages")               \
	X(fork_mib_thp, "what a fork takes more for each further MiB of huge pages (THP)")

enum figure {
#define X(name, brief) FIGURE_##name,
	FIGURES(X)
#undef X
		FIGURE_COUNT
};

/* Times, or the reason why there are none. */
struct figure_value {
	int64_t low, mid, high; /* 10 %, 50 % and 90 % quantiles, in the run's clock */
	char *absent;		/* why there are none, or NULL */
};

struct calibration {
	int64_t taken_ms; /* since 1970, or MISSING */
	struct figure_value v[FIGURE_COUNT];
};

/* Memory of the two parents, bytes. */
#define CALIBRATION_SMALL (1LL << 20)
#define CALIBRATION_LARGE (64LL << 20)

/*
 * A calibration is noisy if a figure's 90 % quantile is more than so many times its 10 % quantile.
 * FIGURE_fork_mib_thp does not count: it is near 0, so any machine spreads it.
 */
#define CALIBRATION_NOISY 3

void calibration__free(struct calibration *c); /* accepts NULL */

/* NULL if the figure is absent. Accepts NULL. */
const struct figure_value *calibration_figure(const struct calibration *c, enum figure f);

/* Whether the machine was too busy for it. */
bool calibration_is_noisy(const struct calibration *c);

const char *figure_name(enum figure f);
int figure_by_name(const char *name); /* -1 if unknown */

/* Marks a figure as absent. 0 or -ENOMEM. */
int figure_set_absent(struct figure_value *v, const char *why);
