// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who else pays: how long other threads of the parent wait, as tables. */
#include "user/analysis/stats.h"
#include "user/report/html.h"
#include "user/report/row_json.h"
#include "user/report/row_text.h"
#include "user/report/views/views.h"
#include "user/text/json.h"

static const struct series *waits_of(const struct row *row)
{
	return &row->cell->samples[SAMPLE_stall_ns];
}

static void write_time(const struct report_run *r, double ns, FILE *out)
{
	html_number(out, text_time(ns, r->instructions).text);
}

static void write_row(const struct report_run *r, const struct row *row, FILE *out)
{
	html_row(out, row->parent, row->method, NULL);
	html_number(out, row_text_call(row, r->instructions).text);
	write_time(r, stats_median(waits_of(row)), out);
	write_time(r, stats_quantile(waits_of(row), 1), out);
	write_time(r, stats_median(&row->cell->samples[SAMPLE_stall_sum_ns]), out);
	write_time(r, stats_median(&row->cell->samples[SAMPLE_stall_base_ns]), out);
}

static bool any_row(const struct report_run *r)
{
	for (size_t k = 0; k < r->rows.n; k++) {
		if (series__any(waits_of(&r->rows.v[k])))
			return true;
	}
	return false;
}

static void write_rows(const struct report_run *r, FILE *out)
{
	html_table(out, "What touching threads waited during a call", 2, "Parent", "Method", "Call",
		   "Longest wait", "Maximum", "Sum", "Without a call", NULL);
	for (size_t k = 0; k < r->rows.n; k++) {
		if (series__any(waits_of(&r->rows.v[k])))
			write_row(r, &r->rows.v[k], out);
	}
	html_table_end(out);
	fputs("<p class=\"note\">Longest wait: of any of these threads during a call; Sum: over "
	      "the "
	      "threads; both, and the wait without a call, are medians over the calls. Maximum: of "
	      "all calls.</p>\n",
	      out);
}

static bool any_birth(const struct report_run *r)
{
	return r->births && r->births->groups.all.stall.n;
}

static void write_births(const struct report_run *r, FILE *out)
{
	const struct groups *all = &r->births->groups;

	html_table(out, "What others waited while a process forked", 2, "Parent", "Method", "Forks",
		   "Median", "Maximum", "Sum", NULL);
	for (size_t i = 0; i < all->n; i++) {
		const struct group *g = &all->v[i];
		char label[256];

		if (!g->stall.n)
			continue;
		group_label(all, g, label, sizeof(label));
		html_row(out, label, method_name(g->key.method), NULL);
		html_number(out, text_count((double)g->stall.n).text);
		write_time(r, sketch__quantile(&g->stall, 0.5), out);
		write_time(r, (double)g->stall.max, out);
		write_time(r, g->stall_sum_ns, out);
	}
	html_table_end(out);
	fputs("<p class=\"note\">Of each fork the longest wait of another thread for the "
	      "mmap_lock, "
	      "its median and maximum over the forks; Sum: of all waits.</p>\n",
	      out);
}

static void write(const struct report *p, FILE *out)
{
	fputs("<p>A fork holds the lock of its process's address space while it copies it. Other "
	      "threads of the process that touch new memory, map or unmap wait until then.</p>\n",
	      out);
	for (size_t i = 0; i < p->count; i++) {
		if (!any_row(&p->runs[i]) && !any_birth(&p->runs[i]))
			continue;
		html_data(out, p, i, "Waits");
		if (any_row(&p->runs[i]))
			write_rows(&p->runs[i], out);
		if (any_birth(&p->runs[i]))
			write_births(&p->runs[i], out);
		html_fold_end(out);
	}
}

static json_t *data(const struct report *p)
{
	json_t *runs = json_array();
	bool any = false;

	for (size_t i = 0; i < p->count; i++) {
		bool has = any_row(&p->runs[i]) || any_birth(&p->runs[i]);

		any |= has;
		runs = json__push(runs, json_boolean(has));
	}
	return any ? runs : json__discard(runs);
}

const struct view view_stall = {
	.id = "stall",
	.title = "Who else pays: waits of other threads",
	.data = data,
	.write = write,
};
