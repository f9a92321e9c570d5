/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the births of a profile might have cost by another method. Pure. */
#ifndef SPAWNSCOPE_WHATIF_H
#define SPAWNSCOPE_WHATIF_H

#include <stdio.h>

#include "user/analysis/groups.h"
#include "user/model/calibration.h"

/* Adds a birth to either, if it is a fork of which copy_mm is known. 0 or -ENOMEM. */
int whatif__add(struct whatif *w, struct staying *s, const struct birth *b);

/* What can be said of a group. */
enum whatif_kind {
	WHATIF_SPAWNABLE, /* g->spawnable */
	WHATIF_COPIER,	  /* g->staying, for which posix_spawn is no mend */
};

/* Whether it is worth saying; both may be. */
bool whatif_has(const struct group *g, enum whatif_kind kind);

/* Whether anything is worth saying of the groups, of `top`. */
bool whatif_any(const struct groups *g, size_t top);

/* Of one birth, in the run's clock. NAN: not known. */
struct estimate {
	double low, high;
};

/*
 * Estimates by what this machine was calibrated to. Of forks that exec (WHATIF_SPAWNABLE), the time
 * of the call in the parent:
 *
 *   spawn_call   posix_spawn holds its parent until the child execs. Low: the 10 % quantile of the
 *                calibrated posix_spawn, whose program is small. High: its 90 % quantile, and the
 *                median of what these children's execs took to open their programs (exec_open).
 *                What a child does of its own before its exec is not in it
 *   helper_call  the calibrated fork of a small parent, whose child execs: 10 % to 90 % quantile.
 *                The message to the helper is not in it
 *
 * Of forks that do not (WHATIF_COPIER), the time of copy_mm, were the parent's anonymous memory R
 * in huge pages. With slopes s per MiB of the calibrated fork:
 *
 *   thp_copy     low: R s_thp, as if the copy were of that memory alone; high: what was measured,
 *                less R (s_4k.low - s_thp.high), as if nothing else became cheaper
 */
struct whatif_estimates {
	double call, copy; /* as it was: medians of these forks; call only of those that exec */
	double anon_bytes; /* R; only of those that do not */
	struct estimate spawn_call, helper_call, thp_copy;
	const char *no_thp; /* why there is no thp_copy, or NULL */
};

/* `c` may be NULL. */
struct whatif_estimates whatif_estimate(const struct group *g, enum whatif_kind kind,
					const struct calibration *c);

/* "calibrated on the same boot: fork 5.10 us/MiB of 4 KiB pages, 120 ns/MiB of THP", medians. */
void whatif_basis(enum whatif_kind kind, const struct calibration *c, const char *clock, char *text,
		  size_t size);

/* A line for each kind of each of the groups, of `top`, that is worth it. `c` may be NULL. */
void whatif_print(const struct groups *g, size_t top, const struct calibration *c,
		  const char *clock, FILE *out, bool colour);

/* The same as lines of JSON, as results/README.md has it. 0 or -errno. */
int whatif_write_json(const struct groups *g, size_t top, const struct calibration *c,
		      const char *clock, FILE *out);

#endif
