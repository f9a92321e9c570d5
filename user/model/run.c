// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/base/command.h"
#include "user/model/birth.h"
#include "user/model/calibration.h"

int series__push(struct series *s, int64_t value)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 16;
		int64_t *v = reallocarray(s->v, cap, sizeof(*v));

		if (!v)
			return -ENOMEM;
		s->v = v;
		s->cap = cap;
	}
	s->v[s->n++] = value;
	return 0;
}

void series__free(struct series *s)
{
	if (!s)
		return;
	free(s->v);
	*s = (struct series){0};
}

bool series__any(const struct series *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i] != MISSING)
			return true;
	}
	return false;
}

/*
 * Makes room for one more element in an array that grows by this function alone: its capacity is
 * the power of two at or above `count`, so it need not be stored. NULL if out of memory.
 */
static void *grow(void *array, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return array;
	return reallocarray(array, count ? 2 * count : 1, size);
}

static void phase_origins_free(struct phase_origin *origins)
{
	for (size_t i = 0; i < PHASE_COUNT; i++) {
		free(origins[i].source);
		free(origins[i].absent);
	}
}

void cell__free(struct cell *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->key_count; i++) {
		free(c->key[i].name);
		free(c->key[i].text);
	}
	free(c->key);
	free(c->skipped);
	free(c->broken);
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		series__free(&c->samples[i]);
	for (size_t i = 0; i < PHASE_COUNT; i++)
		series__free(&c->phases[i]);
	for (size_t i = 0; i < COUNT_COUNT; i++)
		series__free(&c->counts[i]);
	series__free(&c->unattributed);
	series__free(&c->errnos);
	phase_origins_free(c->phase_origin);
	*c = (struct cell){0};
}

void run__free(struct run *r)
{
	if (!r)
		return;
	free(r->tool);
	free(r->clock);
	for (size_t i = 0; r->command && r->command[i]; i++)
		free(r->command[i]);
	free(r->command);
	for (size_t i = 0; i < r->env_count; i++) {
		free(r->env[i].name);
		free(r->env[i].text);
	}
	free(r->env);
	for (size_t i = 0; i < r->cell_count; i++)
		cell__free(&r->cells[i]);
	free(r->cells);
	for (size_t i = 0; i < r->birth_count; i++)
		birth__free(&r->births[i]);
	free(r->births);
	stack_table__free(&r->stacks);
	calibration__free(r->calibration);
	phase_origins_free(r->phases);
	free(r->failures.source);
	free(r->failures.absent);
	*r = (struct run){0};
}

struct cell *run__add_cell(struct run *r)
{
	struct cell *cells = grow(r->cells, r->cell_count, sizeof(*cells));

	if (!cells)
		return NULL;
	r->cells = cells;
	cells[r->cell_count] = (struct cell){.order = r->cell_count};
	return &cells[r->cell_count++];
}

int run__add_birth(struct run *r, const struct birth *b)
{
	struct birth *births = grow(r->births, r->birth_count, sizeof(*births));

	if (!births)
		return -ENOMEM;
	r->births = births;
	births[r->birth_count++] = *b;
	return 0;
}

/* Copies `from`, which may be NULL. */
static int copy_text(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}

int run__begin(struct run *r, const char *command, char *const *args, const char *clock)
{
	size_t n = 0;

	while (args[n])
		n++;
	r->schema = RUN_SCHEMA;
	r->command = calloc(n + 3, sizeof(*r->command));
	if (!r->command || copy_text(&r->tool, "spawnscope " SPAWNSCOPE_VERSION) ||
	    copy_text(&r->clock, clock) || copy_text(&r->command[0], "spawnscope") ||
	    copy_text(&r->command[1], command))
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (copy_text(&r->command[i + 2], args[i]))
			return -ENOMEM;
	}
	return 0;
}

static int add_key(struct cell *c, const char *name, const char *text, int64_t number)
{
	struct key_part *key = grow(c->key, c->key_count, sizeof(*key));
	struct key_part part = {.number = number};

	if (!key)
		return -ENOMEM;
	c->key = key;
	if (copy_text(&part.name, name) || copy_text(&part.text, text)) {
		free(part.name);
		return -ENOMEM;
	}
	key[c->key_count++] = part;
	return 0;
}

int cell__add_key_text(struct cell *c, const char *name, const char *text)
{
	return add_key(c, name, text, MISSING);
}

int cell__add_key_number(struct cell *c, const char *name, int64_t number)
{
	return add_key(c, name, NULL, number);
}

static int add_env(struct run *r, const char *name, const char *text, int64_t number)
{
	struct env_fact *env = grow(r->env, r->env_count, sizeof(*env));
	struct env_fact fact = {.number = number};

	if (!env)
		return -ENOMEM;
	r->env = env;
	if (copy_text(&fact.name, name) || copy_text(&fact.text, text)) {
		free(fact.name);
		return -ENOMEM;
	}
	env[r->env_count++] = fact;
	return 0;
}

int run__add_env_text(struct run *r, const char *name, const char *text)
{
	return add_env(r, name, text, MISSING);
}

int run__add_env_number(struct run *r, const char *name, int64_t number)
{
	return add_env(r, name, NULL, number);
}

const struct env_fact *run__env(const struct run *r, const char *name)
{
	for (size_t i = 0; i < r->env_count; i++) {
		if (!strcmp(r->env[i].name, name))
			return &r->env[i];
	}
	return NULL;
}

static const struct key_part *find_key(const struct cell *c, const char *name)
{
	for (size_t i = 0; i < c->key_count; i++) {
		if (!strcmp(c->key[i].name, name))
			return &c->key[i];
	}
	return NULL;
}

const char *cell__key_text(const struct cell *c, const char *name)
{
	const struct key_part *part = find_key(c, name);

	return part ? part->text : NULL;
}

int64_t cell__key_number(const struct cell *c, const char *name)
{
	const struct key_part *part = find_key(c, name);

	return part && !part->text ? part->number : MISSING;
}

static bool same_value(const struct key_part *a, const struct key_part *b)
{
	if (!a->text || !b->text)
		return a->text == b->text && a->number == b->number;
	return !strcmp(a->text, b->text);
}

/* Number of axes but for `except`. */
static size_t axis_count(const struct cell *c, const char *except)
{
	return c->key_count - (except && find_key(c, except));
}

bool cell__same_key(const struct cell *a, const struct cell *b, const char *except)
{
	if (axis_count(a, except) != axis_count(b, except))
		return false;
	for (size_t i = 0; i < a->key_count; i++) {
		const struct key_part *other;

		if (except && !strcmp(a->key[i].name, except))
			continue;
		other = find_key(b, a->key[i].name);
		if (!other || !same_value(&a->key[i], other))
			return false;
	}
	return true;
}

const char *cell__method(const struct cell *c)
{
	return cell__key_text(c, "method");
}

const char *cell__pages(const struct cell *c)
{
	return cell__key_text(c, "pages");
}

int64_t cell__parent_bytes(const struct cell *c)
{
	return cell__key_number(c, "rss_bytes");
}

const char *cell__probe_set(const struct cell *c)
{
	const char *name = cell__key_text(c, PROBE_SET_AXIS);

	return name ? name : probe_set_name(PROBE_SET_NONE);
}

bool cell__has_data(const struct cell *c)
{
	return !c->skipped && c->n > 0;
}

const struct cell *run__sibling(const struct run *r, const struct cell *like, const char *axis,
				const char *text)
{
	for (size_t i = 0; i < r->cell_count; i++) {
		const char *value = cell__key_text(&r->cells[i], axis);

		if (value && !strcmp(value, text) && cell__same_key(&r->cells[i], like, axis))
			return &r->cells[i];
	}
	return NULL;
}

const struct cell *run__with_probe_set(const struct run *r, const struct cell *like,
				       enum probe_set set)
{
	return run__sibling(r, like, PROBE_SET_AXIS, probe_set_name(set));
}

bool run__counts_instructions(const struct run *r)
{
	return clock_counts_instructions(r->clock);
}

bool run__is_profile(const struct run *r)
{
	return r->birth_count > 0 || (r->cell_count == 0 && r->end.duration_ns > 0);
}
