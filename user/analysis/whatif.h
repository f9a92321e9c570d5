/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the births of a profile might have cost by another method. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/analysis/groups.h"
#include "user/model/calibration.h"
#include "user/text/strbuf.h"

/* What is worth a line: at least so much for all births of a group. */
#define WHATIF_WORTH_NS 100000

/* The two kinds of estimates. A group may have both. */
enum whatif_kind {
	WHATIF_SPAWNABLE, /* g->spawnable: posix_spawn in place of fork */
	WHATIF_COPIER,	  /* g->staying, which posix_spawn cannot replace: huge pages */
};

/* Whether an estimate of this kind is worth a line. */
bool whatif_has(const struct group *g, enum whatif_kind kind);

/* Whether one of the first `top` groups has an estimate that is worth a line. */
bool whatif_any(const struct groups *g, size_t top);

/* A time of one birth, in the run's clock. NAN: not known. */
struct estimate {
	double low, high;
};

/*
 * Estimates from this machine's calibration. For forks that exec (WHATIF_SPAWNABLE), the time of
 * the call in the parent:
 *
 *   spawn_call   posix_spawn holds its parent until the child execs. Low: the 10 % quantile of the
 *                calibrated posix_spawn, whose program is small. High: its 90 % quantile, plus the
 *                median time that these children's execs took to open their programs (exec_open).
 *                It leaves out what a child does before its exec
 *   helper_call  the calibrated fork of a small parent whose child execs: 10 % to 90 % quantile.
 *                It leaves out the message to the helper
 *
 * For forks that do not exec (WHATIF_COPIER), the time of copy_mm if huge pages backed the parent's
 * anonymous memory R. With slopes s per MiB of the calibrated fork:
 *
 *   thp_copy     low: R s_thp.low, as if fork copied that memory alone; high: the measured copy_mm
 *                less R (s_4k.low - s_thp.high), as if nothing else became cheaper, but at least
 *                R s_thp.high, and at most the measured one. None if the births took less than the
 * calibration explains
 */
struct whatif_estimates {
	double call, copy; /* measured: medians of these forks; call only for WHATIF_SPAWNABLE */
	double anon_bytes; /* R; only for WHATIF_COPIER */
	struct estimate spawn_call, helper_call, thp_copy;
	const char *
		no_thp; /* why there is no thp_copy, or NULL; whatif_add_no_thp() has the figures */
	bool cheap;	/* that is why: the copy is as cheap as huge or shared pages make it */
	bool contradicted; /* or: calibration and births contradict each other */
};

/* `c` may be NULL. */
struct whatif_estimates whatif_estimate(const struct group *g, enum whatif_kind kind,
					const struct calibration *c);

/* Adds why there is no thp_copy, with the figures that contradict each other. */
void whatif_add_no_thp(struct strbuf *text, const struct whatif_estimates *e,
		       const struct calibration *c, const char *clock);

/*
 * Adds "calibrated on the same boot: fork 5.10 us/MiB of 4 KiB pages, 120 ns/MiB of THP". A noisy
 * calibration is said to be noisy.
 */
void whatif_add_basis(struct strbuf *text, enum whatif_kind kind, const struct calibration *c,
		      const char *clock);
