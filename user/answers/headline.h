/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a bench is about, in one sentence and three figures. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/analysis/rows.h"

#define HEADLINE_FIGURES 3

/* Plain text with names from the run in it: escape it. */
struct headline {
	char sentence[640];
	struct {
		char label[128]; /* "fork-exec, program runs after" */
		char figure[64]; /* "23.7 ms (22.0 to 25.2)" */
	} figures[HEADLINE_FIGURES];
	size_t n;
};

/*
 * From the parent where it takes longest: the slowest way to start a program, or without exec to
 * make a child; how long posix_spawn takes, or the fastest; and where the time of the first goes.
 * Shells (system, popen) are left out beside others. False: there are no two to compare, or the run
 * compares programs.
 */
bool headline__of(struct headline *h, const struct rows *rows);
