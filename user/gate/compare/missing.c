// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/missing.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "user/gate/compare/format.h"
#include "user/gate/compare/paired.h"
#include "user/model/cell_name.h"
#include "user/text/escape.h"
#include "user/text/numbers.h"

static bool gates(const struct comparison *c, const struct metric *m)
{
	return metric_bit(m) & c->gating;
}

/* An inconclusive row. `probe_set`: NULL for all together. `m`: NULL for all samples. */
static struct gate_row *add_row(struct comparison *c, const struct cell *of_a,
				const char *probe_set, const struct metric *m)
{
	struct gate_row *row = gate_report__add_row(c->report);

	if (!row)
		return NULL;
	row->kind = GATE_EXACT;
	row->verdict = GATE_INCONCLUSIVE;
	row->a = row->b = NAN;
	cell__name(of_a, row->cell, sizeof(row->cell));
	if (probe_set) {
		gate_append_probe_set(row->cell, sizeof(row->cell), probe_set);
		escape_text(probe_set, row->probe_set, sizeof(row->probe_set));
	}
	snprintf(row->metric, sizeof(row->metric), "%s", m ? m->name : "samples");
	snprintf(row->unit, sizeof(row->unit), "%s",
		 m ? metric_unit(m, c->a.runs[0]->clock) : "samples");
	return row;
}

static int add_unmeasured(struct comparison *c, const struct cell *of_a, const char *probe_set,
			  const struct metric *m, const char *why)
{
	struct gate_row *row = add_row(c, of_a, probe_set, m);

	if (!row)
		return -ENOMEM;
	gate_row__note(row, "only A has it%s%s", why ? "; B: " : "", why ? why : "");
	return 0;
}

/* Whether A has a gating metric in the cell with this probe set. */
static bool a_gates_with(struct comparison *c, const struct cell *of_a, const char *probe_set)
{
	if (!side__take_cells(&c->a, of_a, probe_set))
		return false;
	for (const struct metric *m = metrics; m->name; m++) {
		if (gates(c, m) && side__take_values(&c->a, m) > 0)
			return true;
	}
	return false;
}

static bool a_gates_with_any(struct comparison *c, const struct cell *of_a,
			     const char *const *probe_sets)
{
	while (*probe_sets && !a_gates_with(c, of_a, *probe_sets))
		probe_sets++;
	return *probe_sets != NULL;
}

/* Why a cell was not measured; NULL: it does not say. */
static const char *reason_of(const struct cell *c)
{
	return c->skipped ? c->skipped : c->broken;
}

/* Why taken cells have no data, as some run states it. NULL: there are no such cells. */
static const char *why_none_taken(const struct side *s)
{
	const char *why = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct cell *c = s->cells[i];

		if (!c || cell__has_data(c))
			continue;
		if (reason_of(c))
			return reason_of(c);
		why = "no samples";
	}
	return why;
}

/* Why there is no data with any probe set. */
static const char *why_nothing(const struct side *s, const struct cell *like)
{
	const struct cell *c;

	for (size_t i = 0; i < s->count; i++) {
		for (c = gate_index__next(&s->indexes[i], like, NULL); c;
		     c = gate_index__next(&s->indexes[i], like, c)) {
			if (reason_of(c))
				return reason_of(c);
		}
	}
	return "no samples";
}

/* Runs of a side in which a cell is not whole, and why in one of them. */
struct lack {
	size_t broken, none; /* broke off, with samples or without; else without samples */
	const char *why;
};

static struct lack lack_of(struct side *s, const struct cell *like)
{
	struct lack lack = {0};

	for (size_t i = 0; i < s->count; i++) {
		const struct cell *c = NULL, *broken = NULL, *empty = NULL;
		const char *why = "not in the run";
		bool has_data = false;

		while ((c = gate_index__next(&s->indexes[i], like, c))) {
			bool data = cell__has_data(c);

			has_data |= data;
			broken = c->broken && data ? c : broken;
			empty = c->broken && !data ? c : empty;
			why = c->skipped ? c->skipped : "no samples";
		}
		/* A probe set that broke off at once in all runs has a row of its own. */
		if (!broken && empty &&
		    (!has_data || side__take_cells(s, like, cell__probe_set(empty))))
			broken = empty;
		lack.broken += broken != NULL;
		lack.none += !broken && !has_data;
		if (broken)
			lack.why = broken->broken;
		else if (!has_data && lack.broken == 0)
			lack.why = why;
	}
	return lack;
}

/* "20 of 40 runs of B"; "": none. */
static const char *runs_of(size_t n, const struct side *s, const char *name, char *text,
			   size_t size)
{
	text[0] = '\0';
	if (n > 0)
		snprintf(text, size, "%zu of %zu %s of %s", n, s->count,
			 text_plural((int64_t)s->count, "run", "runs"), name);
	return text;
}

int gate_missing_rest(struct comparison *c, const struct gate_line *line)
{
	const char *sets[PROBE_SETS_MAX + 1];
	struct lack a = lack_of(&c->a, line->a), b = lack_of(&c->b, line->b);
	char in_a[64], in_b[64];
	struct gate_row *row;

	side__probe_sets(&c->a, line->a, sets);
	/* If B has nothing of it, another row says so. */
	if (a.broken + b.broken + b.none == 0 || !side__measured(&c->b, line->b) ||
	    !a_gates_with_any(c, line->a, sets))
		return 0;
	row = add_row(c, line->a, NULL, NULL);
	if (!row)
		return -ENOMEM;
	if (a.broken + b.broken == 0) {
		gate_row__note(row, "missing in %s: %s",
			       runs_of(b.none, &c->b, "B", in_b, sizeof(in_b)), b.why);
		return 0;
	}
	runs_of(a.broken, &c->a, "A", in_a, sizeof(in_a));
	runs_of(b.broken, &c->b, "B", in_b, sizeof(in_b));
	gate_row__note(row, "broken off in %s%s%s: %s", in_a, in_a[0] && in_b[0] ? " and " : "",
		       in_b, b.broken > 0 ? b.why : a.why);
	return 0;
}

int gate_missing_in_a(struct comparison *c, const struct gate_line *line)
{
	const char *of_a, *of_b;
	struct gate_row *row;
	char cell[128];

	if (side__measured(&c->a, line->a))
		return 0;
	of_a = why_nothing(&c->a, line->a);
	of_b = why_nothing(&c->b, line->b);
	if (!side__measured(&c->b, line->b) &&
	    lack_of(&c->a, line->a).broken + lack_of(&c->b, line->b).broken > 0) {
		row = add_row(c, line->a, NULL, NULL);
		if (!row)
			return -ENOMEM;
		gate_row__note(row, "neither side has it; A: %.60s; B: %.60s", of_a, of_b);
		return 0;
	}
	if (c->empty++ >= NOTES_OF_A_KIND)
		return 0;
	cell__name(line->a, cell, sizeof(cell));
	if (side__measured(&c->b, line->b))
		return gate_report__note(c->report, "%s: only B has it; A: %.159s", cell, of_a);
	if (!strcmp(of_a, of_b))
		return gate_report__note(c->report, "%s: neither side has it: %s", cell, of_a);
	return gate_report__note(c->report, "%s: neither side has it; A: %.159s; B: %.159s", cell,
				 of_a, of_b);
}

static bool has_failed_calls(const struct side *s, const struct cell *like)
{
	const struct cell *c;

	for (size_t i = 0; i < s->count; i++) {
		for (c = gate_index__next(&s->indexes[i], like, NULL); c;
		     c = gate_index__next(&s->indexes[i], like, c)) {
			if (c->errnos.n > 0)
				return true;
		}
	}
	return false;
}

/* Whether a run has a value of the metric for this key, with any probe set. */
static bool has_value(struct side *s, const struct cell *like, const struct metric *m)
{
	const char *sets[PROBE_SETS_MAX + 1];

	side__probe_sets(s, like, sets);
	for (size_t i = 0; sets[i]; i++) {
		if (side__take_cells(s, like, sets[i]) && side__take_values(s, m) > 0)
			return true;
	}
	return false;
}

int gate_missing_call(struct comparison *c, const struct gate_line *line, const struct metric *m)
{
	struct gate_row *row;
	char cell[128];

	/* Where calls were to fail, the number of those that did is compared. */
	if (m != metric_of_sample(SAMPLE_spawn_ns) || !gates(c, m) || cell__is_to_fail(line->a) ||
	    !side__measured(&c->a, line->a) || !side__measured(&c->b, line->b) ||
	    !has_failed_calls(&c->a, line->a) || has_value(&c->a, line->a, m))
		return 0;
	if (has_value(&c->b, line->b, m))
		return gate_report__note(c->report, "%s: only B has times: every call of A failed",
					 cell__name(line->a, cell, sizeof(cell)));
	row = add_row(c, line->a, NULL, m);
	if (!row)
		return -ENOMEM;
	gate_row__note(row, "neither side has it: every call failed");
	return 0;
}

/* Why no birth of this cell can have the metric, though the run could measure it; NULL: it can. */
static const char *why_never(const struct side *s, const struct cell *like, const struct metric *m)
{
	const struct cell *c;

	if (m->kind != METRIC_COUNT || m->phase == PHASE_none)
		return NULL;
	for (size_t i = 0; i < s->count; i++) {
		for (c = gate_index__next(&s->indexes[i], like, NULL); c;
		     c = gate_index__next(&s->indexes[i], like, c)) {
			if (c->phase_origin[m->phase].absent && s->runs[i]->phases[m->phase].source)
				return c->phase_origin[m->phase].absent;
		}
	}
	return NULL;
}

int gate_missing_metric(struct comparison *c, const struct gate_line *line,
			const char *const *probe_sets, const struct metric *m)
{
	bool every = c->policy->every_probe_set;
	const char *never;
	char name[128];

	/* Each cell with data has the number of failed calls. */
	if (!gates(c, m) || m->kind == METRIC_FAILED)
		return 0;
	/* Where the samples are missing, their median says so. */
	if (metric_is_pooled(m) && gates(c, metric_of_tail(m)))
		return 0;
	while (*probe_sets &&
	       !(side__take_cells(&c->a, line->a, *probe_sets) && side__take_values(&c->a, m) > 0))
		probe_sets++;
	if (!*probe_sets || !side__measured(&c->b, line->b) ||
	    (every && !side__take_cells(&c->b, line->b, *probe_sets)))
		return 0;
	never = why_never(&c->b, line->b, m);
	if (never)
		return gate_report__note(c->report,
					 "%s: counts that B cannot have are left out: %s",
					 cell__name(line->a, name, sizeof(name)), never);
	if (!metric_is_probed(m))
		return add_unmeasured(c, line->a, every ? *probe_sets : NULL, m, NULL);
	cell__name(line->a, name, sizeof(name));
	if (every)
		gate_append_probe_set(name, sizeof(name), *probe_sets);
	return gate_report__note(c->report, "%s: %s: only A has it", name, m->name);
}

int gate_missing_probe_sets(struct comparison *c, const struct gate_line *line)
{
	const char *sets[PROBE_SETS_MAX + 1];
	bool measured = side__measured(&c->b, line->b);
	int err = 0;

	side__probe_sets(&c->a, line->a, sets);
	if (!a_gates_with_any(c, line->a, sets))
		return 0;
	for (size_t i = 0; sets[i] && !err; i++) {
		const char *why;

		if (side__take_cells(&c->b, line->b, sets[i]))
			continue;
		why = why_none_taken(&c->b);
		/* B lacks a probe set if it tried and failed, or if each one is compared. */
		if (measured && (why || c->policy->every_probe_set) &&
		    a_gates_with(c, line->a, sets[i]))
			err = add_unmeasured(c, line->a, sets[i], NULL, why);
	}
	if (err || measured)
		return err;
	return add_unmeasured(c, line->a, NULL, NULL, why_nothing(&c->b, line->b));
}

int gate_missing_cell(struct comparison *c, const struct gate_line *line)
{
	const char *sets[PROBE_SETS_MAX + 1];

	side__probe_sets(&c->a, line->a, sets);
	return a_gates_with_any(c, line->a, sets) ? add_unmeasured(c, line->a, NULL, NULL, NULL)
						  : 0;
}

static int note_side(struct comparison *c, const struct side *s, const char *side,
		     const struct cell *of_a, const struct metric *m)
{
	const char *why = why_none_taken(s);
	size_t i, with_data = 0, values = gate_count(s->values, s->count);
	size_t before = c->report->note_count;
	char cell[128];
	int err;

	if (values == s->count || c->lost > NOTES_OF_A_KIND)
		return 0;
	for (i = 0; i < s->count; i++)
		with_data += s->cells[i] && cell__has_data(s->cells[i]);
	cell__name(of_a, cell, sizeof(cell));
	if (c->lost == NOTES_OF_A_KIND)
		err = gate_report__note(c->report, "more cells are missing in some runs");
	else if (with_data < s->count)
		err = gate_report__note(c->report, "%s: missing in %zu of %zu %s of %s%s%s", cell,
					s->count - with_data, s->count,
					text_plural((int64_t)s->count, "run", "runs"), side,
					why ? ": " : "", why ? why : "");
	else
		err = gate_report__note(c->report, "%s: %s: %zu of %zu %s of %s %s no value", cell,
					m->name, s->count - values, s->count,
					text_plural((int64_t)s->count, "run", "runs"), side,
					text_plural((int64_t)(s->count - values), "has", "have"));
	c->lost += c->report->note_count > before;
	return err;
}

int gate_missing_runs(struct comparison *c, const struct cell *of_a, const struct metric *m)
{
	int err = 0;

	if (!gates(c, m))
		return 0;
	err = note_side(c, &c->a, "A", of_a, m);
	return err ? err : note_side(c, &c->b, "B", of_a, m);
}

#define REMARK_MAX sizeof(((struct gate_report *)NULL)->samples)

/* A remark of the first line, which names only the first one, and a note. */
static int remark(struct comparison *c, const char *text)
{
	size_t before = c->report->note_count;
	int err = 0;

	if (!c->report->samples[0])
		snprintf(c->report->samples, REMARK_MAX, "%s", text);
	if (c->remarks < NOTES_OF_A_KIND)
		err = gate_report__note(c->report, "%s", text);
	c->remarks += c->report->note_count > before;
	return err;
}

/* One median is less sure than many, and no tail at all. */
static int remark_few(struct comparison *c, const char *cell)
{
	const struct side *sides[] = {&c->a, &c->b};

	for (size_t i = 0; i < 2; i++) {
		double other = side__samples(sides[1 - i]);
		size_t least, runs = side__short_runs(sides[i], other / 4, &least);
		const char *name = i ? "B" : "A", *of = i ? "A" : "B";
		char text[REMARK_MAX];

		if (runs == 0)
			continue;
		if (runs == sides[i]->count)
			snprintf(text, sizeof(text), "%s: %zu %s a run of %s against %.3g of %s",
				 cell, least, text_plural((int64_t)least, "sample", "samples"),
				 name, other, of);
		else
			snprintf(text, sizeof(text),
				 "%s: %zu %s in %zu of %zu runs of %s against %.3g of %s", cell,
				 least, text_plural((int64_t)least, "sample", "samples"), runs,
				 sides[i]->count, name, other, of);
		return remark(c, text);
	}
	return 0;
}

static int name_nulls(struct comparison *c, const struct side *s, const struct cell *of_a,
		      const struct metric *m)
{
	const char *side = s == &c->a ? "A" : "B";
	size_t all, nulls = side__nulls(s, m, &all);
	struct gate_row *row;
	char cell[128], text[REMARK_MAX];

	if (nulls == 0)
		return 0;
	if (m->kind != METRIC_TIME) {
		snprintf(text, sizeof(text),
			 "%s: %s: %zu of %zu samples of %s %s null without an errno",
			 cell__name(of_a, cell, sizeof(cell)), m->name, nulls, all, side,
			 text_plural((int64_t)nulls, "is", "are"));
		return remark(c, text);
	}
	row = add_row(c, of_a, NULL, NULL);
	if (!row)
		return -ENOMEM;
	gate_row__note(row, "%s: %zu of %zu samples of %s %s null without an errno", m->name, nulls,
		       all, side, text_plural((int64_t)nulls, "is", "are"));
	return 0;
}

int gate_missing_samples(struct comparison *c, const struct cell *of_a, const struct metric *m)
{
	char cell[128];
	int err;

	if (!gates(c, m) || m->kind == METRIC_FAILED)
		return 0;
	err = name_nulls(c, &c->a, of_a, m);
	if (!err)
		err = name_nulls(c, &c->b, of_a, m);
	return err ? err : remark_few(c, cell__name(of_a, cell, sizeof(cell)));
}
