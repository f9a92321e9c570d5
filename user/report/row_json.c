// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/row_json.h"

#include <math.h>

#include "user/model/axis.h"
#include "user/text/json.h"

json_t *row_json_spread(const struct spread *s)
{
	json_t *spread = json_pack("[Iooo]", (json_int_t)s->n, json__number(s->p10),
				   json__number(s->median), json__number(s->p90));

	return isnan(s->p99) ? spread : json__push(spread, json__number(s->p99));
}

/* With three digits, rounded away from 0. */
static double reach(double distance)
{
	double step = distance > 0 ? pow(10, floor(log10(distance)) - 2) : 1;

	return ceil(distance / step * (1 - 1e-12)) * step;
}

json_t *row_json_push_reach(json_t *array, const struct interval *i)
{
	if (!isfinite(i->low) || !isfinite(i->high))
		return array;
	return json__push(json__push(array, json__number(reach(i->estimate - i->low))),
			  json__number(reach(i->high - i->estimate)));
}

/* Its values on the report's axes, in their order: a number, or a text; null if it has none. */
static json_t *places(const struct axes *axes, const struct row *row)
{
	json_t *all = json_array();

	for (size_t i = 0; i < axes->n; i++) {
		int64_t number = cell__key_number(row->cell, axes->name[i]);
		struct strbuf text = {0};

		if (number != MISSING) {
			all = json__push(all, json_integer((json_int_t)number));
		} else if (cell__key_text(row->cell, axes->name[i])) {
			axes__value(axes, row->cell, axes->name[i], &text);
			all = json__push(all, json__text(strbuf__text(&text)));
		} else {
			all = json__push(all, json_null());
		}
		strbuf__free(&text);
	}
	return all;
}

json_t *row_json_members(void)
{
	return json_pack("[ssssss]", "method", "parent", "label", "group", "rss", "at");
}

json_t *row_json(const struct report *p, const struct row *row)
{
	json_t *rss = row->rss == MISSING ? json_null() : json_integer((json_int_t)row->rss);

	return json_pack("[oooIoo]", json__text(row->method), json__text(row->parent),
			 json__text(row->label), (json_int_t)row->group, rss,
			 places(&p->axes, row));
}

json_t *row_json_axes(const struct report *p)
{
	json_t *all = json_array();

	for (size_t i = 0; i < p->axes.n; i++) {
		const struct axis_words *words = axis_words(p->axes.name[i]);
		json_t *axis = json_pack("{s:o}", "title",
					 json__text(words ? words->title : p->axes.name[i]));

		if (words && words->bytes)
			axis = json__put(axis, "bytes", json_true());
		all = json__push(all, json__put(axis, "name", json__text(p->axes.name[i])));
	}
	return all;
}

json_t *row_json_place(const struct report *p, const struct row *row)
{
	size_t run = report__run_of(p, row);

	return json_pack("{s:[II]}", "row", (json_int_t)run,
			 (json_int_t)(row - p->runs[run].rows.v));
}
