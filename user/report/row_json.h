/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows in the page's data block: what the scripts draw. */
#pragma once

#include <jansson.h>

#include "user/report/report.h"

/* [n, p10, median, p90], and p99 where there are enough samples. */
json_t *row_json_spread(const struct spread *s);
/* Pushes how far the interval reaches below and above its estimate, with three digits; nothing
 * where it is not known. */
json_t *row_json_push_reach(json_t *array, const struct interval *i);

/* What every chart needs to know about a row, an array, once a page; and the names of its members,
 * which a large page has not in each. */
json_t *row_json(const struct report *p, const struct row *row);
json_t *row_json_members(void);
/* What varies: [{name, title, bytes}]; a row has its values, "at", in this order. */
json_t *row_json_axes(const struct report *p);
/* A view's object about the row: it has the row's place, where scripts find the members above. */
json_t *row_json_place(const struct report *p, const struct row *row);
