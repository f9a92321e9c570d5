/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside the store: single values out of a parsed line. The file is not trusted, so each says what
 * it found wrong. They return 0, -EINVAL with a reason, or -ENOMEM; `name` is what the reason calls
 * the value.
 */
#ifndef SPAWNSCOPE_STORE_VALUE_H
#define SPAWNSCOPE_STORE_VALUE_H

#include "user/store/line.h"

/* Sets the reason and returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int store_fault(struct reason *why, const char *format, ...);

/* A name out of the file, fit to be quoted in a reason. */
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

#endif
