// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/collect/births.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/collect/life.h"
#include "user/model/count.h"

#define BUCKETS 16384

/*
 * A parent that vfork held returns after its child's end, and its record of the birth comes only
 * then: on a machine with many more tasks than CPUs after some seconds. Where a filter at the
 * return excludes births, records of many deaths have none, and may not fill the memory.
 */
#define ORPHAN_NS	(60 * 1000000000ULL)
#define MANY_ORPHANS	10000
#define MANY_ORPHANS_NS (5 * 1000000000ULL)

/* How long a birth is kept back for the waits of others that end after its call. */
#define STALL_NS (200 * 1000000ULL)

/* And how long a wait is kept whose birth does not come: longer than any call takes. */
#define STALL_ORPHAN_NS (60 * 1000000000ULL)

#define STALL_BUCKETS 1024

/* The waits of others during one clone. */
struct stall {
	uint32_t parent_tid;
	uint64_t clone_enter;
	int64_t worst, sum;
	struct stall *next;
};

/* The last fork of a thread that was shown: what comes for it or before it is too late. */
struct shown {
	uint32_t parent_tid;
	uint64_t clone_enter;
	struct shown *next;
};

struct pending {
	struct birth b;
	struct pending *next;
};

struct births {
	const struct source_choice *choice;
	births_fn *fn;
	void *context;
	int64_t received, waits_late;
	uint64_t now;	/* at the last tick */
	size_t orphans; /* deaths without a birth, at the last tick */
	struct pending *bucket[BUCKETS];
	struct stall *stall[STALL_BUCKETS];
	struct shown *shown[STALL_BUCKETS];
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

static struct stall **stall_place(struct births *t, uint32_t parent_tid, uint64_t clone_enter)
{
	struct stall **s = &t->stall[(parent_tid ^ clone_enter) % STALL_BUCKETS];

	while (*s && ((*s)->parent_tid != parent_tid || (*s)->clone_enter != clone_enter))
		s = &(*s)->next;
	return s;
}

static struct shown **shown_place(struct births *t, uint32_t parent_tid)
{
	struct shown **s = &t->shown[parent_tid % STALL_BUCKETS];

	while (*s && (*s)->parent_tid != parent_tid)
		s = &(*s)->next;
	return s;
}

/* Out of memory, its late waits are not noticed. */
static void note_shown(struct births *t, const struct birth *b)
{
	struct shown **s = shown_place(t, b->parent_tid);
	uint64_t clone_enter = b->life.edge[EDGE_clone_enter];

	if (!*s) {
		*s = calloc(1, sizeof(**s));
		if (!*s)
			return;
		(*s)->parent_tid = b->parent_tid;
	}
	if ((*s)->clone_enter < clone_enter)
		(*s)->clone_enter = clone_enter;
}

static bool is_pending(const struct births *t, const struct record_stall *r)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (const struct pending *p = t->bucket[i]; p; p = p->next) {
			if (p->b.parent_tid == r->parent_tid && p->b.life.stall_ns == MISSING &&
			    p->b.life.edge[EDGE_clone_enter] == r->clone_enter)
				return true;
		}
	}
	return false;
}

/* Whether the birth was shown without this wait. The table is searched only if that is likely. */
static bool is_late(struct births *t, const struct record_stall *r)
{
	struct shown *s = *shown_place(t, r->parent_tid);

	return s && r->clone_enter <= s->clone_enter && !is_pending(t, r);
}

static int take_stall(struct births *t, const struct record_stall *r, size_t size)
{
	struct stall **s;

	if (size < sizeof(*r))
		return -EINVAL;
	if (is_late(t, r)) {
		t->waits_late++;
		return 0;
	}
	s = stall_place(t, r->parent_tid, r->clone_enter);
	if (!*s) {
		*s = calloc(1, sizeof(**s));
		if (!*s)
			return -ENOMEM;
		(*s)->parent_tid = r->parent_tid;
		(*s)->clone_enter = r->clone_enter;
	}
	(*s)->sum += (int64_t)r->wait_ns;
	if ((*s)->worst < (int64_t)r->wait_ns)
		(*s)->worst = (int64_t)r->wait_ns;
	return 0;
}

static void drop_stall(struct stall **place)
{
	struct stall *s = *place;

	*place = s->next;
	free(s);
}

static bool records_stalls(const struct births *t)
{
	return t->choice->no_stalls && !t->choice->no_stalls[0];
}

static bool stalls_measured(const struct births *t, const struct life *life)
{
	return records_stalls(t) && phase_exists(PHASE_copy_mm, life->clone_flags) &&
	       life->edge[EDGE_clone_enter];
}

/* Nobody waited, unless a record says so. */
static void join_stall(struct births *t, struct birth *b)
{
	struct stall **s = stall_place(t, b->parent_tid, b->life.edge[EDGE_clone_enter]);

	if (b->life.stall_ns != MISSING || !stalls_measured(t, &b->life))
		return;
	b->life.stall_ns = *s ? (*s)->worst : 0;
	b->life.stall_sum_ns = *s ? (*s)->sum : 0;
	if (*s)
		drop_stall(s);
	if (b->life.count[COUNT_parent_threads] != 1)
		note_shown(t, b);
}

/* Whether a wait may still end that began during the call. */
static bool awaits_stalls(const struct births *t, const struct life *life)
{
	return stalls_measured(t, life) && life->count[COUNT_parent_threads] != 1 &&
	       life->edge[EDGE_clone_return] + STALL_NS > t->now;
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
	struct birth shown;

	join_stall(t, &p->b);
	shown = p->b; /* a copy: later records go by the edges */
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

/* Whether it is over, and no longer in the table. */
static bool advance(struct births *t, struct pending **place)
{
	const struct life *life = &(*place)->b.life;

	if (!life->born || awaits_stalls(t, life))
		return false;
	if (life->dead || life->result < 0) {
		finish(t, place);
		return true;
	}
	if (!(*place)->b.settled && (execs(life) || life->method == CLONE_METHOD_THREAD)) {
		show(t, *place, BIRTH_SETTLED);
		(*place)->b.settled = true;
	}
	return false;
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
	memcpy(b->comm, r->comm, strnlen(r->comm, sizeof(r->comm)));
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
	if (record->kind == RECORD_STALL)
		return take_stall(t, (const struct record_stall *)record, size);
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

static void drop_stalls(struct births *t, uint64_t before)
{
	for (size_t i = 0; i < STALL_BUCKETS; i++)
		for (struct stall **s = &t->stall[i]; *s;)
			if ((*s)->clone_enter < before)
				drop_stall(s);
			else
				s = &(*s)->next;
}

static void drop_shown(struct births *t, uint64_t before)
{
	for (size_t i = 0; i < STALL_BUCKETS; i++) {
		for (struct shown **place = &t->shown[i]; *place;) {
			struct shown *s = *place;

			if (s->clone_enter >= before) {
				place = &s->next;
				continue;
			}
			*place = s->next;
			free(s);
		}
	}
}

void births__tick(struct births *t, uint64_t now_ns)
{
	uint64_t patience = t->orphans > MANY_ORPHANS ? MANY_ORPHANS_NS : ORPHAN_NS;

	t->now = now_ns;
	t->orphans = 0;
	/* Those of births that were lost or filtered out. */
	if (now_ns > STALL_ORPHAN_NS) {
		drop_stalls(t, now_ns - STALL_ORPHAN_NS);
		drop_shown(t, now_ns - STALL_ORPHAN_NS);
	}
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct pending **place = &t->bucket[i]; *place;) {
			const struct life *life = &(*place)->b.life;
			bool orphan = !life->born && life->dead;

			t->orphans += orphan;
			if (orphan && life->edge[EDGE_exit] + patience < now_ns)
				finish(t, place);
			else if (!records_stalls(t) || !advance(t, place))
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

int64_t births__waits_late(const struct births *t)
{
	return t->waits_late;
}

int64_t births__alive(const struct births *t)
{
	int64_t n = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		for (const struct pending *p = t->bucket[i]; p; p = p->next) {
			const struct life *life = &p->b.life;

			n += life->born && !life->dead && life->result >= 0 &&
			     life->method != CLONE_METHOD_THREAD;
		}
	}
	return n;
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
	drop_stalls(t, UINT64_MAX);
	drop_shown(t, UINT64_MAX);
	free(t);
}
