/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A question about a run and its answer in words. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/text/layout.h"

#define ANSWERS_MAX 32 /* 14 at most, and one for each of AXES_MAX */

/* Plain text with names from the run in it: escape it. */
struct answer {
	char question[96];
	char figure[256]; /* the answer in a few words */
	char detail[1024];
	bool headline; /* a terminal shows the question and the figure: what the run is about */
	bool beside;   /* a page shows it beside its headline, with the other axes */
	bool warning;  /* something is wrong with the run as a whole */
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
