/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The data block: what the scripts draw. Each accepts NULL from another, and keeps the failure. */
#ifndef SPAWNSCOPE_REPORT_JSON_H
#define SPAWNSCOPE_REPORT_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "user/report/report.h"

/* Appends; the object or array, or NULL (and it is freed) if it, or the value, is NULL. */
json_t *put(json_t *object, const char *name, json_t *value);
json_t *push(json_t *array, json_t *value);

/* Text that need not be UTF-8: malformed bytes become \xHH. */
json_t *json_text(const char *text);
/* A whole number where it is one; null for NAN. Six significant digits otherwise. */
json_t *json_number(double number);

/* What a view says that has nothing to show: JSON's null. Frees the value. */
json_t *nothing(json_t *value);

/* [n, p10, median, p90] */
json_t *json_spread(const struct spread *s);

/* What every chart needs of a row: group, line, rss, method, parent, label. Once in a page. */
json_t *json_row(const struct row *row);
/* In a view an object for that row: the scripts add the members above. */
json_t *json_of_row(const struct row *row);

/* As text that may stand in a script element: no "<" in it. 0 or -ENOMEM. */
int json_write(const json_t *value, FILE *out);

#endif
