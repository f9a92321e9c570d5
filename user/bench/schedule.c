// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/bench/schedule.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_set(struct schedule *s, const char *name, enum probe_set set,
		    const struct source *only, enum beside beside)
{
	struct schedule_set *to = &s->sets[s->set_count++];

	*to = (struct schedule_set){.set = set, .only = only, .beside = beside};
	snprintf(to->name, sizeof(to->name), "%s", name);
}

static bool same_programs(const struct source *a, const struct source *b)
{
	for (size_t i = 0; i < SOURCE_PROGRAMS_MAX; i++)
		if (!a->programs[i] != !b->programs[i] ||
		    (a->programs[i] && strcmp(a->programs[i], b->programs[i])))
			return false;
	return true;
}

/* Several edges and sums may share a source, which is taken once. */
static bool has_source(const struct schedule *s, const struct source *row)
{
	for (size_t i = 0; i < s->set_count; i++)
		if (s->sets[i].only && same_programs(s->sets[i].only, row))
			return true;
	return false;
}

static void add_single_sources(struct schedule *s, const struct source_choice *choice)
{
	for (size_t i = 0; i < source_count; i++) {
		const struct source *row = &sources[i];
		const struct source *chosen =
			row->edge >= 0 ? choice->edges[row->edge] : choice->sums[row->sum];
		char name[sizeof(s->sets[0].name)];

		if (row->kind == SOURCE_DRIVER || chosen != row || has_source(s, row))
			continue;
		snprintf(name, sizeof(name), "%s:%s", source_kind_name(row->kind), row->name);
		/* Entry and return of a function have the same name. */
		for (size_t k = 0; k < s->set_count; k++)
			if (!strcmp(s->sets[k].name, name))
				snprintf(name, sizeof(name), "%s", row->programs[0]);
		add_set(s, name, PROBE_SET_NONE, row, BESIDE_NONE);
	}
}

static void add_sets(struct schedule *s, const struct probe *probe, bool overhead)
{
	if (probe) {
		add_set(s, probe_set_name(PROBE_SET_ALL), PROBE_SET_ALL, NULL, BESIDE_NONE);
		add_set(s, probe_set_name(PROBE_SET_PHASES), PROBE_SET_PHASES, NULL, BESIDE_NONE);
		for (int i = BESIDE_NONE + 1; overhead && i < BESIDE_COUNT; i++)
			add_set(s, beside_name(i), PROBE_SET_NONE, NULL, i);
		if (overhead)
			add_single_sources(s, probe__choice(probe, PROBE_SET_ALL));
	}
	add_set(s, probe_set_name(PROBE_SET_NONE), PROBE_SET_NONE, NULL, BESIDE_NONE);
}

/* No probes at all. */
static bool is_bare(const struct schedule_set *s)
{
	return s->set == PROBE_SET_NONE && !s->only && !s->beside;
}

/* --untraced: which cells are also taken without probes. */
static bool wants_untraced(const struct driver_grid *g, size_t cell, enum untraced which)
{
	int64_t size = cell__parent_bytes(&g->run.cells[cell]);

	if (which != UNTRACED_SMALLEST)
		return which == UNTRACED_ALL;
	for (size_t i = 0; i < g->run.cell_count; i++)
		if (cell__parent_bytes(&g->run.cells[i]) < size)
			return false;
	return true;
}

static unsigned int runs_wanted(const struct driver_grid *g, size_t cell,
				const struct schedule_set *s, bool traced,
				const struct bench_options *o)
{
	unsigned int runs = g->cell_runs[cell];

	if (g->run.cells[cell].skipped)
		return 0;
	if (is_bare(s))
		return !traced || wants_untraced(g, cell, o->untraced) ? runs : 0;
	if (s->set == PROBE_SET_ALL && !o->overhead && runs > o->all_runs)
		return o->all_runs;
	return runs;
}

static int add_run_cell(struct run *run, const struct cell *from, const struct schedule_set *s)
{
	struct cell *to = run__add_cell(run);
	int err = to ? 0 : -ENOMEM;

	for (size_t i = 0; i < from->key_count && !err; i++) {
		const struct fact *k = &from->key[i];

		err = k->text ? cell__add_key_text(to, k->name, k->text)
			      : cell__add_key_number(to, k->name, k->number);
	}
	if (!err)
		err = cell__add_key_text(to, PROBE_SET_AXIS, s->name);
	if (!err && from->skipped) {
		to->skipped = strdup(from->skipped);
		err = to->skipped ? 0 : -ENOMEM;
	}
	return err;
}

int schedule__make(struct schedule *s, const struct driver_grid *g, const struct probe *probe,
		   const struct bench_options *options, struct run *run)
{
	const enum probe_set set_of_skipped = probe ? PROBE_SET_PHASES : PROBE_SET_NONE;
	size_t n = g->run.cell_count;
	int err = 0;

	*s = (struct schedule){0};
	add_sets(s, probe, options->overhead);
	s->slots = calloc(n, sizeof(*s->slots));
	s->wants = calloc(n * s->set_count, sizeof(*s->wants));
	s->shares_mm = calloc(n, sizeof(*s->shares_mm));
	if (!s->slots || !s->wants || !s->shares_mm)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct cell *from = &g->run.cells[i];

		for (size_t k = 0; k < s->set_count && !err; k++) {
			const struct schedule_set *entry = &s->sets[k];
			unsigned int runs = runs_wanted(g, i, entry, probe, options);

			s->slots[i][k].cell = -1;
			if (!runs && !(from->skipped && entry->set == set_of_skipped &&
				       !entry->only && !entry->beside))
				continue;
			s->slots[i][k] =
				(struct schedule_slot){.cell = run->cell_count, .due = runs};
			err = add_run_cell(run, from, entry);
			if (runs)
				s->wants[s->want_count++] = (struct plan_want){i, k, runs};
		}
	}
	return err;
}

enum probe_set schedule__set_of(const struct schedule *s, const struct plan_block *block)
{
	enum probe_set set = s->sets[block->probe_set].set;

	return set == PROBE_SET_PHASES && s->shares_mm[block->cell] ? PROBE_SET_SHARED : set;
}

enum probe_set schedule__set_beside(const struct schedule *s, const struct plan_block *block)
{
	bool floor = s->sets[block->probe_set].beside == BESIDE_FLOOR;

	return floor && s->shares_mm[block->cell] ? PROBE_SET_SHARED : PROBE_SET_PHASES;
}

void schedule__free(struct schedule *s)
{
	free(s->wants);
	free(s->slots);
	free(s->shares_mm);
	*s = (struct schedule){0};
}
