// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/row_json.h"

#include "user/text/json.h"

json_t *row_json_spread(const struct spread *s)
{
	json_t *array = json__push(json_array(), json_integer((json_int_t)s->n));

	array = json__push(array, json__number(s->p10));
	array = json__push(array, json__number(s->median));
	return json__push(array, json__number(s->p90));
}

json_t *row_json(const struct row *row)
{
	json_t *object = json__put(json_object(), "method", json__text(row->method));

	object = json__put(object, "parent", json__text(row->parent));
	object = json__put(object, "label", json__text(row->label));
	object = json__put(object, "group", json_integer((json_int_t)row->group));
	object = json__put(object, "line", json_integer((json_int_t)row->line));
	return json__put(object, "rss",
			 row->rss == MISSING ? json_null() : json_integer((json_int_t)row->rss));
}

json_t *row_json_place(const struct report *p, const struct row *row)
{
	size_t run = report__run_of(p, row);
	json_t *place = json__push(json_array(), json_integer((json_int_t)run));

	place = json__push(place, json_integer(row - p->runs[run].rows.v));
	return json__put(json_object(), "row", place);
}
