// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The tables about time. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/model/phase.h"
#include "user/table/part.h"

/* The latency that others are set against. */
#define REFERENCE "posix_spawn"

static void add_tail(const struct table *t, struct sheet *s, const struct series *series, double q)
{
	bool known = stats_tail_known(series, q);

	table_add_time(t, s, known ? stats_quantile(series, q) : NAN);
}

static void add_ratio(const struct table *t, struct sheet *s, const struct cell *c)
{
	const struct cell *reference = run__sibling(t->r, c, "method", REFERENCE);
	double ratio = NAN;

	if (reference)
		ratio = stats_median(&c->samples[SAMPLE_spawn_ns]) /
			stats_median(&reference->samples[SAMPLE_spawn_ns]);
	if (isfinite(ratio))
		sheet__add(s, fabs(ratio) < 1e5 ? "%.2fx" : "%.0ex", ratio);
	else
		sheet__add(s, "-");
}

static void add_latency(const struct table *t, struct sheet *s, const struct cell *c)
{
	const struct series *spawn = &c->samples[SAMPLE_spawn_ns];

	sheet__add(s, "%zu", stats_count(spawn));
	table_add_time(t, s, stats_median(spawn));
	add_tail(t, s, spawn, 0.90);
	add_tail(t, s, spawn, 0.99);
	add_ratio(t, s, c);
	table_add_time(t, s, stats_median(&c->samples[SAMPLE_total_ns]));
}

int table_latency(const struct table *t)
{
	struct table_rows rows = {0};
	struct sheet *s = table_sheet();
	size_t group = NO_GROUP;
	int err = s ? table_rows_select(t, t->time_pass, &rows) : -ENOMEM;

	if (err)
		goto cleanup;
	sheet__column(s, "N", SHEET_RIGHT);
	sheet__column(s, "MEDIAN", SHEET_RIGHT);
	sheet__column(s, "P90", SHEET_RIGHT);
	sheet__column(s, "P99", SHEET_RIGHT);
	sheet__column(s, "VS SPAWN", SHEET_RIGHT);
	sheet__column(s, "TOTAL", SHEET_RIGHT);
	for (size_t i = 0; i < rows.n; i++) {
		table_add_labels(t, s, &rows.v[i], &group);
		add_latency(t, s, rows.v[i].cell);
	}
	err = sheet__print(s, "Spawn latency (call to return)", t->out, t->colour);

cleanup:
	table_rows_free(&rows);
	sheet__free(s);
	return err;
}

/* "clone_setup" is headed SETUP: what the table is about need not be said. */
static const char *heading(enum phase p, char *buf, size_t size)
{
	static const char *const prefixes[] = {"clone_", "exec_"};
	const char *name = phase_name(p);
	size_t len;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		len = strlen(prefixes[i]);
		if (!strncmp(name, prefixes[i], len))
			name += len;
	}
	snprintf(buf, size, "%s", name);
	for (size_t i = 0; buf[i] != '\0'; i++)
		buf[i] = (char)toupper((unsigned char)buf[i]);
	return buf;
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

static bool any_phase(const struct phase_table *pt, const struct cell *c)
{
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (belongs(pt, p) && series__any(&c->phases[p]))
			return true;
	}
	return false;
}

static void add_phase_columns(struct sheet *s, const struct phase_table *pt)
{
	char name[32], whole[32], both[80];

	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!belongs(pt, p))
			continue;
		heading(p, name, sizeof(name));
		if (pt->parts) {
			heading(phase_models[p].part_of, whole, sizeof(whole));
			snprintf(both, sizeof(both), "%s OF %s", name, whole);
		}
		sheet__column(s, pt->parts ? both : name, SHEET_RIGHT | pt->flags);
	}
	if (pt->unattributed)
		sheet__column(s, "UNATTRIB", SHEET_RIGHT | pt->flags);
}

/* The phase in this cell, else in the pass that has all probes; whether it was the latter. */
static bool add_phase(const struct table *t, struct sheet *s, const struct cell *c, enum phase p)
{
	const struct cell *full = run__with_probe_set(t->r, c, PROBE_SET_ALL);

	if (series__any(&c->phases[p]) || !full || !series__any(&full->phases[p])) {
		table_add_time(t, s, stats_median(&c->phases[p]));
		return false;
	}
	table_add_starred_time(t, s, stats_median(&full->phases[p]));
	return true;
}

static bool any_phase_in_passes(const struct table *t, const struct phase_table *pt,
				const struct cell *c)
{
	const struct cell *full = run__with_probe_set(t->r, c, PROBE_SET_ALL);

	return any_phase(pt, c) || (full && any_phase(pt, full));
}

static int print_phases(const struct table *t, const struct phase_table *pt)
{
	struct table_rows rows = {0};
	struct sheet *s = table_sheet();
	size_t group = NO_GROUP;
	bool starred = false;
	int p, err = s ? table_rows_select(t, t->time_pass, &rows) : -ENOMEM;

	if (err)
		goto cleanup;
	add_phase_columns(s, pt);
	for (size_t i = 0; i < rows.n; i++) {
		const struct cell *c = rows.v[i].cell;

		if (!any_phase_in_passes(t, pt, c))
			continue;
		table_add_labels(t, s, &rows.v[i], &group);
		for (p = 0; p < PHASE_COUNT; p++) {
			if (belongs(pt, p))
				starred |= add_phase(t, s, c, p);
		}
		if (pt->unattributed)
			table_add_time(t, s, stats_median(&c->unattributed));
	}
	err = sheet__print(s, pt->title, t->out, t->colour);
	if (!err && starred)
		fputs("* from the few samples with all probes, whose cost is in these times\n",
		      t->out);

cleanup:
	table_rows_free(&rows);
	sheet__free(s);
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
		.flags = SHEET_OPTIONAL,
	};
	int err = print_phases(t, &whole);

	return err ? err : print_phases(t, &parts);
}

int table_child(const struct table *t)
{
	static const struct phase_table child = {
		.title = "The child (medians)",
		.group = GROUP_CHILD,
		.flags = SHEET_OPTIONAL,
	};

	return print_phases(t, &child);
}
