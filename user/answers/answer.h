/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a run says, in words: the same for a page and for Markdown. */
#ifndef SPAWNSCOPE_REPORT_ANSWER_H
#define SPAWNSCOPE_REPORT_ANSWER_H

#include "user/report/report.h"

#define ANSWERS_MAX 12

/* Plain text, with names from the run in it: to be escaped. */
struct answer {
	char question[96];
	char figure[128]; /* the answer in a few words */
	char detail[1024];
	bool warning; /* what is wrong with the run as a whole */
};

/* In order; returns how many. */
size_t answers_of(const struct report_run *r, struct answer answers[ANSWERS_MAX]);

/* That of when a method is dearer than REPORT_REFERENCE, after `n` others; returns how many there
 * are then. */
size_t answers_of_crossing(const struct report_run *r, const char *method,
			   struct answer answers[ANSWERS_MAX], size_t n);

/* That of whether the run is whole; the same way. */
size_t answers_of_loss(const struct report_run *r, struct answer answers[ANSWERS_MAX], size_t n);

/* Those of a run that has births, after `n` others; returns how many there are then. */
size_t answers_of_births(const struct report_run *r, struct answer answers[ANSWERS_MAX], size_t n);

/*
 * Least squares through the medians of a line's rows (those with its number): time per MiB of the
 * parent, and per present PTE that was copied (NAN where none were counted). False if there are
 * fewer than two sizes.
 */
bool line_slope(const struct report_run *r, size_t line, double *per_mib, double *per_pte);

#endif
