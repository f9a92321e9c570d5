// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/share.h"

#include <math.h>
#include <string.h>

#include "user/text/layout.h"

#define PARTS_NAMED 3

struct part {
	const char *where;
	double more;
};

struct parts {
	struct part v[PHASE_COUNT + 1];
	size_t n;
	bool execs;
};

/*
 * Whether the phase is a part of this sample and overlaps no other: not what one process waits
 * while the other works, but for a call, where the wait is all that is seen of the child.
 */
static bool is_part(enum phase p, enum sample_kind whole)
{
	const struct phase_model *m = &phase_models[p];

	if (m->part_of != PHASE_none || m->group == GROUP_AFTER)
		return false;
	if (whole == SAMPLE_spawn_ns)
		return m->group == GROUP_CALL;
	if (whole == SAMPLE_exec_ns && p == PHASE_exit_mm)
		return false;
	return m->kind == PHASE_WORK || p == PHASE_pre_exec;
}

/* The sample that the row compares; SAMPLE_COUNT: none that has parts. */
static enum sample_kind whole_of(const struct gate_row *row)
{
	static const enum sample_kind wholes[] = {SAMPLE_spawn_ns, SAMPLE_exec_ns, SAMPLE_total_ns};

	for (size_t i = 0; i < sizeof(wholes) / sizeof(wholes[0]); i++) {
		if (row->of && row->of == metric_of_sample(wholes[i]))
			return wholes[i];
	}
	return SAMPLE_COUNT;
}

static void add_part(struct parts *p, const char *where, double more)
{
	size_t i = p->n++;

	/* The largest first. */
	for (; i > 0 && p->v[i - 1].more < more; i--)
		p->v[i] = p->v[i - 1];
	p->v[i] = (struct part){where, more};
}

static void find_parts(const struct gate_report *r, const struct gate_row *whole, struct parts *p)
{
	enum sample_kind sample = whole_of(whole);
	double rest = whole->b - whole->a, more;

	for (size_t i = 0; i < r->row_count; i++) {
		const struct gate_row *row = &r->rows[i];

		if (p->n == PHASE_COUNT || !row->of || row->of->kind != METRIC_PHASE ||
		    strcmp(row->cell, whole->cell) || !isfinite(row->a) || !isfinite(row->b) ||
		    !is_part(row->of->phase, sample))
			continue;
		more = row->b - row->a;
		p->execs |= row->of->phase == PHASE_exec_load;
		add_part(p, row->metric, more);
		rest -= more;
	}
	if (p->n > 0)
		add_part(p, NULL, rest);
}

static const char *name_of(const struct parts *p, const struct part *part, enum sample_kind whole)
{
	if (part->where)
		return part->where;
	if (whole == SAMPLE_total_ns && p->execs)
		return "the program's own start, between exec_load and exit";
	return "no phase";
}

void gate_share(const struct gate_report *r, const struct gate_row *whole, char *text, size_t size)
{
	double more = whole->b - whole->a, sum = 0;
	enum sample_kind sample = whole_of(whole);
	struct parts p = {0};

	text[0] = '\0';
	if (sample == SAMPLE_COUNT || !(more > 0))
		return;
	find_parts(r, whole, &p);
	/* Other parts fell: a share would be above 100 %. */
	if (p.n > 0 && p.v[0].more > 1.005 * more) {
		layout_append(text, size, "all of it in %s (%+.0f)", name_of(&p, &p.v[0], sample),
			      p.v[0].more);
		return;
	}
	for (size_t i = 0; i < p.n && i < PARTS_NAMED && sum < 0.8 * more && p.v[i].more > 0; i++) {
		layout_append(text, size, "%s%.0f %% %sin %s", i ? ", " : "",
			      100 * p.v[i].more / more, i ? "" : "of it ",
			      name_of(&p, &p.v[i], sample));
		sum += p.v[i].more;
	}
	if (sum > 1.005 * more)
		layout_append(text, size, ", -%.0f %% in the rest", 100 * (sum - more) / more);
}
