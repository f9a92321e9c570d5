// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/print/print.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "user/base/command.h"

#define GATE_SCHEMA 1

static const char *const kinds[] = {
	[GATE_EXACT] = "exact",
	[GATE_STATISTICAL] = "statistical",
	[GATE_BUDGET] = "budget",
	[GATE_SHOWN] = "shown",
};

/* Leaves out what is not known, as in a result file. */
static int set_number(json_t *object, const char *name, double value)
{
	return isfinite(value) ? json_object_set_new(object, name, json_real(value)) : 0;
}

static int set_text(json_t *object, const char *name, const char *text)
{
	return text && *text ? json_object_set_new(object, name, json_string(text)) : 0;
}

static json_t *encode_row(const struct gate_row *row)
{
	json_t *j = json_pack("{s:s, s:s, s:s, s:s}", "metric", row->metric, "kind",
			      kinds[row->kind], "unit", row->unit, "verdict",
			      row->kind == GATE_SHOWN ? "none" : gate_verdict_name(row->verdict));
	bool budget = row->kind == GATE_BUDGET;

	if (!j || set_text(j, "cell", row->cell) || set_text(j, "trace", row->probe_set) ||
	    set_number(j, budget ? "limit" : "a", row->a) ||
	    set_number(j, budget ? "value" : "b", row->b) || set_number(j, "change", row->change) ||
	    set_number(j, "low", row->low) || set_number(j, "high", row->high) ||
	    set_number(j, "tolerance", row->tolerance) ||
	    set_number(j, "p_regression", row->p_regression) ||
	    set_number(j, "p_pass", row->p_pass) || set_number(j, "p_better", row->p_better) ||
	    set_number(j, "p_more", row->p_more) ||
	    set_number(j, "p_permutation", row->p_permutation) ||
	    set_number(j, "smallest_effect", row->smallest) ||
	    set_number(j, "pairs_needed", row->needed) || set_text(j, "note", row->note) ||
	    (row->pairs > 0 && json_object_set_new(j, budget ? "samples" : "pairs",
						   json_integer((json_int_t)row->pairs))) ||
	    (row->improved && json_object_set_new(j, "improved", json_true())) ||
	    (row->accepted &&
	     json_object_set_new(j, "accepted", json_integer((json_int_t)row->accepted)))) {
		json_decref(j);
		return NULL;
	}
	return j;
}

/* 0, or -1: out of memory. */
static int add_lists(json_t *rows, json_t *differences, json_t *notes, const struct gate_report *r)
{
	int err = 0;

	for (size_t i = 0; i < r->row_count; i++)
		err |= json_array_append_new(rows, encode_row(&r->rows[i]));
	for (size_t i = 0; i < r->difference_count; i++) {
		const struct gate_difference *d = &r->differences[i];

		err |= json_array_append_new(differences,
					     json_pack("{s:s, s:s, s:s, s:b}", "name", d->name, "a",
						       d->a, "b", d->b, "declared", d->declared));
	}
	for (size_t i = 0; i < r->note_count; i++)
		err |= json_array_append_new(notes, json_string(r->notes[i]));
	return err;
}

/* Of means and tails, if such a metric is among the rows. */
static int set_margins(json_t *j, const struct gate_report *r)
{
	bool pooled = false;

	for (size_t i = 0; i < r->row_count; i++)
		pooled |= r->rows[i].pooled;
	return pooled && (set_number(j, "margin_mean", r->margin_mean) ||
			  set_number(j, "margin_tail", r->margin_tail));
}

/* What was compared. A budget, and what is trouble, has no sides, no margin and no levels. */
static int set_sizes(json_t *j, const struct gate_report *r)
{
	const struct {
		const char *name;
		size_t n;
	} counts[] = {{"runs_a", r->runs_a}, {"runs_b", r->runs_b}, {"pairs", r->pairs}};
	int err = 0;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]) && !err; i++) {
		if (counts[i].n > 0)
			err = json_object_set_new(j, counts[i].name,
						  json_integer((json_int_t)counts[i].n));
	}
	if (err || r->runs_a == 0)
		return err;
	return set_number(j, "margin", r->margin) || set_margins(j, r) ||
	       set_number(j, "alpha_regression", r->alpha_regression) ||
	       set_number(j, "alpha_pass", r->alpha_pass);
}

int gate_print_json(const struct gate_report *r, FILE *out, bool strict)
{
	json_t *j = json_pack("{s:s, s:i, s:s, s:s, s:s}", "type", "gate", "schema", GATE_SCHEMA,
			      "tool", "spawnscope " SPAWNSCOPE_VERSION, "verdict",
			      gate_verdict_name(r->verdict), "headline", r->headline);
	json_t *rows = json_array(), *differences = json_array(), *notes = json_array();
	int err = add_lists(rows, differences, notes, r);

	if (!j || set_text(j, "clock", r->clock) || set_text(j, "order", r->order) ||
	    set_text(j, "cause", r->cause) || set_sizes(j, r) ||
	    json_object_set(j, "metrics", rows) || json_object_set(j, "differences", differences) ||
	    json_object_set(j, "notes", notes) || err ||
	    (json_dumpf(j, out, JSON_INDENT(1) | JSON_REAL_PRECISION(10)) && !ferror(out)))
		err = -ENOMEM;
	fputc('\n', out);
	json_decref(rows);
	json_decref(differences);
	json_decref(notes);
	json_decref(j);
	return err;
}
