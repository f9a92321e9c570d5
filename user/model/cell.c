// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/cell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define X(name, brief) [SAMPLE_##name] = #name,
	SAMPLES(X)
#undef X
};

const char *sample_name(enum sample_kind s)
{
	return names[s];
}

int sample_by_name(const char *name)
{
	for (int s = 0; s < SAMPLE_COUNT; s++)
		if (!strcmp(names[s], name))
			return s;
	return -1;
}

/* What probes measured of a cell: one piece of memory. */
struct probed {
	struct series phases[PHASE_COUNT], counts[COUNT_COUNT];
	struct phase_origin phase_origin[PHASE_COUNT];
	struct syscalls syscalls;
};

/* In memory that nobody can write to. */
static const struct probed none;

static void point_to(struct cell *c, struct probed *p)
{
	c->phases = p->phases;
	c->phase_origin = p->phase_origin;
	c->counts = p->counts;
	c->syscalls = &p->syscalls;
}

int cell__own_probed(struct cell *c)
{
	struct probed *own;

	if (c->phases && c->phases != none.phases)
		return 0;
	own = calloc(1, sizeof(*own));
	if (!own)
		return -ENOMEM;
	point_to(c, own);
	return 0;
}

int cell__init(struct cell *c)
{
	*c = (struct cell){0};
	return cell__own_probed(c);
}

static bool any_series(const struct series *s, size_t n)
{
	while (n > 0 && !s[n - 1].v)
		n--;
	return n > 0;
}

static bool any_origin(const struct phase_origin *o)
{
	size_t n = PHASE_COUNT;

	while (n > 0 && !o[n - 1].source && !o[n - 1].absent)
		n--;
	return n > 0;
}

void cell__share_probed(struct cell *c)
{
	if (c->phases == none.phases || any_series(c->phases, PHASE_COUNT) ||
	    any_series(c->counts, COUNT_COUNT) || any_origin(c->phase_origin) ||
	    c->syscalls->kinds || c->syscalls->others)
		return;
	free(c->phases); /* the first member of what is allocated */
	point_to(c, (struct probed *)&none);
}

static void free_probed(struct cell *c)
{
	if (!c->phases || c->phases == none.phases)
		return;
	for (size_t i = 0; i < PHASE_COUNT; i++)
		series__free(&c->phases[i]);
	for (size_t i = 0; i < COUNT_COUNT; i++)
		series__free(&c->counts[i]);
	phase_origins__free(c->phase_origin);
	free(c->phases); /* the first member of what is allocated */
}

void phase_origins__free(struct phase_origin origins[PHASE_COUNT])
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
	free(c->key);
	free(c->skipped);
	free(c->broken);
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		series__free(&c->samples[i]);
	series__free(&c->unattributed);
	series__free(&c->bill);
	series__free(&c->errnos);
	free_probed(c);
	*c = (struct cell){0};
}

int cell__add_key_text(struct cell *c, const char *name, const char *text)
{
	return fact_add(&c->key, &c->key_count, name, text, MISSING);
}

int cell__add_key_number(struct cell *c, const char *name, int64_t number)
{
	return fact_add(&c->key, &c->key_count, name, NULL, number);
}

static const struct fact *find_key(const struct cell *c, const char *name)
{
	return fact_find(c->key, c->key_count, name);
}

const char *cell__key_text(const struct cell *c, const char *name)
{
	const struct fact *part = find_key(c, name);

	return part ? part->text : NULL;
}

int64_t cell__key_number(const struct cell *c, const char *name)
{
	const struct fact *part = find_key(c, name);

	return part && !part->text ? part->number : MISSING;
}

bool cell__is_to_fail(const struct cell *c)
{
	const char *limit = cell__key_text(c, "limit");

	return limit && strcmp(limit, "none") != 0;
}

/* Number of axes, not counting `except`. */
static size_t axis_count(const struct cell *c, const char *except)
{
	return c->key_count - (except && find_key(c, except));
}

bool cell__same_key(const struct cell *a, const struct cell *b, const char *except)
{
	if (axis_count(a, except) != axis_count(b, except))
		return false;
	for (size_t i = 0; i < a->key_count; i++) {
		const char *axis = a->key[i].name;

		if (except && !strcmp(axis, except))
			continue;
		if (!fact_same(&a->key[i], find_key(b, axis)))
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

const char *cell__program(const struct cell *c)
{
	return cell__key_text(c, PROGRAM_AXIS);
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

enum method_kind cell__method_kind(const struct cell *c)
{
	static const struct {
		const char *name;
		enum method_kind kind;
	} methods[] = {
#define X(identifier, name, kind) {name, METHOD_##kind},
		METHODS(X)
#undef X
	};
	const char *method = cell__method(c);

	for (size_t i = 0; method && i < sizeof(methods) / sizeof(methods[0]); i++)
		if (!strcmp(method, methods[i].name))
			return methods[i].kind;
	return METHOD_PROCESS;
}

bool cell__execs(const struct cell *c)
{
	enum method_kind kind = cell__method_kind(c);

	/* With --program, which writes no time, an untraced cell has no other sign of it. */
	if (kind == METHOD_PROGRAM || kind == METHOD_SHELL)
		return true;
	return series__any(&c->samples[SAMPLE_exec_ns]) || series__any(&c->phases[PHASE_exec_load]);
}

bool cell__has_data(const struct cell *c)
{
	return !c->skipped && c->n > 0;
}
