/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A question about a run and its answer in words. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/text/layout.h"

#define ANSWERS_MAX 40 /* 15 at most, and one for each of AXES_MAX and FIGURE_CLAIMS_MAX */

/* Plain text with names from the run in it: escape it. */
struct answer {
	char question[96];
	char figure[256]; /* the answer in a few words */
	char detail[1024];
	bool headline; /* a terminal shows the question and the figure: what the run is about */
	bool beside;   /* of an axis beside the memory: a terminal shows it if there is room */
	bool warning;  /* something is wrong with the run as a whole */
	/* Of what one more costs: the figure in parts, for a table. Others have "" here. */
	struct {
		char one[64];  /* "a VMA" */
		char cost[64]; /* "1.23 µs (1.20 to 1.26)" */
		char of[80];   /* where it is largest: "fork from 64 MiB" */
	} slope;
};

/* Append to a part of it, as printf does. */
#define answer__figure(a, ...) layout_append((a)->figure, sizeof((a)->figure), __VA_ARGS__)
#define answer__detail(a, ...) layout_append((a)->detail, sizeof((a)->detail), __VA_ARGS__)

struct answers {
	struct answer v[ANSWERS_MAX];
	size_t n;
};

/* Adds an answer that has only its question. */
__attribute__((format(printf, 2, 3))) struct answer *answers__add(struct answers *answers,
								  const char *question, ...);
