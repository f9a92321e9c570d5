// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copy-on-write: the faults of parent and child after the birth. */
#include <math.h>

#include "user/analysis/stats.h"
#include "user/report/html.h"
#include "user/report/row_json.h"
#include "user/report/views/views.h"
#include "user/text/json.h"

static void write_side(FILE *out, const struct report_run *r, const struct row *row,
		       const struct cow_side *side)
{
	const struct cell *c = row__count(row, side->faults);

	if (!c)
		return;
	html_row(out, row->parent, row->method, side->name, NULL);
	html_number(out, text_count(stats_median(&c->counts[side->faults])).text);
	html_number(out, text_count(stats_median(&c->counts[side->copied])).text);
	html_number(out, text_count(stats_median(&c->counts[side->reused])).text);
	html_number(out, text_count(stats_median(&c->counts[side->huge])).text);
	html_number(out, text_time(stats_median(&c->phases[side->time]), r->instructions).text);
}

static void write(const struct report *p, FILE *out)
{
	fputs("<p>After a fork parent and child share their pages. The first write to a page costs "
	      "a "
	      "fault and mostly a copy: in the child until it execs or ends, in the parent while "
	      "the child shares its pages. Medians per birth, from the samples with all probes, "
	      "whose cost is in the times; counts are exact.</p>\n",
	      out);
	html_chart(out, "cow");
	for (size_t i = 0; i < p->count; i++) {
		html_data(out, p, i, "The data as a table");
		html_table(out, "Copy-on-write faults, medians per birth", 3, "Parent", "Method",
			   "Faults in", "Faults", "4 KiB pages copied", "4 KiB pages reused",
			   "2 MiB faults", "Time", NULL);
		for (size_t k = 0; k < p->runs[i].rows.n; k++) {
			for (size_t s = 0; s < 2; s++)
				write_side(out, &p->runs[i], &p->runs[i].rows.v[k], &cow_sides[s]);
		}
		html_table_end(out);
		html_fold_end(out);
	}
}

/* [time, faults, copied, reused, huge] */
static json_t *side_data(const struct cell *c, const struct cow_side *side)
{
	return json_pack("[ooooo]", json__number(stats_median(&c->phases[side->time])),
			 json__number(stats_median(&c->counts[side->faults])),
			 json__number(stats_median(&c->counts[side->copied])),
			 json__number(stats_median(&c->counts[side->reused])),
			 json__number(stats_median(&c->counts[side->huge])));
}

/* The sides that were counted; NULL: none. */
static json_t *row_data(const struct report *p, const struct row *row)
{
	json_t *object = NULL;

	for (size_t s = 0; s < 2; s++) {
		const struct cell *c = row__count(row, cow_sides[s].faults);

		if (!c)
			continue;
		object = json__put(object ? object : row_json_place(p, row),
				   phase_name(cow_sides[s].time), side_data(c, &cow_sides[s]));
	}
	return object;
}

static json_t *data(const struct report *p)
{
	json_t *runs = json_array();
	size_t any = 0;

	for (size_t i = 0; i < p->count; i++) {
		json_t *rows = json_array();

		for (size_t k = 0; k < p->runs[i].rows.n; k++) {
			const struct row *row = &p->runs[i].rows.v[k];
			json_t *object = row_data(p, row);

			if (object)
				rows = json__push(rows, object);
		}
		any += json_array_size(rows);
		runs = json__push(runs, rows);
	}
	return any ? runs : json__discard(runs);
}

const struct view view_cow = {
	.id = "cow",
	.title = "Paid after the birth: copy-on-write",
	.data = data,
	.write = write,
};
