// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The tables about time. */
#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/model/phase.h"
#include "user/table/part.h"
#include "user/text/numbers.h"

double table_ratio(const struct row *row)
{
	return row->first_program ? row__program_ratio(row) : row__ratio(row);
}

void table_add_ratio(struct columns *s, const struct row *row)
{
	double ratio = table_ratio(row);

	columns__add(s, isfinite(ratio) ? "%sx" : "%s", text_ratio(ratio).text);
}

static double share_of(struct interval i)
{
	return 100 * fmax(i.estimate - i.low, i.high - i.estimate) / i.estimate;
}

double table_total_share(const struct row *row)
{
	return share_of(blocks__log_interval(&row->total_blocks, row->total.median));
}

void table_add_interval(struct columns *s, struct interval i)
{
	double share = share_of(i);

	columns__add(s, isfinite(share) ? "%.*f" : "-", share < 9.95 ? 1 : 0, share);
}

void table_note_ratio(struct table_ratios *r, const struct row *row)
{
	bool known = isfinite(row__ratio(row));

	if (row->first_program && isfinite(row__program_ratio(row))) {
		r->program = row->first_program->cell;
		return;
	}
	r->execs |= known && row__execs(row);
	r->others |= known && !row__execs(row);
}

void table_explain_ratio(const struct table *t, const struct table_ratios *r, struct strbuf *text)
{
	if (r->program) {
		strbuf__add(text, "RATIO: of TOTAL to that of ");
		axes__value(&t->axes, r->program, PROGRAM_AXIS, text);
		strbuf__add(text, "%s",
			    r->others ? "; without exec, of CALL to " ROW_REFERENCE_NO_EXEC "'s"
				      : "");
		return;
	}
	if (r->execs || r->others)
		strbuf__add(text, "RATIO: %s%s%s",
			    r->execs ? "of STARTED to " ROW_REFERENCE "'s" : "",
			    r->execs && r->others ? "; without exec, " : "",
			    r->others ? "of CALL to " ROW_REFERENCE_NO_EXEC "'s" : "");
}

static void add_latency(const struct table *t, struct columns *s, const struct row *row)
{
	columns__add(s, "%zu", row->call.n);
	table_add_time(t, s, row->call.median);
	table_add_time(t, s, row->call.p90);
	table_add_time(t, s, row->call.p99);
	table_add_time(t, s, row->started.median);
	table_add_time(t, s, row->total.median);
	table_add_ratio(s, row);
	table_add_interval(s, row__judged_interval(row));
}

int table_latency(const struct table *t)
{
	struct columns *s = table_sheet(t);
	struct table_ratios ratios = {0};
	struct strbuf ratio_note = {0};
	bool unknown = false, intervals;
	int err;

	columns__head(s, COLUMNS_RIGHT, "N", "CALL", "P90", "P99", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "STARTED", NULL);
	columns__head(s, COLUMNS_RIGHT, "TOTAL", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "RATIO", "+-%", NULL);
	for (size_t i = 0; i < t->times.n; i++) {
		const struct row *row = t->order[i];

		table_add_labels(t, s, row, i ? t->order[i - 1] : NULL);
		add_latency(t, s, row);
		table_note_ratio(&ratios, row);
		unknown |= row__execs(row) && !row->started.n;
	}
	intervals = columns__keep_last(s);
	err = columns__finish(s, "Spawn latency (medians; P90 and P99 of the call)", t->out,
			      t->colour);
	table_explain_ratio(t, &ratios, &ratio_note);
	if (!err && ratio_note.length)
		layout_print(t->out, 2, "%s", strbuf__text(&ratio_note));
	strbuf__free(&ratio_note);
	if (!err && intervals)
		layout_print(t->out, 2,
			     "+-%%: the 95 %% interval of STARTED, or without exec of CALL, to "
			     "either side");
	if (!err && unknown)
		layout_print(t->out, 2, "STARTED: " ROW_STARTED_ABSENT);
	return err;
}

/* A table of phases: which, and what to do with those that no row has. */
struct phase_table {
	const char *title;
	enum phase_group group;
	bool parts;	   /* those that are part of another phase, else the others */
	int flags;	   /* of their columns */
	bool unattributed; /* and the rest */
};

static bool belongs(const struct phase_table *pt, enum phase p)
{
	return phase_models[p].group == pt->group &&
	       (phase_models[p].part_of != PHASE_none) == pt->parts;
}

static bool any_phase(const struct phase_table *pt, const struct row *row)
{
	bool starred;

	for (int p = 0; p < PHASE_COUNT; p++) {
		if (belongs(pt, p) && row__phase(row, p, &starred))
			return true;
	}
	return false;
}

static void add_phase_columns(struct columns *s, const struct phase_table *pt)
{
	char name[HEADING_MAX], whole[HEADING_MAX], both[80];

	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!belongs(pt, p))
			continue;
		table_heading(p, name);
		if (pt->parts)
			snprintf(both, sizeof(both), "%s OF %s", name,
				 table_heading(phase_models[p].part_of, whole));
		columns__head(s, COLUMNS_RIGHT | pt->flags, pt->parts ? both : name, NULL);
	}
	if (!pt->unattributed)
		return;
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "OFF CPU", NULL);
	columns__head(s, COLUMNS_RIGHT | pt->flags, "UNATTRIB", NULL);
}

/* The median of the phase. Returns whether it was taken with all probes. */
static bool add_phase(const struct table *t, struct columns *s, const struct row *row, enum phase p)
{
	bool starred;
	const struct cell *c = row__phase(row, p, &starred);
	double ns = c ? stats_median(&c->phases[p]) : NAN;

	columns__add(s, "%s%s", starred ? "*" : "", text_plain_time(ns, t->r->clock).text);
	return starred;
}

/* What the phases do not have, by what is known of it. */
static int add_rest(const struct table *t, struct columns *s, const struct row *row,
		    struct off_cpu *sum)
{
	struct off_cpu off;
	int err = row__off_cpu(&t->times, row, &off);

	table_add_time(t, s, off.ns);
	table_add_time(t, s, off.rest);
	sum->first += off.first;
	sum->calls += off.calls;
	return err;
}

static int print_phases(const struct table *t, const struct phase_table *pt)
{
	struct columns *s = table_sheet(t);
	const struct row *before = NULL;
	struct off_cpu off = {0};
	bool starred = false;
	int failed = 0, err;

	add_phase_columns(s, pt);
	for (size_t i = 0; i < t->times.n; i++) {
		const struct row *row = t->order[i];

		if (!any_phase(pt, row))
			continue;
		table_add_labels(t, s, row, before);
		before = row;
		for (int p = 0; p < PHASE_COUNT; p++) {
			if (belongs(pt, p))
				starred |= add_phase(t, s, row, p);
		}
		if (pt->unattributed && !failed)
			failed = add_rest(t, s, row, &off);
	}
	err = columns__finish(s, pt->title, t->out, t->colour);
	if (failed)
		return failed;
	if (!err && off.first)
		layout_print(t->out, 2, "OFF CPU: " ROW_OFF_CPU_BRIEF " (in %zu of %zu %s)",
			     off.first, off.calls,
			     text_plural((int64_t)off.calls, "call", "calls"));
	if (!err && starred)
		layout_print(t->out, 2,
			     "* from the few samples with all probes, whose cost is in these "
			     "times");
	return err;
}

int table_call(const struct table *t)
{
	static const struct phase_table whole = {
		.title = "Where the call's time went (medians)",
		.group = GROUP_CALL,
		.unattributed = true,
	};
	static const struct phase_table parts = {
		.title = "Inside these phases (medians)",
		.group = GROUP_CALL,
		.parts = true,
		.flags = COLUMNS_OPTIONAL,
	};
	int err = print_phases(t, &whole);

	return err ? err : print_phases(t, &parts);
}

int table_child(const struct table *t)
{
	static const struct phase_table child = {
		.title = "The child (medians)",
		.group = GROUP_CHILD,
		.flags = COLUMNS_OPTIONAL,
	};

	return print_phases(t, &child);
}
