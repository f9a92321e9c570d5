/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The axes of a cell's key whose values are numbers, in words. */
#pragma once

#include <stdbool.h>

struct axis_words {
	const char *name;  /* in a cell's key */
	const char *title; /* what varies: "additional VMAs" */
	const char *one;   /* what costs, with its article: "a VMA" */
	const char *unit;  /* after "per": "VMA" */
	double step;	   /* how much of the axis a unit is: a MiB is 1048576 */
	bool bytes;	   /* its values are bytes */
};

/* NULL: an axis whose name says all that is known. */
const struct axis_words *axis_words(const char *name);
