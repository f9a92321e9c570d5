// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The tables about time. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/model/phase.h"
#include "user/table/part.h"

static void add_ratio(struct columns *s, double ratio)
{
	if (isfinite(ratio))
		columns__add(s, fabs(ratio) < 1e5 ? "%.2fx" : "%.0ex", ratio);
	else
		columns__add(s, "-");
}

static void add_latency(const struct table *t, struct columns *s, const struct row *row)
{
	columns__add(s, "%zu", row->call.n);
	table_add_time(t, s, row->call.median);
	table_add_time(t, s, row->call.p90);
	table_add_time(t, s, row->call.p99);
	add_ratio(s, row__ratio(row));
	table_add_time(t, s, row->total.median);
}

int table_latency(const struct table *t)
{
	struct columns *s = table_sheet();
	int err;

	if (!s)
		return -ENOMEM;
	columns__column(s, "N", COLUMNS_RIGHT);
	columns__column(s, "MEDIAN", COLUMNS_RIGHT);
	columns__column(s, "P90", COLUMNS_RIGHT);
	columns__column(s, "P99", COLUMNS_RIGHT);
	columns__column(s, "VS SPAWN", COLUMNS_RIGHT);
	columns__column(s, "TOTAL", COLUMNS_RIGHT);
	for (size_t i = 0; i < t->times.n; i++) {
		const struct row *row = &t->times.v[i];

		table_add_labels(t, s, row, i ? row - 1 : NULL);
		add_latency(t, s, row);
	}
	err = columns__print(s, "Spawn latency (call to return)", t->out, t->colour);
	columns__free(s);
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
	char name[32], whole[32], both[80];

	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!belongs(pt, p))
			continue;
		heading(p, name, sizeof(name));
		if (pt->parts) {
			heading(phase_models[p].part_of, whole, sizeof(whole));
			snprintf(both, sizeof(both), "%s OF %s", name, whole);
		}
		columns__column(s, pt->parts ? both : name, COLUMNS_RIGHT | pt->flags);
	}
	if (pt->unattributed)
		columns__column(s, "UNATTRIB", COLUMNS_RIGHT | pt->flags);
}

/* The median of the phase. Returns whether it was taken with all probes. */
static bool add_phase(const struct table *t, struct columns *s, const struct row *row, enum phase p)
{
	bool starred;
	const struct cell *c = row__phase(row, p, &starred);
	double ns = c ? stats_median(&c->phases[p]) : NAN;

	if (starred)
		table_add_starred_time(t, s, ns);
	else
		table_add_time(t, s, ns);
	return starred;
}

static int print_phases(const struct table *t, const struct phase_table *pt)
{
	struct columns *s = table_sheet();
	const struct row *before = NULL;
	bool starred = false;
	int err;

	if (!s)
		return -ENOMEM;
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
		if (pt->unattributed)
			table_add_time(t, s, stats_median(&row->cell->unattributed));
	}
	err = columns__print(s, pt->title, t->out, t->colour);
	if (!err && starred)
		fputs("* from the few samples with all probes, whose cost is in these times\n",
		      t->out);
	columns__free(s);
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
