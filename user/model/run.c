// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/base/command.h"
#include "user/model/birth.h"
#include "user/model/calibration.h"
#include "user/model/memory.h"

static void free_command(struct run *r)
{
	for (size_t i = 0; r->command && r->command[i]; i++)
		free(r->command[i]);
	free(r->command);
	r->command = NULL;
}

void run__free(struct run *r)
{
	if (!r)
		return;
	free(r->tool);
	free(r->clock);
	free_command(r);
	free(r->env);
	for (size_t i = 0; i < r->cell_count; i++)
		cell__free(&r->cells[i]);
	free(r->cells);
	for (size_t i = 0; r->births && i < r->birth_count; i++)
		birth__free(&r->births[i]);
	free(r->births);
	stack_table__free(&r->stacks);
	calibration__free(r->calibration);
	free(r->scenario);
	for (size_t i = 0; i < r->observation_count; i++)
		observation__free(&r->observations[i]);
	free(r->observations);
	for (size_t i = 0; i < r->anatomy_count; i++)
		call_tree__free(&r->anatomies[i]);
	free(r->anatomies);
	phase_origins__free(r->phases);
	free(r->failures.source);
	free(r->failures.absent);
	free(r->stall.source);
	free(r->stall.absent);
	free(r->cpu.source);
	free(r->cpu.absent);
	*r = (struct run){0};
}

struct cell *run__add_cell(struct run *r)
{
	struct cell *cells = array_grow(r->cells, r->cell_count, sizeof(*cells));

	if (!cells)
		return NULL;
	r->cells = cells;
	if (cell__init(&cells[r->cell_count]))
		return NULL;
	cells[r->cell_count].order = r->cell_count;
	return &cells[r->cell_count++];
}

int run__add_birth(struct run *r, const struct birth *b)
{
	struct birth *births = array_grow(r->births, r->birth_count, sizeof(*births));

	if (!births)
		return -ENOMEM;
	r->births = births;
	births[r->birth_count++] = *b;
	return 0;
}

struct call_tree *run__add_anatomy(struct run *r)
{
	struct call_tree *trees = array_grow(r->anatomies, r->anatomy_count, sizeof(*trees));

	if (!trees)
		return NULL;
	r->anatomies = trees;
	trees[r->anatomy_count] = (struct call_tree){0};
	return &trees[r->anatomy_count++];
}

int run__set_command(struct run *r, const char *command, char *const *args)
{
	size_t n = 0;

	while (args[n])
		n++;
	free_command(r);
	r->command = calloc(n + 3, sizeof(*r->command));
	if (!r->command || text_copy(&r->command[0], "spawnscope") ||
	    text_copy(&r->command[1], command))
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (text_copy(&r->command[i + 2], args[i]))
			return -ENOMEM;
	}
	return 0;
}

int run__begin(struct run *r, const char *command, char *const *args, const char *clock)
{
	r->schema = RUN_SCHEMA;
	if (text_copy(&r->tool, "spawnscope " SPAWNSCOPE_VERSION) || text_copy(&r->clock, clock))
		return -ENOMEM;
	return run__set_command(r, command, args);
}

int run__add_env_text(struct run *r, const char *name, const char *text)
{
	return fact_add(&r->env, &r->env_count, name, text, MISSING);
}

int run__add_env_number(struct run *r, const char *name, int64_t number)
{
	return fact_add(&r->env, &r->env_count, name, NULL, number);
}

const struct fact *run__env(const struct run *r, const char *name)
{
	return fact_find(r->env, r->env_count, name);
}

static const struct cell *cell_at(const void *run, size_t place)
{
	return &((const struct run *)run)->cells[place];
}

int run__index(const struct run *r, const char *except, struct cell_index *x)
{
	*x = cell_index__of(cell_at, r, except);
	return cell_index__fill(x, r->cell_count);
}

const char *run__phase_source(const struct run *r, const struct cell *c, enum phase p)
{
	return c->phase_origin[p].source ? c->phase_origin[p].source : r->phases[p].source;
}

const char *run__call_absent(const struct run *r)
{
	/* One begins where the call is entered, the other ends where it returns. */
	const char *enter = r->phases[PHASE_clone_setup].absent;

	return r->phases[PHASE_wake].absent ? r->phases[PHASE_wake].absent : enter;
}

int64_t run__births_unseen(const struct run *r)
{
	int64_t lost = r->end.lost > 0 ? r->end.lost : 0, unseen;

	if (run__is_profile(r))
		unseen = r->end.births_unseen;
	else if (r->end.births == MISSING || r->end.started == MISSING)
		unseen = 0;
	else
		unseen = r->end.started - r->end.births - lost;
	return unseen > 0 ? unseen : 0;
}

bool run__counts_instructions(const struct run *r)
{
	return clock_counts_instructions(r->clock);
}

const char *run__counting_rule(const struct run *r)
{
	const struct fact *f = run__env(r, "counting_rule");

	if (!run__counts_instructions(r))
		return "";
	/* Older runs counted each byte that a string instruction moved. */
	return f && f->text ? f->text : "byte-steps";
}

bool run__same_unit(const struct run *a, const struct run *b)
{
	return !strcmp(a->clock, b->clock) && !strcmp(run__counting_rule(a), run__counting_rule(b));
}

bool run__is_profile(const struct run *r)
{
	return r->birth_count > 0 || (r->cell_count == 0 && r->end.duration_ns > 0);
}
