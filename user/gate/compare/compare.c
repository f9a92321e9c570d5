// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Two sets of runs, cell by cell and metric by metric. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/gate/compare/comparison.h"
#include "user/gate/compare/paired.h"
#include "user/text/escape.h"
#include "user/text/wrap.h"

static bool is_count(int metric)
{
	return metric >= GATE_METRIC_COUNT;
}

/* What a random layout may change of a count: pages and faults on them, and page tables. */
static double layout_slack(const struct comparison *c, int metric)
{
	int64_t page = 4096;
	const struct env_fact *f = run__env(c->a.runs[0], "page_bytes");

	if (f && !f->text && f->number > 0)
		page = f->number;
	if (!c->random_layout)
		return 0;
	switch (metric - GATE_METRIC_COUNT) {
	case COUNT_ptes_copied:
	case COUNT_cow_faults_child:
	case COUNT_cow_faults_parent:
	case COUNT_cow_copied_child:
	case COUNT_cow_copied_parent:
		return GATE_LAYOUT_PAGES;
	case COUNT_page_table_bytes:
		return (double)(GATE_LAYOUT_PAGES * page);
	default:
		return 0;
	}
}

static const char *source_in(const struct run *r, const struct cell *c, enum phase p)
{
	const char *source =
		c->phase_origin[p].source ? c->phase_origin[p].source : r->phases[p].source;

	return source ? source : "";
}

/*
 * A phase by other probes begins or ends a little elsewhere. In the lab, where the kernel is the
 * same or its difference declared, it is part of what differs; elsewhere it is only shown.
 */
static void compare_sources(const struct comparison *c, struct gate_row *row)
{
	enum phase p = row->id - GATE_METRIC_PHASE;
	size_t first_a = side__first(&c->a), first_b = side__first(&c->b);
	const char *a, *b;
	char of_a[64], of_b[64];

	if (row->id < GATE_METRIC_PHASE || row->id >= GATE_METRIC_COUNT)
		return;
	a = source_in(c->a.runs[first_a], c->a.cells[first_a], p);
	b = source_in(c->b.runs[first_b], c->b.cells[first_b], p);
	if (!strcmp(a, b))
		return;
	escape_text(a, of_a, sizeof(of_a));
	escape_text(b, of_b, sizeof(of_b));
	snprintf(row->note, sizeof(row->note), "other probes: %s | %s", of_a, of_b);
	if (!c->lab)
		row->kind = GATE_SHOWN;
}

void gate_append_pass(char *cell, size_t size, const char *pass)
{
	char words[64];

	escape_text(probe_set_words(pass), words, sizeof(words));
	layout_append(cell, size, ", %s", words);
}

static void name_row(const struct comparison *c, struct gate_row *row, const struct cell *of_a,
		     const char *pass, int metric)
{
	row->id = metric;
	row->kind = GATE_METRIC_BIT(metric) & c->gating ? GATE_STATISTICAL : GATE_SHOWN;
	gate_cell_name(of_a, row->cell, sizeof(row->cell));
	if (c->policy->every_pass)
		gate_append_pass(row->cell, sizeof(row->cell), pass);
	snprintf(row->metric, sizeof(row->metric), "%s", gate_metric_name(metric));
	snprintf(row->unit, sizeof(row->unit), "%s", gate_metric_unit(metric, c->a.runs[0]->clock));
	escape_text(pass, row->trace, sizeof(row->trace));
}

/*
 * Times and counts below 0 are a fault of what wrote them, or of a clock that differs between CPUs:
 * the reader takes them as they are, and nothing can be said by them.
 */
static bool is_faulty(const struct comparison *c, struct gate_row *row)
{
	bool a = side__negative(&c->a, row->id), b = side__negative(&c->b, row->id);

	if (!a && !b)
		return false;
	if (row->kind != GATE_SHOWN)
		row->kind = GATE_EXACT;
	row->verdict = GATE_INCONCLUSIVE;
	snprintf(row->note, sizeof(row->note), "%s a value below 0, which cannot be",
		 a && b ? "A and B have"
		 : a	? "A has"
			: "B has");
	return true;
}

static int compare_metric(struct comparison *c, const struct cell *of_a, const char *pass,
			  int metric)
{
	size_t most = c->a.count > c->b.count ? c->a.count : c->b.count;
	double *scratch = calloc(most, sizeof(*scratch));
	struct gate_row *row = gate_report__add_row(c->report);
	struct gate_values v = {
		c->a.values, c->b.values, c->a.count, c->b.count,
		/* In the lab medians repeat to the digit, whatever varies; and how many calls
		 * fail is one number for a run. */
		!c->lab && metric != GATE_METRIC_FAILED &&
			(side__varies(&c->a, metric) || side__varies(&c->b, metric)),
		layout_slack(c, metric)};
	int err = 0;

	if (!row || !scratch) {
		free(scratch);
		return -ENOMEM;
	}
	name_row(c, row, of_a, pass, metric);
	row->a = side__median(&c->a, scratch);
	row->b = side__median(&c->b, scratch);
	free(scratch);
	if (is_faulty(c, row))
		return 0;
	compare_sources(c, row);
	if (row->kind == GATE_SHOWN && (c->lab || is_count(metric)))
		row->change = row->a == row->b ? 0 : row->b / row->a - 1;
	else if (c->lab || is_count(metric))
		gate_decide_exact(row, &v, c->policy);
	if (!c->lab &&
	    (row->kind == GATE_STATISTICAL || (row->kind == GATE_SHOWN && !is_count(metric))))
		err = gate_estimate_pairs(row, &v, c->policy);
	return err;
}

const char *const *gate_passes_for(int metric)
{
	static const char *const samples[] = {"none", "phases", NULL};
	static const char *const phases[] = {"phases", "all", NULL};
	static const char *const counts[] = {"all", "phases", "none", NULL};

	return metric < GATE_METRIC_PHASE ? samples : is_count(metric) ? counts : phases;
}

/* Compares a metric in a pass if both sides have it: 1; else 0; or -ENOMEM. */
static int compare_in_pass(struct comparison *c, const struct cell *of_a, const struct cell *of_b,
			   const char *pass, int metric)
{
	int err;

	if (!side__take_cells(&c->a, of_a, pass) || !side__take_cells(&c->b, of_b, pass) ||
	    side__take_values(&c->a, metric) == 0 || side__take_values(&c->b, metric) == 0)
		return 0;
	err = gate_miss_runs(c, of_a, metric);
	if (!err)
		err = compare_metric(c, of_a, pass, metric);
	return err ? err : 1;
}

void gate_all_passes(const struct side *s, const struct cell *like, const char **passes)
{
	size_t k, count = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct cell *c = NULL;

		while (count < PASSES_MAX && (c = gate_index__next(&s->indexes[i], like, c))) {
			for (k = 0; k < count && strcmp(passes[k], cell__probe_set(c)); k++)
				;
			passes[k] = cell__probe_set(c);
			count += k == count;
		}
	}
}

/* Each metric in the first pass that both have it in. */
static int compare_cells(struct comparison *c, const struct gate_line *line)
{
	int done = 0;

	for (int metric = 0; metric < GATE_METRICS && done >= 0; metric++) {
		const char *const *pass = gate_passes_for(metric);

		if (!c->time_ok && !is_count(metric))
			continue;
		for (done = 0; *pass && done == 0; pass++)
			done = compare_in_pass(c, line->a, line->b, *pass, metric);
		if (done == 0)
			done = gate_miss_metric(c, line, gate_passes_for(metric), metric);
	}
	return done < 0 ? done : 0;
}

/* Each metric in each pass. */
static int compare_passes(struct comparison *c, const struct gate_line *line)
{
	const char *passes[PASSES_MAX + 1] = {NULL};
	int done = 0;

	gate_all_passes(&c->a, line->a, passes);
	for (int metric = 0; metric < GATE_METRICS && done >= 0; metric++) {
		if (!c->time_ok && !is_count(metric))
			continue;
		for (size_t i = 0; passes[i] && done >= 0; i++) {
			const char *const one[] = {passes[i], NULL};

			done = compare_in_pass(c, line->a, line->b, passes[i], metric);
			if (done == 0)
				done = gate_miss_metric(c, line, one, metric);
		}
	}
	return done < 0 ? done : 0;
}

/* Rows go by A's name: where B's cell has another, it is told. */
static int note_place(struct comparison *c, const struct gate_line *line)
{
	char of_a[128], of_b[128];

	if (cell__same_key(line->a, line->b, "trace") || !side__measured(&c->a, line->a) ||
	    !side__measured(&c->b, line->b) || c->by_place++ >= NOTES_OF_A_KIND)
		return 0;
	return gate_report__note(c->report, "%s is compared with %s of B",
				 gate_cell_name(line->a, of_a, sizeof(of_a)),
				 gate_cell_name(line->b, of_b, sizeof(of_b)));
}

static int compare_line(struct comparison *c, const struct gate_line *line)
{
	int err = c->policy->every_pass ? compare_passes(c, line) : compare_cells(c, line);

	if (!err)
		err = gate_miss_passes(c, line);
	if (!err)
		err = gate_miss_both(c, line);
	return err ? err : note_place(c, line);
}

static int compare_grid(struct comparison *c)
{
	struct gate_grid grid;
	size_t in_common = 0;
	int err = gate_grid__build(&grid, c->a.indexes, c->a.count, c->b.indexes, c->b.count,
				   c->policy->by_place);

	for (size_t i = 0; i < grid.count && !err; i++) {
		const struct gate_line *line = &grid.v[i];

		c->only_a += !line->b;
		c->only_b += !line->a;
		if (!line->a || !line->b)
			continue;
		in_common++;
		err = compare_line(c, line);
	}
	/* With no cell in common these are other grids, and not comparable. */
	for (size_t i = 0; i < grid.count && !err && in_common > 0; i++) {
		if (!grid.v[i].b)
			err = gate_miss_cell(c, &grid.v[i]);
	}
	gate_grid__free(&grid);
	return err;
}

static int64_t fact_number(const struct run *r, const char *name)
{
	const struct env_fact *f = run__env(r, name);

	return f && !f->text ? f->number : MISSING;
}

/* Unless both say that it is not. */
static bool has_random_layout(const struct run *r)
{
	const struct env_fact *f = run__env(r, "aslr_personality");

	return fact_number(r, "aslr") != 0 && !(f && f->text && !strcmp(f->text, "off"));
}

static int note_run(struct gate_report *report, const char *side, const struct run *r)
{
	int64_t lost = r->end.lost, missed = r->end.missed;

	if (!r->ended)
		return gate_report__note(report, "%s: a truncated run", side);
	if (lost > 0 || missed > 0)
		return gate_report__note(report,
					 "%s: %lld records lost, %lld probe runs missed: its "
					 "phases and counts are incomplete",
					 side, (long long)(lost > 0 ? lost : 0),
					 (long long)(missed > 0 ? missed : 0));
	return 0;
}

static int note_all(struct comparison *c)
{
	struct gate_report *report = c->report;
	size_t statistical = 0;
	int err = 0;

	for (size_t i = 0; i < report->row_count; i++)
		statistical += report->rows[i].kind == GATE_STATISTICAL;
	for (size_t i = 0; i < c->a.count && !err; i++)
		err = note_run(report, "A", c->a.runs[i]);
	for (size_t i = 0; i < c->b.count && !err; i++)
		err = note_run(report, "B", c->b.runs[i]);
	if (!err && c->only_a > 0)
		err = gate_report__note(report, "%zu cell%s only A has", c->only_a,
					c->only_a == 1 ? "" : "s");
	if (!err && c->only_b > 0)
		err = gate_report__note(report, "%zu cell%s only B has", c->only_b,
					c->only_b == 1 ? "" : "s");
	if (!err && c->empty > NOTES_OF_A_KIND)
		err = gate_report__note(report, "and so on: A has nothing of %zu cells", c->empty);
	if (!err && c->by_place > NOTES_OF_A_KIND)
		err = gate_report__note(report, "and so on, by their place: %zu cells",
					c->by_place);
	if (!err && c->a.count != c->b.count && !c->lab)
		err = gate_report__note(report,
					"%zu runs of A and %zu of B: the rest makes no pairs",
					c->a.count, c->b.count);
	if (!err && statistical > 0 && !c->in_turn)
		err = gate_report__note(
			report,
			"the runs of A and B were not taken in turn, so a machine that "
			"changed in between looks like a change of B: times decide nothing; "
			"--ab takes them in turn, --in-turn says that they were");
	return err;
}

/* Counts may cross machines if they are all that is asked for. */
static bool is_comparable(struct comparison *c, bool counts_ok)
{
	return c->time_ok ||
	       (counts_ok && (c->gating & (GATE_METRIC_BIT(GATE_METRIC_COUNT) - 1)) == 0);
}

static int compare_all(struct comparison *c)
{
	size_t n = c->a.count + c->b.count;
	const struct run **all = calloc(n, sizeof(*all));
	bool counts_ok;
	int err;

	if (!all)
		return -ENOMEM;
	memcpy(all, c->a.runs, c->a.count * sizeof(struct run *));
	memcpy(all + c->a.count, c->b.runs, c->b.count * sizeof(struct run *));
	for (size_t i = 0; i < n; i++)
		c->random_layout |= has_random_layout(all[i]);
	gate_environment(all, n, c->policy, c->report, &c->time_ok, &counts_ok);
	free(all);
	c->gating = c->policy->metrics;
	if (c->gating == 0)
		c->gating = c->lab ? gate_metric_set("all")
				   : gate_metric_set("times") | gate_metric_set("counts");
	c->comparable = is_comparable(c, counts_ok);
	if (!c->comparable) {
		c->report->verdict = GATE_NOT_COMPARABLE;
		return 0;
	}
	c->in_turn = c->policy->in_turn || sides_in_turn(&c->a, &c->b);
	err = compare_grid(c);
	if (!err)
		err = gate_decide_pairs(c->report, c->policy, c->in_turn);
	if (!err)
		err = note_all(c);
	return err;
}

/* The headline where no cell of A is one of B's. */
static void name_cells(const struct run *a, const struct run *b, struct gate_report *report)
{
	char of_a[96], of_b[96];

	if (a->cell_count > 0 && b->cell_count > 0)
		snprintf(report->headline, sizeof(report->headline),
			 "no cell in common: A has %s, B has %s",
			 gate_cell_name(&a->cells[0], of_a, sizeof(of_a)),
			 gate_cell_name(&b->cells[0], of_b, sizeof(of_b)));
}

int gate_compare(const struct run *a, size_t count_a, const struct run *b, size_t count_b,
		 const struct gate_policy *policy, struct gate_report *report)
{
	struct comparison c = {
		.policy = policy,
		.report = report,
		.lab = run__counts_instructions(a),
	};
	int err;

	*report = (struct gate_report){
		.margin = policy->margin,
		.runs_a = count_a,
		.runs_b = count_b,
		.pairs = count_a < count_b ? count_a : count_b,
	};
	report->clock = strdup(a->clock);
	err = report->clock ? side__fill(&c.a, a, count_a) : -ENOMEM;
	if (!err)
		err = side__fill(&c.b, b, count_b);
	if (!err && report->pairs > GATE_PAIRS_MAX)
		err = -E2BIG;
	if (!err)
		err = compare_all(&c);
	side__free(&c.a);
	side__free(&c.b);
	if (!err)
		gate_conclude(report);
	else
		gate_report__free(report);
	if (!err && c.comparable && c.only_a > 0 && report->row_count == 0)
		name_cells(a, b, report);
	return err;
}
