// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/family.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Which member a process is, by its id; open addressing. */
struct place {
	uint32_t pid; /* 0: free; no process has it */
	size_t member;
};

struct places {
	struct place *v;
	size_t mask;
};

static struct place *place_of(const struct places *p, uint32_t pid)
{
	size_t i = pid * 2654435761u & p->mask; /* Knuth's multiplicative hash */

	while (p->v[i].pid && p->v[i].pid != pid)
		i = (i + 1) & p->mask;
	return &p->v[i];
}

static bool same_label(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static size_t find(const struct family *f, size_t from, uint32_t method, const char *label)
{
	for (size_t i = from; i != FAMILY_NONE; i = f->v[i].next) {
		if (f->v[i].method == method && same_label(f->v[i].label, label))
			return i;
	}
	return FAMILY_NONE;
}

/* A child of `up`, or one that was there before. *member is FAMILY_NONE if there is no room. */
static int member_of(struct family *f, size_t up, uint32_t method, const char *label,
		     size_t *member)
{
	struct member *m;

	*member = find(f, up == FAMILY_NONE ? f->root : f->v[up].first, method, label);
	if (*member != FAMILY_NONE || f->n == FAMILY_MAX ||
	    (up != FAMILY_NONE && f->v[up].depth == FAMILY_DEPTH))
		return 0;
	m = &f->v[f->n];
	*m = (struct member){.method = method, .up = up};
	m->first = m->last = m->next = FAMILY_NONE;
	m->depth = up == FAMILY_NONE ? 0 : f->v[up].depth + 1;
	m->label = label ? strdup(label) : NULL;
	if (label && !m->label)
		return -ENOMEM;
	*member = f->n++;
	if (up == FAMILY_NONE) {
		m->next = f->root;
		f->root = *member;
	} else if (f->v[up].first == FAMILY_NONE) {
		f->v[up].first = f->v[up].last = *member;
	} else {
		f->v[f->v[up].last].next = *member;
		f->v[up].last = *member;
	}
	return 0;
}

static int add(struct family *f, const struct places *places, const struct birth_brief *b)
{
	struct place *parent = place_of(places, b->parent_tgid), *child;
	size_t up = parent->member, member = FAMILY_NONE;
	int err = 0;

	if (!parent->pid) {
		err = member_of(f, FAMILY_NONE, 0, b->parent, &up);
		*parent = (struct place){b->parent_tgid, up};
	}
	if (!err && up != FAMILY_NONE)
		err = member_of(f, up, b->method, b->program, &member);
	if (err)
		return err;
	if (member == FAMILY_NONE) {
		f->left_out++;
	} else {
		f->v[member].n++;
		f->v[member].work_ns += (double)b->work_ns;
	}
	child = place_of(places, b->child_tgid);
	*child = (struct place){b->child_tgid, member};
	return 0;
}

static bool made_process(const struct birth_brief *b)
{
	return b->made && b->method != CLONE_METHOD_THREAD && b->child_tgid && b->parent_tgid;
}

int family__of(struct family *f, const struct birth_brief *const *births, size_t n)
{
	struct places places = {.mask = 15};
	int err = -ENOMEM;

	*f = (struct family){.root = FAMILY_NONE};
	/* A parent and a child each. */
	while (places.mask < 4 * n)
		places.mask = 2 * places.mask + 1;
	places.v = calloc(places.mask + 1, sizeof(*places.v));
	f->v = calloc(FAMILY_MAX, sizeof(*f->v));
	if (places.v && f->v)
		err = 0;
	for (size_t i = 0; i < n && !err; i++)
		if (made_process(births[i]))
			err = add(f, &places, births[i]);
	free(places.v);
	return err;
}

size_t family__next(const struct family *f, size_t at)
{
	if (f->v[at].first != FAMILY_NONE)
		return f->v[at].first;
	while (at != FAMILY_NONE && f->v[at].next == FAMILY_NONE)
		at = f->v[at].up;
	return at == FAMILY_NONE ? FAMILY_NONE : f->v[at].next;
}

void family__free(struct family *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].label);
	free(f->v);
	*f = (struct family){0};
}
