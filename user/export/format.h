/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The formats of export. A new one is a file that defines export_NAME, and its name in the list. */
#pragma once

#include <stdio.h>

#include "user/base/option.h"
#include "user/model/run.h"

#define EXPORT_FORMATS(X)                                                                          \
	X(csv)                                                                                     \
	X(folded)                                                                                  \
	X(openmetrics)                                                                             \
	X(perfetto)                                                                                \
	X(speedscope)

struct export_format {
	struct option_value value; /* of --format */
	/* Write a bench, a profile, and the anatomies of a bench, which come before its cells.
	 * NULL: the format has no form for it. 0 or -errno. */
	int (*cells)(const struct run *r, FILE *out);
	int (*births)(const struct run *r, FILE *out);
	int (*trees)(const struct run *r, FILE *out);
	/* What a profile must have for it and this one has not, as "has no ..."; NULL: nothing.
	 * May be NULL itself. */
	const char *(*lacks)(const struct run *r);
};

#define X(name) extern const struct export_format export_##name;
EXPORT_FORMATS(X)
#undef X
