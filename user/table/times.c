// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The tables about time. */
#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/model/phase.h"
#include "user/table/part.h"
#include "user/text/numbers.h"

static void add_ratio(struct columns *s, double ratio)
{
	columns__add(s, isfinite(ratio) ? "%sx" : "%s", text_ratio(ratio).text);
}

/* How far the 95 % interval of what the row is judged by goes to either side, in percent. */
static void add_interval(struct columns *s, const struct row *row)
{
	struct interval i = row__judged_interval(row);
	double share = 100 * fmax(i.estimate - i.low, i.high - i.estimate) / i.estimate;

	columns__add(s, isfinite(share) ? "%.*f" : "-", share < 9.95 ? 1 : 0, share);
}

static void add_latency(const struct table *t, struct columns *s, const struct row *row)
{
	columns__add(s, "%zu", row->call.n);
	table_add_time(t, s, row->call.median);
	table_add_time(t, s, row->call.p90);
	table_add_time(t, s, row->call.p99);
	table_add_time(t, s, row->started.median);
	table_add_time(t, s, row->total.median);
	add_ratio(s, row__ratio(row));
	add_interval(s, row);
}

int table_latency(const struct table *t)
{
	struct columns *s = table_sheet();
	bool execs = false, others = false, unknown = false, intervals;
	int err;

	columns__head(s, COLUMNS_RIGHT, "N", "CALL", "P90", "P99", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "STARTED", NULL);
	columns__head(s, COLUMNS_RIGHT, "TOTAL", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "RATIO", "+-%", NULL);
	for (size_t i = 0; i < t->times.n; i++) {
		const struct row *row = &t->times.v[i];

		table_add_labels(t, s, row, i ? row - 1 : NULL);
		add_latency(t, s, row);
		execs |= row__execs(row) && isfinite(row__ratio(row));
		unknown |= row__execs(row) && !row->started.n;
		others |= !row__execs(row) && isfinite(row__ratio(row));
	}
	intervals = columns__keep_last(s);
	err = columns__finish(s, "Spawn latency (medians; P90 and P99 of the call)", t->out,
			      t->colour);
	if (!err && (execs || others))
		fprintf(t->out, "RATIO: %s%s%s\n", execs ? "of STARTED to " ROW_REFERENCE "'s" : "",
			execs && others ? "; without exec, " : "",
			others ? "of CALL to " ROW_REFERENCE_NO_EXEC "'s" : "");
	if (!err && intervals)
		fputs("+-%: the 95 % interval of STARTED, or without exec of CALL, to either "
		      "side\n",
		      t->out);
	if (!err && unknown)
		fputs("STARTED: " ROW_STARTED_ABSENT "\n", t->out);
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
	struct columns *s = table_sheet();
	const struct row *before = NULL;
	struct off_cpu off = {0};
	bool starred = false;
	int failed = 0, err;

	add_phase_columns(s, pt);
	for (size_t i = 0; i < t->times.n; i++) {
		const struct row *row = &t->times.v[i];

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
		fprintf(t->out, "OFF CPU: " ROW_OFF_CPU_BRIEF " (in %zu of %zu calls)\n", off.first,
			off.calls);
	if (!err && starred)
		fputs("* from the few samples with all probes, whose cost is in these times\n",
		      t->out);
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
