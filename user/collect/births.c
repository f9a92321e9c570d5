// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/collect/births.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/collect/life.h"
#include "user/model/count.h"

#define BUCKETS 16384

/* A parent that vfork held returns soon after its child's end, and its record of the birth comes
 * only then. */
#define ORPHAN_NS (5 * 1000000000ULL)

struct pending {
	struct birth b;
	struct pending *next;
};

struct births {
	const struct source_choice *choice;
	births_fn *fn;
	void *context;
	int64_t received;
	struct pending *bucket[BUCKETS];
};

struct births *births__new(const struct source_choice *choice, births_fn *fn, void *context)
{
	struct births *t = calloc(1, sizeof(*t));

	if (t) {
		t->choice = choice;
		t->fn = fn;
		t->context = context;
	}
	return t;
}

static struct pending **place_of(struct births *t, uint32_t tid)
{
	struct pending **p = &t->bucket[tid % BUCKETS];

	while (*p && (*p)->b.life.tid != tid)
		p = &(*p)->next;
	return p;
}

static bool execs(const struct life *life)
{
	return life->execed && !life->exec_result;
}

/* Makes times and counts missing that nothing measured. */
static void drop_unmeasured(const struct births *t, struct life *life)
{
	bool cow = t->choice->sums[SUM_cow_child] && (execs(life) || life->dead) &&
		   phase_exists(PHASE_cow_child, life->clone_flags);

	for (int i = 0; i < SUM_COUNT; i++)
		if (!t->choice->sums[i])
			life->sum[i] = MISSING;
	for (int i = 0; i < COUNT_COUNT; i++)
		if (!cow && count_is_cow(i))
			life->count[i] = MISSING;
}

static void show(struct births *t, struct pending *p, enum birth_stage stage)
{
	struct birth shown = p->b; /* a copy: later records go by the edges */

	life__settle(&shown.life);
	drop_unmeasured(t, &shown.life);
	t->fn(t->context, &shown, stage);
}

/* Removes it from the table. */
static void finish(struct births *t, struct pending **place)
{
	struct pending *p = *place;

	*place = p->next;
	if (p->b.life.born) {
		if (!p->b.settled)
			show(t, p, BIRTH_SETTLED);
		show(t, p, BIRTH_OVER);
	}
	birth__free(&p->b);
	free(p);
}

static void advance(struct births *t, struct pending **place)
{
	const struct life *life = &(*place)->b.life;

	if (!life->born)
		return;
	if (life->dead || life->result < 0) {
		finish(t, place);
	} else if (!(*place)->b.settled && (execs(life) || life->method == CLONE_METHOD_THREAD)) {
		show(t, *place, BIRTH_SETTLED);
		(*place)->b.settled = true;
	}
}

static void take_parent(struct birth *b, const struct record_birth *r)
{
	b->child_tgid = r->child_tgid;
	b->parent_tid = r->parent_tid;
	b->uid = r->uid;
	b->cgroup = r->cgroup_id;
	b->exe_inode = r->exe_inode;
	b->exe_device = r->exe_device;
	b->stack_number = r->stack;
	memcpy(b->comm, r->comm, sizeof(r->comm));
	memcpy(b->exe, r->exe_name, sizeof(r->exe_name));
}

/* A copy of bytes, with a zero byte after them. NULL: out of memory. */
static char *copy_bytes(const char *bytes, size_t n)
{
	char *copy = malloc(n + 1);

	if (copy) {
		memcpy(copy, bytes, n);
		copy[n] = '\0';
	}
	return copy;
}

static int take_command(struct birth *b, const struct record_command *r, size_t size)
{
	size_t text = size - offsetof(struct record_command, text);

	if (size < offsetof(struct record_command, text) || r->path_bytes > text ||
	    r->args_bytes > text - r->path_bytes)
		return -EINVAL;
	if (b->path) /* keeps the first exec */
		return 0;
	b->path = copy_bytes(r->text, r->path_bytes);
	b->args = copy_bytes(r->text + r->path_bytes, r->args_bytes);
	b->args_bytes = r->args_bytes;
	b->args_total = r->args_total;
	return b->path && b->args ? 0 : -ENOMEM;
}

/* The birth that a record belongs to, or a new one: records of a life come in any order. */
static struct pending **find(struct births *t, const struct record_head *record)
{
	struct pending **place = place_of(t, record->tid);
	struct pending *p;

	if (*place && record->tid && life__owns(&(*place)->b.life, record))
		return place;
	if (*place) /* an earlier life had the tid */
		finish(t, place);
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	life__init(&p->b.life, record->tid);
	p->next = t->bucket[record->tid % BUCKETS];
	t->bucket[record->tid % BUCKETS] = p;
	return &t->bucket[record->tid % BUCKETS];
}

int births__add(struct births *t, const struct record_head *record, size_t size)
{
	struct pending **place;
	int err;

	if (size < sizeof(*record))
		return -EINVAL;
	place = find(t, record);
	if (!place)
		return -ENOMEM;
	if (record->kind == RECORD_COMMAND)
		return take_command(&(*place)->b, (const struct record_command *)record, size);
	err = life__add(&(*place)->b.life, record, size);
	if (err)
		return err;
	if (record->kind == RECORD_BIRTH) {
		t->received++;
		take_parent(&(*place)->b, (const struct record_birth *)record);
		t->fn(t->context, &(*place)->b, BIRTH_BEGUN);
	}
	advance(t, place);
	return 0;
}

void births__tick(struct births *t, uint64_t now_ns)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct pending **place = &t->bucket[i]; *place;) {
			const struct life *life = &(*place)->b.life;

			if (!life->born && life->dead && life->edge[EDGE_exit] + ORPHAN_NS < now_ns)
				finish(t, place);
			else
				place = &(*place)->next;
		}
}

void births__finish(struct births *t)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (t->bucket[i])
			finish(t, &t->bucket[i]);
}

int64_t births__received(const struct births *t)
{
	return t->received;
}

void births__free(struct births *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (t->bucket[i]) {
			t->bucket[i]->b.life.born = false;
			finish(t, &t->bucket[i]);
		}
	free(t);
}
