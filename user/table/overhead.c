// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What each probe costs: the suite overhead. */
#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/table/part.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"

static bool is_single(const struct cell *c)
{
	const char *pass = cell__probe_set(c);

	return strcmp(pass, "none") && strcmp(pass, "phases") && strcmp(pass, "all");
}

/* What the probes add to a median, and in percent of it. */
static void add_added(const struct table *t, struct columns *s, const struct cell *bare,
		      const struct cell *probed, enum sample_kind kind)
{
	double without = stats_median(&bare->samples[kind]);
	double with = stats_median(&probed->samples[kind]);
	double change = 100 * (with - without) / without;

	if (isfinite(change))
		columns__add(s, "%s %+.2f %%", text_plain_time(with - without, t->r->clock).text,
			     change);
	else
		columns__add(s, "-");
}

/* Only before the first row of the cell. */
static void add_label(const struct table *t, struct columns *s, const struct cell *bare, bool first)
{
	struct strbuf label = {0};

	if (first) {
		strbuf__add(&label, "%s ", table_method(bare));
		table_add_parent(t, bare, &label);
	}
	columns__add(s, "%s", strbuf__text(&label));
	strbuf__free(&label);
}

static void add_row(const struct table *t, struct columns *s, const struct cell *bare,
		    const struct cell *probed, bool first)
{
	add_label(t, s, bare, first);
	columns__add(s, "%s", cell__probe_set(probed));
	add_added(t, s, bare, probed, SAMPLE_spawn_ns);
	add_added(t, s, bare, probed, SAMPLE_total_ns);
}

/*
 * What one probe set adds to a call, by all samples, and by each half of them. The kernel's own
 * work in a call varies, too: an exec's by thousands of instructions (random numbers, memory for
 * each CPU), more than the probes take. Where the halves differ, the number is of that, not of the
 * probes.
 */
struct added {
	double all, halves[2];
};

#define HALVES_MAX 0.25 /* so much of it may they differ by */

/* Of some samples, where nothing interrupts the call: the median and tails depend on what does. */
static double undisturbed(const struct series *s, size_t from, size_t to)
{
	const struct series part = {.v = s->v + from, .n = (uint32_t)(to - from)};

	return stats_quantile(&part, 0.1);
}

static struct added difference(const struct cell *probed, const struct cell *bare)
{
	const struct series *with = &probed->samples[SAMPLE_spawn_ns];
	const struct series *without = &bare->samples[SAMPLE_spawn_ns];
	const size_t n = with->n, m = without->n;

	return (struct added){
		.all = undisturbed(with, 0, n) - undisturbed(without, 0, m),
		.halves = {undisturbed(with, 0, n / 2) - undisturbed(without, 0, m / 2),
			   undisturbed(with, n / 2, n) - undisturbed(without, m / 2, m)},
	};
}

/* NAN: no cell like `bare` with that set has data. */
static struct added added_by(const struct table *t, const struct cell_index *x,
			     const struct cell *bare, const char *set)
{
	size_t i = cell_index__first(x, bare);

	for (; i != CELL_NONE; i = cell_index__next(x, i)) {
		const struct cell *c = &t->r->cells[i];

		if (!strcmp(cell__probe_set(c), set) && cell__has_data(c))
			return difference(c, bare);
	}
	return (struct added){NAN, {NAN, NAN}};
}

/* Of one sample nobody knows. */
static bool varies(const struct added *a)
{
	return fabs(a->halves[1] - a->halves[0]) > HALVES_MAX * fabs(a->all);
}

static void add_instructions(const struct table *t, struct columns *s, const struct added *a)
{
	columns__add(s, "%s", varies(a) ? "varies" : text_plain_time(a->all, t->r->clock).text);
}

/* Whether one of the two varies. */
static bool add_floor_row(const struct table *t, const struct cell_index *x, struct columns *s,
			  const struct cell *bare, const char *what, const char *ours,
			  const char *floor, bool first)
{
	struct added added = added_by(t, x, bare, ours), least = added_by(t, x, bare, floor);
	bool varied = varies(&added) || varies(&least);

	add_label(t, s, bare, first);
	columns__add(s, "%s", what);
	add_instructions(t, s, &added);
	add_instructions(t, s, &least);
	/* A floor that is lost in the noise is none. */
	if (!varied && isfinite(added.all / least.all) && least.all > 0)
		columns__add(s, "%.2f", added.all / least.all);
	else
		columns__add(s, "-");
	return varied;
}

/* What the probes add beside empty programs at the same points. */
static int print_floor(const struct table *t, const struct cell_index *x)
{
	struct columns *s;
	bool any = false, varied = false;
	int err;

	for (size_t i = 0; i < t->r->cell_count; i++)
		any |= !strcmp(cell__probe_set(&t->r->cells[i]), "floor");
	if (!any)
		return 0;
	s = columns__new();
	columns__head(s, COLUMNS_LABEL, "METHOD", "PROBES", NULL);
	columns__head(s, COLUMNS_RIGHT, "OURS", "FLOOR", "RATIO", NULL);
	for (size_t i = 0; i < t->bare.n; i++) {
		const struct cell *bare = t->bare.v[i].cell;

		varied |= add_floor_row(t, x, s, bare, "bench", "phases", "floor", true);
		varied |= add_floor_row(t, x, s, bare, "profile light", "light", "light-floor",
					false);
	}
	err = columns__finish(s,
			      "What the probes add to a call, beside empty programs at the same "
			      "points (FLOOR), tenth percentiles",
			      t->out, t->colour);
	if (!err && varied)
		layout_print(
			t->out, 2,
			"varies: the halves of the samples differ by more than a quarter, by what "
			"the kernel itself does in this call; more --runs can help");
	return err;
}

static int print_added(const struct table *t, const struct cell_index *x)
{
	struct columns *s = columns__new();

	columns__head(s, COLUMNS_LABEL, "METHOD", "PROBES", NULL);
	columns__head(s, COLUMNS_RIGHT, "ADDED TO CALL", "TO TOTAL", NULL);
	for (size_t i = 0; i < t->bare.n; i++) {
		const struct cell *bare = t->bare.v[i].cell;
		size_t k = cell_index__first(x, bare);
		bool first = true;

		for (; k != CELL_NONE; k = cell_index__next(x, k)) {
			const struct cell *c = &t->r->cells[k];

			if (c == bare || !cell__has_data(c))
				continue;
			add_row(t, s, bare, c, first);
			first = false;
		}
	}
	return columns__finish(s, "What each probe adds to the medians", t->out, t->colour);
}

int table_overhead(const struct table *t)
{
	struct cell_index x;
	bool any = false;
	int err;

	for (size_t i = 0; i < t->r->cell_count; i++)
		any |= is_single(&t->r->cells[i]);
	if (!any)
		return 0;
	err = run__index(t->r, PROBE_SET_AXIS, &x);
	if (!err)
		err = print_added(t, &x);
	if (!err)
		err = print_floor(t, &x);
	cell_index__free(&x);
	return err;
}
