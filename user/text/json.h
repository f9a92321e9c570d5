/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Building JSON. Functions accept the NULL of a failed one and return NULL in turn, so that only
 * the end result needs a check.
 */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "user/text/strbuf.h"

/* Each takes the value over and returns the object or array. On failure, or if one of the two is
 * NULL, both are freed and the result is NULL. */
json_t *json__put(json_t *object, const char *name, json_t *value);
json_t *json__push(json_t *array, json_t *value);

/* From text that may be malformed UTF-8: malformed bytes become \xHH. */
json_t *json__text(const char *text);
/* Appends a string with its quotes; U+FFFD replaces each malformed byte. */
void json__add_text(struct strbuf *to, const char *text);
/* null for NAN; whole numbers are written as such, others with six significant digits. */
json_t *json__number(double number);

/* Frees the value and returns JSON's null. */
json_t *json__discard(json_t *value);

/* Writes the value so that it may stand in a script element: "<" is escaped. 0 or -ENOMEM. */
int json__write(const json_t *value, FILE *out);
