// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/missing.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "user/gate/compare/format.h"
#include "user/gate/compare/paired.h"
#include "user/text/escape.h"

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
	gate_cell_name(of_a, row->cell, sizeof(row->cell));
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

/* In how many runs the cell has samples but broke off, and why in one of them. */
static size_t broken_runs(const struct side *s, const struct cell *like, const char **why)
{
	size_t broken = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct cell *c = gate_index__next(&s->indexes[i], like, NULL);

		while (c && !(c->broken && cell__has_data(c)))
			c = gate_index__next(&s->indexes[i], like, c);
		if (!c)
			continue;
		broken++;
		*why = c->broken;
	}
	return broken;
}

int gate_missing_rest(struct comparison *c, const struct gate_line *line)
{
	const char *sets[PROBE_SETS_MAX + 1], *why = NULL;
	size_t of_a = broken_runs(&c->a, line->a, &why), of_b = broken_runs(&c->b, line->b, &why);
	char in_a[64] = "", in_b[64] = "";
	struct gate_row *row;

	side__probe_sets(&c->a, line->a, sets);
	if (of_a + of_b == 0 || !a_gates_with_any(c, line->a, sets))
		return 0;
	row = add_row(c, line->a, NULL, NULL);
	if (!row)
		return -ENOMEM;
	if (of_a > 0)
		snprintf(in_a, sizeof(in_a), "%zu of %zu runs of A", of_a, c->a.count);
	if (of_b > 0)
		snprintf(in_b, sizeof(in_b), "%zu of %zu runs of B", of_b, c->b.count);
	gate_row__note(row, "broken off in %s%s%s: %s", in_a, of_a > 0 && of_b > 0 ? " and " : "",
		       in_b, why);
	return 0;
}

int gate_missing_in_a(struct comparison *c, const struct gate_line *line)
{
	const char *of_a, *of_b;
	char cell[128];

	if (side__measured(&c->a, line->a) || c->empty++ >= NOTES_OF_A_KIND)
		return 0;
	of_a = why_nothing(&c->a, line->a);
	of_b = why_nothing(&c->b, line->b);
	gate_cell_name(line->a, cell, sizeof(cell));
	if (side__measured(&c->b, line->b))
		return gate_report__note(c->report, "%s: only B has it; A: %.159s", cell, of_a);
	if (!strcmp(of_a, of_b))
		return gate_report__note(c->report, "%s: neither side has it: %s", cell, of_a);
	return gate_report__note(c->report, "%s: neither side has it; A: %.159s; B: %.159s", cell,
				 of_a, of_b);
}

int gate_missing_metric(struct comparison *c, const struct gate_line *line,
			const char *const *probe_sets, const struct metric *m)
{
	bool every = c->policy->every_probe_set;
	char name[128];

	/* Each cell with data has the number of failed calls. */
	if (!gates(c, m) || m->kind == METRIC_FAILED)
		return 0;
	while (*probe_sets &&
	       !(side__take_cells(&c->a, line->a, *probe_sets) && side__take_values(&c->a, m) > 0))
		probe_sets++;
	if (!*probe_sets || !side__measured(&c->b, line->b) ||
	    (every && !side__take_cells(&c->b, line->b, *probe_sets)))
		return 0;
	if (!metric_is_probed(m))
		return add_unmeasured(c, line->a, every ? *probe_sets : NULL, m, NULL);
	gate_cell_name(line->a, name, sizeof(name));
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
	gate_cell_name(of_a, cell, sizeof(cell));
	if (c->lost == NOTES_OF_A_KIND)
		err = gate_report__note(c->report, "more cells are missing in some runs");
	else if (with_data < s->count)
		err = gate_report__note(c->report, "%s: missing in %zu of %zu runs of %s%s%s", cell,
					s->count - with_data, s->count, side, why ? ": " : "",
					why ? why : "");
	else
		err = gate_report__note(c->report, "%s: %s: %zu of %zu runs of %s have no value",
					cell, m->name, s->count - values, s->count, side);
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
