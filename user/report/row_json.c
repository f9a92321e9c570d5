// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/row_json.h"

#include "user/text/json.h"

json_t *row_json_spread(const struct spread *s)
{
	return json_pack("[Iooo]", (json_int_t)s->n, json__number(s->p10), json__number(s->median),
			 json__number(s->p90));
}

json_t *row_json(const struct row *row)
{
	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:o}", "method", json__text(row->method),
			 "parent", json__text(row->parent), "label", json__text(row->label),
			 "group", (json_int_t)row->group, "line", (json_int_t)row->line, "rss",
			 row->rss == MISSING ? json_null() : json_integer((json_int_t)row->rss));
}

json_t *row_json_place(const struct report *p, const struct row *row)
{
	size_t run = report__run_of(p, row);

	return json_pack("{s:[II]}", "row", (json_int_t)run,
			 (json_int_t)(row - p->runs[run].rows.v));
}
