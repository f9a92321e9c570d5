/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside the store: checked values out of a parsed line, which may hold anything. They return 0,
 * -EINVAL with a reason that calls the value `name`, or -ENOMEM.
 */
#pragma once

#include <jansson.h>

#include "user/model/series.h"

struct lifted;

/* Times and counts of births: sums of some dozen do not overflow. */
#define STORE_NUMBER_MAX (INT64_MAX >> 8)

/* The kernel's MAX_ERRNO (include/linux/err.h). */
#define STORE_ERRNO_MAX 4095

/*
 * The members of the line `end`, in the order in which they are written. Those of a profile may be
 * missing, and are not written for a bench.
 */
#define END_NUMBERS(OF_ALL, OF_PROFILE)                                                            \
	OF_ALL(births)                                                                             \
	OF_ALL(started)                                                                            \
	OF_ALL(started_untraced)                                                                   \
	OF_ALL(lost)                                                                               \
	OF_PROFILE(duration_ns)                                                                    \
	OF_PROFILE(births_lost)                                                                    \
	OF_PROFILE(restarts)                                                                       \
	OF_PROFILE(births_unseen)                                                                  \
	OF_PROFILE(untracked)                                                                      \
	OF_PROFILE(filtered)                                                                       \
	OF_ALL(missed)

/* What is wrong with a line, for the user. */
struct reason {
	char text[256];
	const struct lifted *lifted; /* the arrays that were taken out of the line, or NULL */
};

/* Sets the reason and returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int store_fault(struct reason *why, const char *format, ...);

/* A name out of the file, escaped for a reason. */
struct store_quoted {
	char text[64];
};

struct store_quoted store_quote(const char *name);

int store_number(const json_t *json, const char *name, int64_t *number, struct reason *why);
int store_number_or_null(const json_t *json, const char *name, int64_t *number, struct reason *why);
/* *text is malloc'ed. */
int store_text(const json_t *json, const char *name, char **text, struct reason *why);
/* Leaves *text alone if the object has no such member. */
int store_optional_text(const json_t *object, const char *name, char **text, struct reason *why);
/* Exactly `n` numbers or nulls. */
int store_series(const json_t *json, const char *name, size_t n, struct series *s,
		 struct reason *why);
