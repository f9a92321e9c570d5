// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where the time went, phase by phase. */
#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/model/phase.h"
#include "user/report/html.h"
#include "user/report/measure.h"
#include "user/report/row_json.h"
#include "user/report/views/views.h"
#include "user/text/json.h"
#include "user/text/numbers.h"

static const struct {
	enum phase_group group;
	const char *id, *title;
} stacks[] = {
	{GROUP_CALL, "call", "The call"},
	{GROUP_CHILD, "child", "The child"},
};

#define STACKS (sizeof(stacks) / sizeof(stacks[0]))

static bool has_phase(const struct report_run *r, enum phase p)
{
	bool starred;

	for (size_t i = 0; i < r->rows.n; i++) {
		if (row__phase(&r->rows.v[i], p, &starred))
			return true;
	}
	return false;
}

/* Out of memory, nothing is known of it. */
static struct off_cpu off_cpu_of(const struct report_run *r, const struct row *row)
{
	struct off_cpu off;

	if (row__off_cpu(&r->rows, row, &off))
		return (struct off_cpu){.ns = NAN, .rest = NAN};
	return off;
}

static bool any_off_cpu(const struct report_run *r)
{
	for (size_t i = 0; i < r->rows.n; i++) {
		if (off_cpu_of(r, &r->rows.v[i]).first)
			return true;
	}
	return false;
}

/* The columns of a table: those that some row has. */
struct shown {
	bool phases[PHASE_COUNT], any;
	bool call, off_cpu, started;
};

static struct shown shown_of(const struct report_run *r, enum phase_group group)
{
	struct shown s = {.call = group == GROUP_CALL};

	for (int p = 0; p < PHASE_COUNT; p++) {
		s.phases[p] = phase_models[p].group == group && has_phase(r, p);
		s.any |= s.phases[p];
	}
	s.off_cpu = s.call && any_off_cpu(r);
	s.started = s.call && measure_any_started(r);
	return s;
}

static void write_time(FILE *out, const struct report_run *r, const struct row *row, enum phase p)
{
	char text[NUMBER_MAX + 1];
	bool starred;
	const struct cell *c = row__phase(row, p, &starred);

	snprintf(text, sizeof(text), "%s%s", starred ? "*" : "",
		 text_time(c ? stats_median(&c->phases[p]) : NAN, r->instructions).text);
	html_number(out, text);
}

static void write_head(FILE *out, const struct shown *shown)
{
	html_column(out, false, "Parent");
	html_column(out, true, "Method");
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!shown->phases[p])
			continue;
		fprintf(out, "<th>%s", phase_name(p));
		if (phase_models[p].part_of != PHASE_none)
			fprintf(out, " (in %s)", phase_name(phase_models[p].part_of));
	}
	if (shown->off_cpu)
		html_column(out, false, "off the CPU: the child ran first");
	if (shown->call) {
		html_column(out, false, "unattributed");
		html_column(out, false, "whole call");
	}
	if (shown->started)
		html_column(out, false, "started");
	html_head_end(out);
}

/* "174 µs, in 17 of 20 calls" */
static void write_off_cpu(FILE *out, const struct report_run *r, const struct off_cpu *off)
{
	char text[NUMBER_MAX + 64];

	snprintf(text, sizeof(text), "%s, in %zu of %zu %s",
		 text_time(off->ns, r->instructions).text, off->first, off->calls,
		 text_plural((int64_t)off->calls, "call", "calls"));
	html_number(out, off->first ? text : "-");
}

static void write_row(FILE *out, const struct report_run *r, const struct row *row,
		      const struct shown *shown)
{
	const struct off_cpu off = off_cpu_of(r, row);

	html_row(out, row->parent, row->method, NULL);
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (shown->phases[p])
			write_time(out, r, row, p);
	}
	if (shown->off_cpu)
		write_off_cpu(out, r, &off);
	if (shown->call) {
		html_number(out, text_time(off.rest, r->instructions).text);
		html_number(out, text_time(row->call.median, r->instructions).text);
	}
	if (shown->started)
		html_number(out, text_time(row->started.median, r->instructions).text);
}

static void write_table(FILE *out, const struct report_run *r, size_t stack)
{
	const struct shown shown = shown_of(r, stacks[stack].group);
	char caption[64];

	if (!shown.any)
		return;
	snprintf(caption, sizeof(caption), "%s, medians%s", stacks[stack].title,
		 r->instructions ? " in instructions" : "");
	html_table_begin(out, caption, 2);
	write_head(out, &shown);
	for (size_t i = 0; i < r->rows.n; i++)
		write_row(out, r, &r->rows.v[i], &shown);
	html_table_end(out);
}

static void write(const struct report *p, FILE *out)
{
	fputs("<p>One birth in time: the parent above, its child below, each phase as long as its "
	      "median. A gap in the child's lane is the child's own time, or time off the CPU. "
	      "<em>Unattributed</em> is time that no phase explains. Medians need not add up to "
	      "the median of the whole.</p>\n",
	      out);
	html_chart(out, "phases");
	for (size_t i = 0; i < p->count; i++) {
		html_data(out, p, i, "The data as tables");
		for (size_t k = 0; k < STACKS; k++)
			write_table(out, &p->runs[i], k);
		measure_write_absent(&p->runs[i], 1, out);
		fputs("<p class=\"note\">*: from the few samples with all probes attached, whose "
		      "cost is in these times.</p>\n",
		      out);
		html_fold_end(out);
	}
}

/* What the rows of a run have in common, each once. */
struct lists {
	json_t *sources, *kinds;
};

/* The value's index in the list, which takes it over; adds it if it is new. */
static size_t index_of(json_t *list, json_t *value)
{
	size_t i, n = json_array_size(list);

	for (i = 0; i < n && !json_equal(json_array_get(list, i), value); i++)
		;
	if (i == n)
		json_array_append_new(list, value);
	else
		json_decref(value);
	return i;
}

/* Its 95 % interval; NAN where it is not known. */
static struct interval interval_of(const struct report_run *r, const struct cell *c, enum phase p,
				   double median)
{
	struct blocks b;

	if (blocks__medians(&b, r->run, c, &c->phases[p]))
		return (struct interval){median, NAN, NAN};
	return blocks__time_interval(&b, median);
}

/* What a run has in all its rows: [phase: its place in the model, index of its source, whether only
 * the few samples with all probes have it]. */
static json_t *kind_of(enum phase p, const char *source, bool starred, json_t *sources)
{
	return json_pack("[ioi]", (int)p,
			 source ? json_integer((json_int_t)index_of(sources, json__text(source)))
				: json_null(),
			 (int)starred);
}

/* [index of its kind, time], and where it is known how far its interval reaches below and above. */
static json_t *segment(const struct report_run *r, const struct row *row, enum phase p,
		       struct lists *lists)
{
	bool starred;
	const struct cell *c = row__phase(row, p, &starred);
	double median;
	struct interval i;
	size_t kind;
	json_t *all;

	if (!c)
		return json_null();
	kind = index_of(lists->kinds,
			kind_of(p, run__phase_source(r->run, c, p), starred, lists->sources));
	median = stats_median(&c->phases[p]);
	all = json_pack("[Io]", (json_int_t)kind, json__number(median));
	i = interval_of(r, c, p, median);
	return row_json_push_reach(all, &i);
}

static json_t *stack_data(const struct report_run *r, const struct row *row, size_t stack,
			  struct lists *lists, size_t *any)
{
	json_t *segments = json_array();

	for (int p = 0; p < PHASE_COUNT; p++) {
		json_t *s;

		if (phase_models[p].group != stacks[stack].group)
			continue;
		s = segment(r, row, p, lists);
		if (json_is_null(s))
			continue;
		segments = json__push(segments, s);
		++*any;
	}
	return segments;
}

/* The child's first own instruction, by the driver. */
static json_t *first_run(const struct row *row)
{
	return json__number(stats_median(&row->cell->samples[SAMPLE_first_run_ns]));
}

static json_t *run_data(const struct report *p, const struct report_run *r, size_t *any)
{
	struct lists lists = {json_array(), json_array()};
	json_t *rows = json_array();

	for (size_t i = 0; i < r->rows.n; i++) {
		const struct row *row = &r->rows.v[i];
		const struct off_cpu off = off_cpu_of(r, row);
		json_t *object = row_json_place(p, row);

		for (size_t k = 0; k < STACKS; k++)
			object =
				json__put(object, stacks[k].id, stack_data(r, row, k, &lists, any));
		object = json__put(object, "unattributed", json__number(off.rest));
		if (off.first)
			object = json__put(object, ROW_OFF_CPU,
					   json_pack("[oII]", json__number(off.ns),
						     (json_int_t)off.first, (json_int_t)off.calls));
		object = json__put(object, "whole", json__number(row->call.median));
		if (row->started.n)
			object = json__put(object, "started", json__number(row->started.median));
		else if (series__any(&row->cell->samples[SAMPLE_first_run_ns]))
			object = json__put(object, "first_run", first_run(row));
		if (row->total.n)
			object = json__put(object, "total", json__number(row->total.median));
		rows = json__push(rows, object);
	}
	return json_pack("{s:o, s:o, s:o}", "rows", rows, "sources", lists.sources, "kinds",
			 lists.kinds);
}

/* What each phase is, and which contains it. */
static json_t *model_data(void)
{
	json_t *model = json_object();

	for (int p = 0; p < PHASE_COUNT; p++) {
		enum phase whole = phase_models[p].part_of;
		json_t *phase = json_pack("{s:s, s:s*}", "brief", phase_models[p].brief, "in",
					  whole == PHASE_none ? NULL : phase_name(whole));

		model = json__put(model, phase_name(p), phase);
	}
	return model;
}

static json_t *data(const struct report *p)
{
	json_t *runs = json_array();
	size_t any = 0;

	for (size_t i = 0; i < p->count; i++)
		runs = json__push(runs, run_data(p, &p->runs[i], &any));
	return any ? json_pack("{s:o, s:o}", "runs", runs, "model", model_data())
		   : json__discard(runs);
}

const struct view view_phases = {
	.id = "phases",
	.title = "Where the time went",
	.data = data,
	.write = write,
};
