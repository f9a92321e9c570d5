// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/process_ids.h"

#include <errno.h>
#include <stdlib.h>

struct use {
	uint64_t since; /* 0: before the first record */
	uint32_t pid, number;
	uint32_t next; /* 1 + another with the same hash, or 0 */
};

/* The last process that began by then, or NULL. *count: how many processes had the id. */
static struct use *find(const struct reuse *r, uint32_t pid, uint64_t t, uint32_t *count)
{
	struct use *best = NULL;

	*count = 0;
	for (uint32_t i = r->bucket[pid % REUSE_BUCKETS]; i; i = r->v[i - 1].next) {
		struct use *u = &r->v[i - 1];

		if (u->pid != pid)
			continue;
		++*count;
		if (u->since <= t && (!best || u->since > best->since))
			best = u;
	}
	return best;
}

static int add(struct reuse *r, uint32_t pid, uint64_t since, uint32_t number)
{
	uint32_t *bucket = &r->bucket[pid % REUSE_BUCKETS];

	if (r->n == r->cap) {
		size_t cap = r->cap ? 2 * r->cap : 64;
		struct use *v = reallocarray(r->v, cap, sizeof(*v));

		if (!v)
			return -ENOMEM;
		r->v = v;
		r->cap = cap;
	}
	r->v[r->n++] = (struct use){since, pid, number, *bucket};
	*bucket = (uint32_t)r->n;
	return 0;
}

int reuse__begin(struct reuse *r, uint32_t pid, uint64_t t)
{
	uint32_t count;
	const struct use *last = find(r, pid, t, &count);

	return last && last->since == t ? 0 : add(r, pid, t, count);
}

int reuse__number(struct reuse *r, uint32_t pid, uint64_t t, uint32_t *number)
{
	uint32_t count;
	const struct use *u = find(r, pid, t, &count);

	*number = u ? u->number : count;
	return u ? 0 : add(r, pid, 0, count);
}

void reuse__free(struct reuse *r)
{
	free(r->v);
	*r = (struct reuse){0};
}
