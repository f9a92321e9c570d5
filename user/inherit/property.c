// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/inherit/property.h"

#include <string.h>

static const struct property_group *const groups[] = {
	&property_ids,	      &property_files,	&property_signals,  &property_descriptors,
	&property_locks,      &property_memory, &property_program,  &property_scheduling,
	&property_limits,     &property_time,	&property_security, &property_attributes,
	&property_namespaces,
};

static const struct {
	const char *name, *meaning;
} marks[] = {
	[MARK_ABSENT] = {"-", "not tested"},
	[MARK_SAME] = {"same", "as the parent has it"},
	[MARK_COPY] = {"copy", "the same at birth; what the child changes is its own"},
	[MARK_SHARED] = {"shared", "what the child changes, the parent sees"},
	[MARK_RESET] = {"reset", "as if the parent had not set it"},
	[MARK_NEW] = {"new", "another value"},
	[MARK_LOST] = {"lost", "the child has none"},
	[MARK_STUCK] = {"stuck", "locked, and nobody can unlock it"},
	[MARK_RUN] = {"run", "the handlers ran"},
	[MARK_NOT] = {"not", "they did not"},
	[MARK_KEPT] = {"kept", "unchanged by exec"},
	[MARK_UNSAID] = {"unsaid", "no man page says"},
};

const char *mark_name(enum mark mark)
{
	return marks[mark].name;
}

const char *mark_meaning(enum mark mark)
{
	return marks[mark].meaning;
}

static const struct property_group *find(size_t *index)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (*index < groups[i]->count)
			return groups[i];
		*index -= groups[i]->count;
	}
	return NULL;
}

const struct property *property_at(size_t index)
{
	const struct property_group *g = find(&index);

	return g ? &g->properties[index] : NULL;
}

const struct property_group *property_group_at(size_t index)
{
	return find(&index);
}

/* The first exception that the method's bits match, of those with a bit in `among`. */
static const struct expectation *exception(const struct property *p, uint64_t bits, uint64_t among)
{
	for (size_t i = 0; i < BUT_MAX && p->but[i].bits; i++)
		if ((p->but[i].bits & among) && (bits & p->but[i].bits) == p->but[i].bits)
			return &p->but[i];
	return NULL;
}

struct expectation property_expected(const struct property *p, const struct method *m)
{
	const struct expectation *e = exception(p, m->bits, METHOD_ATTRIBUTES | METHOD_EXEC_ALONE);

	if (e)
		return *e;
	if (m->exec && p->exec.mark != MARK_KEPT)
		return p->exec;
	if (m->bits & METHOD_EXEC_ALONE)
		return (struct expectation){0, MARK_SAME, p->exec.page};
	e = exception(p, m->bits, ~0ULL);
	return e ? *e : p->born;
}

enum mark property_found(const struct property *p, const struct method *m, const struct cell *c)
{
	if (c->absent[0])
		return MARK_ABSENT;
	if (p->judge)
		return p->judge(c);
	if (!strcmp(c->child, c->before)) {
		if (!p->change || (m->bits & METHOD_EXEC_ALONE))
			return MARK_SAME;
		return strcmp(c->after, c->before) ? MARK_SHARED : MARK_COPY;
	}
	if (!strcmp(c->child, c->fresh))
		return p->fresh_mark ? p->fresh_mark : MARK_RESET;
	return strcmp(c->child, "none") ? MARK_NEW : MARK_LOST;
}
