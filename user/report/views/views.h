/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A page consists of views. A view is a file NAME.c that defines view_NAME, which gives its data
 * and writes them as tables, a script NAME.js that draws them, and its name in this list.
 */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "user/report/report.h"

/* In the order of the page. */
#define VIEWS(X)                                                                                   \
	X(gate)                                                                                    \
	X(changes)                                                                                 \
	X(answer)                                                                                  \
	X(figure)                                                                                  \
	X(scenario)                                                                                \
	X(anatomy)                                                                                 \
	X(phases)                                                                                  \
	X(latency)                                                                                 \
	X(births)                                                                                  \
	X(environment)                                                                             \
	X(spread)                                                                                  \
	X(stall)                                                                                   \
	X(cow)                                                                                     \
	X(compare)                                                                                 \
	X(kernels)                                                                                 \
	X(method)

struct view {
	const char *id; /* of its section and its script */
	const char *title;
	bool of_all; /* of all runs at once: it stands above the picker of a run */
	/* What its script draws; a JSON null if the runs have nothing for this view, which is then
	 * left out. NULL: out of memory. */
	json_t *(*data)(const struct report *p);
	/* Writes its text and tables as HTML. */
	void (*write)(const struct report *p, FILE *out);
};

#define X(name) extern const struct view view_##name;
VIEWS(X)
#undef X
