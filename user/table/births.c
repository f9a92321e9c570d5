// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The tables of a profile that --show names. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "user/table/part.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"

#define LABEL_MAX 256

static const char *const by_names[] = {
	[GROUP_BY_COMM] = "PARENT",   [GROUP_BY_EXE] = "PROGRAM",     [GROUP_BY_PID] = "PROCESS",
	[GROUP_BY_CGROUP] = "CGROUP", [GROUP_BY_STACK] = "CALLED BY",
};

static double largest(const struct sketch *k)
{
	return k->n ? (double)k->max : NAN;
}

/* Quantiles of counts lie between them. */
static void add_median(struct columns *s, const struct sketch *k)
{
	columns__add_number(s, rint(sketch__quantile(k, 0.5)));
}

/* In steps of what is shown: sizes have no fixed number of digits. */
static void add_bytes(struct columns *s, double bytes)
{
	static const char units[] = "BKMGT";
	size_t i = 0;

	while (bytes >= 1024 && i + 2 < sizeof(units)) {
		bytes /= 1024;
		i++;
	}
	if (isnan(bytes))
		columns__add(s, "-");
	else
		columns__add(s, bytes < 10 && i > 0 ? "%.1f%c" : "%.0f%c", bytes, units[i]);
}

static void add_rate(struct columns *s, double births, int64_t ns)
{
	double rate = ns > 0 ? births / ((double)ns / 1e9) : NAN;

	if (isnan(rate))
		columns__add(s, "-");
	else
		columns__add(s, rate < 10 ? "%.2f/s" : rate < 100 ? "%.1f/s" : "%.0f/s", rate);
}

void table_add_profile_labels(const struct profile_summary *sum, struct columns *s,
			      const struct group *g)
{
	char label[LABEL_MAX];

	group_label(sum->groups, g, label, sizeof(label));
	columns__add(s, "%s", label);
	columns__add(s, "%s", g == &sum->groups->other ? "-" : method_name(g->key.method));
}

struct columns *table_profile_sheet(const struct profile_summary *sum)
{
	struct columns *s = columns__new();

	columns__head(s, COLUMNS_LABEL, by_names[sum->groups->by], "METHOD", NULL);
	return s;
}

/* The groups that are shown, then the rest if it has any; NULL at the end. */
const struct group *table_profile_group(const struct profile_summary *sum, size_t i)
{
	const struct groups *g = sum->groups;
	size_t n = g->n < sum->top ? g->n : sum->top;

	if (i < n)
		return &g->v[i];
	return i == n && g->other.label ? &g->other : NULL;
}

/* Adds what the groups that are not shown had. */
static void add_hidden(const struct profile_summary *sum, struct strbuf *title)
{
	const struct groups *g = sum->groups;
	int64_t births = 0;
	double work = 0;

	if (!g->v || g->n <= sum->top)
		return;
	for (size_t i = sum->top; i < g->n; i++) {
		births += (int64_t)g->v[i].counts.births;
		work += g->v[i].work_ns;
	}
	strbuf__add(title, "; %zu more %s with %" PRId64 " %s and %s of work: --top shows more",
		    g->n - sum->top, text_plural((int64_t)(g->n - sum->top), "group", "groups"),
		    births, text_plural(births, "birth", "births"),
		    text_plain_time(work, sum->clock).text);
}

int table_profile_calls(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = table_profile_sheet(sum);
	struct strbuf title = {0};
	const struct group *g;
	int err;

	columns__head(s, COLUMNS_RIGHT, "BIRTHS", "RATE", NULL);
	if (sum->groups->all.counts.failures)
		columns__head(s, COLUMNS_RIGHT, "ERRORS", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "MEDIAN", "P99", "MAX", NULL);
	columns__head(s, COLUMNS_RIGHT, "WORK", NULL);
	for (size_t i = 0; (g = table_profile_group(sum, i)); i++) {
		table_add_profile_labels(sum, s, g);
		columns__add_number(s, (double)g->counts.births);
		add_rate(s, (double)g->counts.births, sum->ns);
		if (sum->groups->all.counts.failures)
			columns__add_number(s, (double)g->counts.failures);
		columns__add_time(s, sketch__quantile(&g->call, 0.5), sum->clock);
		columns__add_time(s, sketch__tail(&g->call, 0.99), sum->clock);
		columns__add_time(s, largest(&g->call), sum->clock);
		columns__add_time(s, g->work_ns > 0 ? g->work_ns : NAN, sum->clock);
	}
	strbuf__add(&title, "Births, and the time of the call");
	add_hidden(sum, &title);
	err = columns__finish(s, strbuf__text(&title), out, colour);
	strbuf__free(&title);
	return err;
}

static bool is_cow(enum phase p)
{
	return p == PHASE_cow_parent || p == PHASE_cow_child;
}

int table_profile_phases(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = table_profile_sheet(sum);
	const struct group *g;
	char heading[HEADING_MAX];

	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!is_cow(p))
			columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL,
				      table_heading(p, heading), NULL);
	}
	for (size_t i = 0; (g = table_profile_group(sum, i)); i++) {
		table_add_profile_labels(sum, s, g);
		for (int p = 0; p < PHASE_COUNT; p++)
			if (!is_cow(p))
				columns__add_time(s, sketch__quantile(&g->phase[p], 0.5),
						  sum->clock);
	}
	return columns__finish(s, "Where the time went (medians)", out, colour);
}

int table_profile_parents(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = table_profile_sheet(sum);
	const struct group *g;

	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "RSS", "VMAS", "THREADS", "FDS",
		      "PTES COPIED", NULL);
	columns__head(s, COLUMNS_RIGHT, "EXECS", NULL);
	for (size_t i = 0; (g = table_profile_group(sum, i)); i++) {
		table_add_profile_labels(sum, s, g);
		add_bytes(s, sketch__quantile(&g->rss, 0.5));
		add_median(s, &g->count[COUNT_parent_vmas]);
		add_median(s, &g->count[COUNT_parent_threads]);
		add_median(s, &g->count[COUNT_parent_fds]);
		add_median(s, &g->count[COUNT_ptes_copied]);
		columns__add_number(s, (double)g->execs);
	}
	return columns__finish(s, "The parent at the birth (medians), and children that execed",
			       out, colour);
}

int table_profile_cow(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = table_profile_sheet(sum);
	const struct group *g;

	columns__head(s, COLUMNS_LABEL, "IN", NULL);
	columns__head(s, COLUMNS_RIGHT, "FAULTS", "COPIED", "MEDIAN", "MAX", "TOTAL TIME", NULL);
	for (size_t i = 0; (g = table_profile_group(sum, i)); i++)
		for (size_t k = 0; k < 2; k++) {
			const struct cow_side *side = &cow_sides[k];
			const struct sketch *faults = &g->count[side->faults];

			if (!faults->n)
				continue;
			table_add_profile_labels(sum, s, g);
			columns__add(s, "%s", side->name);
			columns__add_number(s, faults->sum);
			columns__add_number(s, g->count[side->copied].sum);
			add_median(s, faults);
			columns__add_number(s, largest(faults));
			columns__add_time(s, g->phase[side->time].sum, sum->clock);
		}
	return columns__finish(s, "Copy-on-write faults (in sum; median and maximum of a birth)",
			       out, colour);
}

int table_profile_totals(const struct profile_summary *sum, FILE *out, bool colour)
{
	const struct group *all = &sum->groups->all;
	struct columns *s = columns__new();

	columns__head(s, COLUMNS_LABEL, "PHASE", NULL);
	columns__head(s, COLUMNS_RIGHT, "TOTAL", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "OF WORK", NULL);
	columns__head(s, COLUMNS_RIGHT, "N", "MEDIAN", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "P99", NULL);
	columns__head(s, COLUMNS_RIGHT, "MAX", NULL);
	for (int p = 0; p < PHASE_COUNT; p++) {
		const struct sketch *k = &all->phase[p];

		if (!k->n)
			continue;
		columns__add(s, "%s%s", phase_models[p].part_of == PHASE_none ? "" : "  of it ",
			     phase_name(p));
		columns__add_time(s, k->sum, sum->clock);
		if (phase_is_work(p) && all->work_ns > 0)
			columns__add(s, "%.1f %%", 100 * k->sum / all->work_ns);
		else
			columns__add(s, "-");
		columns__add_number(s, (double)k->n);
		columns__add_time(s, sketch__quantile(k, 0.5), sum->clock);
		columns__add_time(s, sketch__tail(k, 0.99), sum->clock);
		columns__add_time(s, largest(k), sum->clock);
	}
	return columns__finish(s, "Phases, over all births", out, colour);
}

int table_profile_sources(const struct profile_summary *sum, FILE *out, bool colour)
{
	table_print_sources(sum->phases, out, colour);
	return 0;
}
