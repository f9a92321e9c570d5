// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What one side has measured and the other one has not. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "user/gate/compare/comparison.h"
#include "user/gate/compare/paired.h"
#include "user/text/escape.h"
#include "user/text/wrap.h"

/* Once for a cell, or once for each of its passes. */
static int add_unmeasured(struct comparison *c, const struct cell *of_a, const char *pass,
			  const char *metric, const char *unit, const char *why)
{
	struct gate_row *row = gate_report__add_row(c->report);

	if (!row)
		return -ENOMEM;
	row->kind = GATE_EXACT;
	row->verdict = GATE_INCONCLUSIVE;
	row->a = row->b = NAN;
	gate_cell_name(of_a, row->cell, sizeof(row->cell));
	if (pass) {
		gate_append_pass(row->cell, sizeof(row->cell), pass);
		escape_text(pass, row->trace, sizeof(row->trace));
	}
	snprintf(row->metric, sizeof(row->metric), "%s", metric);
	snprintf(row->unit, sizeof(row->unit), "%s", unit);
	snprintf(row->note, sizeof(row->note), "only A has it%s", why ? "; B: " : "");
	if (why)
		escape_text(why, row->note + strlen(row->note),
			    sizeof(row->note) - strlen(row->note));
	return 0;
}

/* Whether A has a metric that gates in this pass of the cell. */
static bool gates(struct comparison *c, const struct cell *of_a, const char *pass)
{
	if (!side__take_cells(&c->a, of_a, pass))
		return false;
	for (int metric = 0; metric < GATE_METRICS; metric++) {
		if (GATE_METRIC_BIT(metric) & c->gating && side__take_values(&c->a, metric) > 0)
			return true;
	}
	return false;
}

static bool gates_in_any(struct comparison *c, const struct cell *of_a, const char *const *passes)
{
	while (*passes && !gates(c, of_a, *passes))
		passes++;
	return *passes != NULL;
}

/* Why cells that were taken have no data: what some run says of it. NULL: there are no such cells.
 */
static const char *why_none(const struct side *s)
{
	const char *why = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct cell *c = s->cells[i];

		if (!c || cell__has_data(c))
			continue;
		if (c->skipped || c->broken)
			return c->skipped ? c->skipped : c->broken;
		why = "no samples";
	}
	return why;
}

/* Why there is nothing in any pass. */
static const char *why_nothing(const struct side *s, const struct cell *like)
{
	const struct cell *c;

	for (size_t i = 0; i < s->count; i++) {
		for (c = gate_index__next(&s->indexes[i], like, NULL); c;
		     c = gate_index__next(&s->indexes[i], like, c)) {
			if (c->skipped || c->broken)
				return c->skipped ? c->skipped : c->broken;
		}
	}
	return "no samples";
}

int gate_miss_both(struct comparison *c, const struct gate_line *line)
{
	char cell[128], of_a[160], of_b[160];

	if (side__measured(&c->a, line->a) || c->empty++ >= NOTES_OF_A_KIND)
		return 0;
	gate_cell_name(line->a, cell, sizeof(cell));
	escape_text(why_nothing(&c->a, line->a), of_a, sizeof(of_a));
	escape_text(why_nothing(&c->b, line->b), of_b, sizeof(of_b));
	if (side__measured(&c->b, line->b))
		return gate_report__note(c->report, "%s: only B has it; A: %s", cell, of_a);
	if (!strcmp(of_a, of_b))
		return gate_report__note(c->report, "%s: neither side has it: %s", cell, of_a);
	return gate_report__note(c->report, "%s: neither side has it; A: %s; B: %s", cell, of_a,
				 of_b);
}

int gate_miss_metric(struct comparison *c, const struct gate_line *line, const char *const *passes,
		     int metric)
{
	char name[128];

	/* How many calls failed is known of each cell that has data. */
	if (!(GATE_METRIC_BIT(metric) & c->gating) || metric == GATE_METRIC_FAILED)
		return 0;
	while (*passes &&
	       !(side__take_cells(&c->a, line->a, *passes) && side__take_values(&c->a, metric) > 0))
		passes++;
	if (!*passes || !side__measured(&c->b, line->b) ||
	    (c->policy->every_pass && !side__take_cells(&c->b, line->b, *passes)))
		return 0;
	if (metric < GATE_METRIC_PHASE || metric >= GATE_METRIC_COUNT)
		return add_unmeasured(c, line->a, c->policy->every_pass ? *passes : NULL,
				      gate_metric_name(metric),
				      gate_metric_unit(metric, c->a.runs[0]->clock), NULL);
	gate_cell_name(line->a, name, sizeof(name));
	if (c->policy->every_pass)
		gate_append_pass(name, sizeof(name), *passes);
	return gate_report__note(c->report, "%s: %s: only A has it", name,
				 gate_metric_name(metric));
}

int gate_miss_passes(struct comparison *c, const struct gate_line *line)
{
	const char *passes[PASSES_MAX + 1] = {NULL};
	bool measured = side__measured(&c->b, line->b);
	int err = 0;

	gate_all_passes(&c->a, line->a, passes);
	if (!gates_in_any(c, line->a, passes))
		return 0;
	for (size_t i = 0; passes[i] && !err; i++) {
		const char *of_pass;

		if (side__take_cells(&c->b, line->b, passes[i]))
			continue;
		of_pass = why_none(&c->b);
		/* A pass that B was not asked for is one, if each pass is compared. */
		if (measured && (of_pass || c->policy->every_pass) && gates(c, line->a, passes[i]))
			err = add_unmeasured(c, line->a, passes[i], "samples", "samples", of_pass);
	}
	return err || measured ? err
			       : add_unmeasured(c, line->a, NULL, "samples", "samples",
						why_nothing(&c->b, line->b));
}

int gate_miss_cell(struct comparison *c, const struct gate_line *line)
{
	const char *passes[PASSES_MAX + 1] = {NULL};

	gate_all_passes(&c->a, line->a, passes);
	return gates_in_any(c, line->a, passes)
		       ? add_unmeasured(c, line->a, NULL, "samples", "samples", NULL)
		       : 0;
}

static int note_side(struct comparison *c, const struct side *s, const char *side,
		     const struct cell *of_a, int metric)
{
	const char *why = why_none(s);
	size_t i, with_data = 0, values = gate_count(s->values, s->count);
	size_t before = c->report->note_count;
	char cell[128], text[160] = "";
	int err;

	if (values == s->count || c->lost > NOTES_OF_A_KIND)
		return 0;
	for (i = 0; i < s->count; i++)
		with_data += s->cells[i] && cell__has_data(s->cells[i]);
	gate_cell_name(of_a, cell, sizeof(cell));
	if (why)
		escape_text(why, text, sizeof(text));
	if (c->lost == NOTES_OF_A_KIND)
		err = gate_report__note(c->report, "there are more that some runs have nothing of");
	else if (with_data < s->count)
		err = gate_report__note(
			c->report, "%s: %zu of %zu runs of %s have nothing of it%s%s", cell,
			s->count - with_data, s->count, side, why ? ": " : "", text);
	else
		err = gate_report__note(c->report, "%s: %s: %zu of %zu runs of %s have no value",
					cell, gate_metric_name(metric), s->count - values, s->count,
					side);
	c->lost += c->report->note_count > before;
	return err;
}

int gate_miss_runs(struct comparison *c, const struct cell *of_a, int metric)
{
	int err = 0;

	if (!(GATE_METRIC_BIT(metric) & c->gating))
		return 0;
	err = note_side(c, &c->a, "A", of_a, metric);
	return err ? err : note_side(c, &c->b, "B", of_a, metric);
}
