// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/accept.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/gate/compare/format.h"

static bool is_over(const struct gate_accept *a, const struct gate_accept_line *l)
{
	return strcmp(l->until, a->today) < 0;
}

/* Rows that only show something are no concern of it. Of a median it is about the mean, too. */
static bool is_about(const struct gate_accept_line *l, const struct gate_row *row)
{
	return (row->kind == GATE_EXACT || row->kind == GATE_STATISTICAL) &&
	       (row->of == l->of || (row->pooled && metric_of_tail(row->of) == l->of)) &&
	       !strcmp(row->cell, l->cell);
}

/* Compared with what the gate prints, so that the number of its first line can be copied. */
static bool is_within_share(double change, double share)
{
	char text[32];

	return strtod(gate_percent(change, text, sizeof(text)), NULL) <= 100 * share * (1 + 1e-12);
}

/* Whether a change, as a share, is accepted. NAN and infinity are not. */
static bool is_within(const struct gate_accept_line *l, const struct gate_row *row, double change)
{
	if (isnan(l->share))
		return change * row->a <= l->units;
	return isfinite(change) && is_within_share(change, l->share);
}

static bool exact_is_within(const struct gate_accept_line *l, const struct gate_row *row)
{
	/* Also from nothing, of which there is no share. */
	return isnan(l->share) ? row->b - row->a <= l->units : is_within(l, row, row->change);
}

/*
 * Runs that were not taken in turn have an interval, but it decides nothing. A mean or a tail has
 * none: of a regression the change itself counts.
 */
static enum gate_verdict judge_pairs(const struct gate_accept_line *l, const struct gate_row *row)
{
	if (row->pooled)
		return isfinite(row->p_more) && is_within(l, row, row->change) ? GATE_PASS
									       : row->verdict;
	if (isnan(row->p_pass))
		return row->verdict;
	if (!isfinite(row->low) || !isfinite(row->high))
		return row->verdict == GATE_REGRESSION && is_within(l, row, row->change)
			       ? GATE_PASS
			       : row->verdict;
	if (is_within(l, row, row->high))
		return GATE_PASS;
	return is_within(l, row, row->low) ? GATE_INCONCLUSIVE : row->verdict;
}

static void judge(const struct gate_accept_line *l, struct gate_row *row)
{
	if (row->verdict == GATE_PASS)
		return;
	if (row->kind == GATE_STATISTICAL)
		row->verdict = judge_pairs(l, row);
	else if (row->verdict == GATE_REGRESSION && exact_is_within(l, row))
		row->verdict = GATE_PASS;
	row->accepted = row->verdict == GATE_PASS ? l->line : 0;
}

void gate_accept__conclude(const struct gate_accept *a, struct gate_report *r)
{
	for (size_t i = 0; i < r->row_count; i++) {
		if (r->rows[i].verdict != GATE_PASS || r->rows[i].kind == GATE_SHOWN)
			r->rows[i].accepted = 0;
	}
	for (size_t i = 0; a && i < a->count; i++) {
		for (size_t k = 0; k < r->row_count && !is_over(a, &a->v[i]); k++) {
			if (is_about(&a->v[i], &r->rows[k]))
				judge(&a->v[i], &r->rows[k]);
		}
	}
	gate_report__conclude(r);
}

/* The row that says most of what a line did: one that did not pass, then one that it accepted. */
static const struct gate_row *main_row(const struct gate_accept_line *l,
				       const struct gate_report *r)
{
	const struct gate_row *found = NULL;

	for (size_t i = 0; i < r->row_count; i++) {
		const struct gate_row *row = &r->rows[i];

		if (!is_about(l, row))
			continue;
		if (row->verdict != GATE_PASS)
			return row;
		if (!found || (row->accepted && !found->accepted))
			found = row;
	}
	return found;
}

static int note_line(const struct gate_accept *a, const struct gate_accept_line *l,
		     struct gate_report *r)
{
	const struct gate_row *row = main_row(l, r);
	char what[512], change[32] = "";

	/* The change is of the row, which may be that of the mean or a tail. */
	snprintf(what, sizeof(what), "%s, line %zu: %s: %s", a->name, l->line, l->cell,
		 row ? row->metric : l->of->name);
	if (!row)
		return gate_report__note(r, "%s: matches nothing that was compared", what);
	if (isfinite(row->change))
		gate_percent(row->change, change, sizeof(change));
	else
		gate_value(row->b - row->a, row->unit, change, sizeof(change));
	if (row->accepted)
		return gate_report__note(r, "%s %s is accepted up to %s until %s, for %s: %s", what,
					 change, l->up_to, l->until, l->commit, l->why);
	if (is_over(a, l))
		return gate_report__note(r, "%s was accepted until %s, which is past", what,
					 l->until);
	if (row->verdict == GATE_PASS)
		return gate_report__note(r, "%s passes by itself: the line no longer applies",
					 what);
	if (row->verdict == GATE_REGRESSION)
		return gate_report__note(r, "%s %s is more than the accepted %s", what, change,
					 l->up_to);
	return gate_report__note(r, "%s %s is not shown to be within the accepted %s", what, change,
				 l->up_to);
}

int gate_accept__note(const struct gate_accept *a, struct gate_report *r)
{
	int err = 0;

	for (size_t i = 0; a && i < a->count && !err; i++)
		err = note_line(a, &a->v[i], r);
	return err;
}
