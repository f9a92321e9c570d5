// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Latency against what varies, with a band from p10 to p90. */
#include <math.h>

#include "user/report/html.h"
#include "user/report/measure.h"
#include "user/report/row_json.h"
#include "user/report/row_text.h"
#include "user/report/views/views.h"
#include "user/text/json.h"

static void write_row(FILE *out, const struct report_run *r, const struct row *row)
{
	html_row(out, row->parent, row->method, NULL);
	html_number(out, text_count((double)row->call.n).text);
	html_number(out, text_time(row->call.p10, r->instructions).text);
	html_number(out, row_text_call(row, r->instructions).text);
	html_number(out, text_time(row->call.p90, r->instructions).text);
	html_number(out, text_time(row->call.p99, r->instructions).text);
	html_number(out, row_text_started(row, r->instructions).text);
	html_number(out, row_text_total(row, r->instructions).text);
	html_number(out, row_text_bill(row, r->instructions).text);
	html_number(out, row_text_ratio(row).text);
}

static void write(const struct report *p, FILE *out)
{
	fputs("<p>From the call until the child's program runs, or until the call returns in the "
	      "parent: of methods that exec, some return before and some after. The line is the "
	      "median, the band reaches from the 10th to the 90th percentile where there are "
	      "enough samples.</p>\n",
	      out);
	html_chart(out, "latency");
	for (size_t i = 0; i < p->count; i++) {
		html_data(out, p, i, "The data as a table");
		html_table(out,
			   p->runs[i].instructions ? "Spawn latency in instructions"
						   : "Spawn latency",
			   2, "Parent", "Method", "Samples", "p10", "Call", "p90", "p99", "Started",
			   "Total", "Bill", "Ratio", NULL);
		for (size_t k = 0; k < p->runs[i].rows.n; k++)
			write_row(out, &p->runs[i], &p->runs[i].rows.v[k]);
		html_table_end(out);
		measure_write_absent(&p->runs[i], 1, out);
		html_fold_end(out);
	}
	fputs("<p class=\"note\">Medians, and percentiles of the call where ten samples "
	      "lie beyond them; in brackets 95 % intervals, from the blocks of the run, "
	      "or of a side of a gate from its runs: from six on, if they have as many samples. "
	      "Started: from the call until the child's program runs. "
	      "Total: until the parent has waited for the child, which does nothing. "
	      "Bill: the work on whatever CPU, taken with all probes. "
	      "Ratio: of methods that exec, started against " ROW_REFERENCE
	      "; of others, the call against " ROW_REFERENCE_NO_EXEC ".</p>\n",
	      out);
}

static json_t *data(const struct report *p)
{
	json_t *runs = json_array();
	size_t any = 0;

	for (size_t i = 0; i < p->count; i++) {
		json_t *rows = json_array();

		for (size_t k = 0; k < p->runs[i].rows.n; k++) {
			const struct row *row = &p->runs[i].rows.v[k];
			json_t *place;

			if (row->call.n == 0)
				continue;
			any++;
			place = json__put(row_json_place(p, row), "call",
					  row_json_spread(&row->call));
			if (row__execs(row))
				place = json__put(place, "started", row_json_spread(&row->started));
			rows = json__push(rows, place);
		}
		runs = json__push(runs, rows);
	}
	return any ? runs : json__discard(runs);
}

const struct view view_latency = {
	.id = "latency",
	.title = "Latency",
	.data = data,
	.write = write,
};
