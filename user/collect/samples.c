// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/collect/samples.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool life__owns(const struct life *life, const struct record_head *record)
{
	const struct record_birth *birth = (const struct record_birth *)record;
	uint64_t exit = life->edge[EDGE_exit];

	if (record->kind != RECORD_BIRTH)
		return !life->dead;
	/* A life that ended before this birth is one whose own birth record was lost. */
	return !life->born && !(exit && exit < birth->edge[EDGE_newtask - BIRTH_EDGE_FIRST]);
}

void life__init(struct life *life, uint32_t tid)
{
	memset(life, 0, sizeof(*life));
	life->tid = tid;
	for (int i = 0; i < SUM_COUNT; i++)
		life->sum[i] = MISSING;
	for (int i = 0; i < COUNT_COUNT; i++)
		life->count[i] = MISSING;
}

/* Where the newest life of a tid is noted, or is to be. */
static uint32_t *newest_of(const struct lives *l, uint32_t tid)
{
	size_t mask = 2 * l->cap - 1, i = tid & mask;

	while (l->newest[i] && l->v[l->newest[i] - 1].tid != tid)
		i = (i + 1) & mask;
	return &l->newest[i];
}

static void note_all(struct lives *l)
{
	for (size_t i = 0; i < 2 * l->cap; i++)
		l->newest[i] = 0;
	for (size_t i = 0; i < l->n; i++)
		*newest_of(l, l->v[i].tid) = i + 1;
}

static int grow(struct lives *l)
{
	size_t cap = l->cap ? 2 * l->cap : 256;
	struct life *v = reallocarray(l->v, cap, sizeof(*v));
	uint32_t *newest = reallocarray(l->newest, cap, 2 * sizeof(*newest));

	if (v)
		l->v = v;
	if (newest)
		l->newest = newest;
	if (!v || !newest)
		return -ENOMEM;
	l->cap = cap;
	note_all(l);
	return 0;
}

/* The life of a tid that still lacks what the record brings, or a new one. */
static struct life *life_of(struct lives *l, const struct record_head *record)
{
	struct life *life;
	uint32_t newest;

	if (l->n == l->cap && grow(l))
		return NULL;
	newest = *newest_of(l, record->tid);
	/* A failed birth and a whole life have no other record to be joined with. */
	if (newest && record->tid && record->kind != RECORD_LIFE &&
	    life__owns(&l->v[newest - 1], record))
		return &l->v[newest - 1];
	life = &l->v[l->n++];
	life__init(life, record->tid);
	*newest_of(l, record->tid) = l->n;
	return life;
}

static void take_cow(struct life *life, const struct cow_counts *child,
		     const struct cow_counts *parent)
{
	life->sum[SUM_cow_child] = child->ns;
	life->sum[SUM_cow_parent] = parent->ns;
	life->count[COUNT_cow_faults_child] = child->faults;
	life->count[COUNT_cow_copied_child] = child->copied;
	life->count[COUNT_cow_reused_child] = child->reused;
	life->count[COUNT_cow_huge_child] = child->huge;
	life->count[COUNT_cow_faults_parent] = parent->faults;
	life->count[COUNT_cow_copied_parent] = parent->copied;
	life->count[COUNT_cow_reused_parent] = parent->reused;
	life->count[COUNT_cow_huge_parent] = parent->huge;
}

/*
 * A sum of the call as the record has it. Where the kernel skipped the probe at one end of a span
 * (missed), the sum is off by the time at the other end, and tells nothing.
 */
static int64_t birth_sum(const struct record_birth *r, uint64_t ns)
{
	uint64_t enter = r->edge[EDGE_clone_enter - BIRTH_EDGE_FIRST];
	uint64_t end =
		r->edge[(r->result > 0 ? EDGE_newtask : EDGE_clone_return) - BIRTH_EDGE_FIRST];

	return (int64_t)ns < 0 || (end > enter && ns > end - enter) ? MISSING : (int64_t)ns;
}

static void take_birth(struct life *life, const struct record_birth *r)
{
	int64_t page = sysconf(_SC_PAGESIZE);

	life->born = true;
	life->parent_tgid = r->parent_tgid;
	life->clone_flags = r->clone_flags;
	life->method = r->method;
	life->result = r->result;
	memcpy(&life->edge[BIRTH_EDGE_FIRST], r->edge, sizeof(r->edge));
	if (!r->counted)
		return;
	/* A call that failed may not have come to them: then 0 was not measured. */
	if (r->result > 0 || r->copy_files_ns)
		life->sum[SUM_copy_files] = birth_sum(r, r->copy_files_ns);
	if (r->result > 0 || r->copy_pages_ns)
		life->sum[SUM_copy_pages] = birth_sum(r, r->copy_pages_ns);
	life->count[COUNT_parent_threads] = r->parent_threads;
	life->count[COUNT_parent_fds] = r->parent_fds;
	if (r->parent.known) {
		life->count[COUNT_parent_rss_anon] = r->parent.rss_anon * page;
		life->count[COUNT_parent_rss_file] = r->parent.rss_file * page;
		life->count[COUNT_parent_rss_shmem] = r->parent.rss_shmem * page;
		life->count[COUNT_parent_page_table_bytes] = r->parent.page_table_bytes;
		life->count[COUNT_parent_vmas] = r->parent.vmas;
	}
	if (r->copy.known && r->result > 0) {
		life->count[COUNT_ptes_copied] =
			r->copy.rss_anon + r->copy.rss_file + r->copy.rss_shmem;
		life->count[COUNT_page_table_bytes] = r->copy.page_table_bytes;
		life->count[COUNT_vmas] = r->copy.vmas;
	}
}

/* Of several execs the first that succeeded counts: it ends the birth's story. */
static void take_exec(struct life *life, int32_t result, const __u64 edge[EXEC_EDGE_COUNT])
{
	if (life->execed && !life->exec_result)
		return;
	life->execed = true;
	life->exec_result = result;
	memcpy(&life->edge[EXEC_EDGE_FIRST], edge, EXEC_EDGE_COUNT * sizeof(*edge));
}

/* A time before the birth is an earlier task's, which had the same place in the kernel's table. */
static void drop_stale(struct life *life)
{
	uint64_t *edge = life->edge;

	if (life->clone_flags & PHASE_VM)
		edge[EDGE_mm_start] = edge[EDGE_mm_end] = 0;
	for (int e = BIRTH_EDGE_FIRST; e < EDGE_COUNT; e++)
		if (edge[e] < edge[EDGE_clone_enter] ||
		    (e > EDGE_newtask && edge[e] < edge[EDGE_newtask]))
			edge[e] = 0;
}

/* Whichever comes last: exit_mm's place relative to the tracepoint changed in 6.16. */
static void order_exit(uint64_t edge[EDGE_COUNT])
{
	if (edge[EDGE_exit_mm_end] > edge[EDGE_exit])
		edge[EDGE_exit] = edge[EDGE_exit_mm_end];
}

static void take_death(struct life *life, const struct record_death *r)
{
	uint64_t *edge = life->edge;

	life->dead = true;
	if (r->execs)
		take_exec(life, r->exec_result, r->exec);
	edge[EDGE_first_run] = r->exec[EDGE_first_run - EXEC_EDGE_FIRST];
	memcpy(&edge[DEATH_EDGE_FIRST], r->edge, sizeof(r->edge));
	/* Of a child that execed, its exec has told, if that had a record: what is here went on. */
	if (r->counted && life->count[COUNT_cow_faults_child] == MISSING)
		take_cow(life, &r->cow_child, &r->cow_parent);
}

static void take_life(struct life *life, const struct record_life *r)
{
	life->born = life->dead = true;
	life->parent_tgid = r->parent_tgid;
	life->clone_flags = r->clone_flags;
	life->method = r->method;
	life->result = r->head.tid;
	life->execed = r->execs;
	life->exec_result = r->exec_result;
	memcpy(life->edge, r->edge, sizeof(r->edge));
}

static void take_exec_record(struct life *life, const struct record_exec *r)
{
	take_exec(life, r->result, r->edge);
	if (r->counted)
		take_cow(life, &r->cow_child, &r->cow_parent);
}

void life__settle(struct life *life)
{
	drop_stale(life);
	order_exit(life->edge);
}

static bool is_whole(const struct record_head *record, size_t size)
{
	static const size_t sizes[] = {
		[RECORD_BIRTH] = sizeof(struct record_birth),
		[RECORD_EXEC] = sizeof(struct record_exec),
		[RECORD_DEATH] = sizeof(struct record_death),
		[RECORD_LIFE] = sizeof(struct record_life),
	};

	return size >= sizeof(*record) && record->kind >= RECORD_BIRTH &&
	       record->kind <= RECORD_LIFE && size >= sizes[record->kind];
}

int life__add(struct life *life, const struct record_head *record, size_t size)
{
	if (!is_whole(record, size))
		return -EINVAL;
	if (record->kind == RECORD_BIRTH)
		take_birth(life, (const struct record_birth *)record);
	else if (record->kind == RECORD_EXEC)
		take_exec_record(life, (const struct record_exec *)record);
	else if (record->kind == RECORD_LIFE)
		take_life(life, (const struct record_life *)record);
	else
		take_death(life, (const struct record_death *)record);
	return 0;
}

int lives__add(struct lives *l, const struct record_head *record, size_t size)
{
	struct life *life;

	if (!is_whole(record, size))
		return -EINVAL;
	life = life_of(l, record);
	return life ? life__add(life, record, size) : -ENOMEM;
}

void lives__clear(struct lives *l)
{
	l->n = 0;
	note_all(l);
}

void lives__free(struct lives *l)
{
	free(l->v);
	free(l->newest);
	*l = (struct lives){0};
}

/* When a birth stands in time: its entry, or the first edge that it has. */
static uint64_t birth_time(const struct life *life)
{
	for (int e = BIRTH_EDGE_FIRST; e < BIRTH_EDGE_FIRST + BIRTH_EDGE_COUNT; e++)
		if (life->edge[e])
			return life->edge[e];
	return 0;
}

static int by_birth(const void *a, const void *b)
{
	uint64_t x = birth_time(a), y = birth_time(b);

	return x < y ? -1 : x > y;
}

void lives__sort(struct lives *l)
{
	for (size_t i = 0; i < l->n; i++)
		life__settle(&l->v[i]);
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_birth);
	note_all(l);
}

struct life *lives__find(struct lives *l, pid_t parent, const struct sample *s)
{
	size_t lo = 0, hi = l->n;
	/* A call that failed has no later time; its errno must do. */
	int64_t end = s->error ? INT64_MAX : s->t_return;

	if (s->t_call == MISSING || end == MISSING)
		return NULL;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if ((int64_t)birth_time(&l->v[mid]) < s->t_call)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < l->n && (int64_t)birth_time(&l->v[lo]) <= end; lo++) {
		struct life *life = &l->v[lo];

		if (!life->born || life->parent_tgid != (uint32_t)parent)
			continue;
		if (s->error ? life->result == -s->error
			     : life->result > 0 && (!s->child || life->tid == (uint32_t)s->child))
			return life;
	}
	return NULL;
}

static int64_t span(int64_t from, int64_t to)
{
	return from == MISSING || to == MISSING ? MISSING : to - from;
}

/* A series that is not used yet starts with the gaps of the samples before it. */
static int push(struct series *s, size_t before, int64_t value)
{
	int err = 0;

	if (value == MISSING && !s->n)
		return 0;
	while (!err && s->n < before)
		err = series__push(s, MISSING);
	return err ? err : series__push(s, value);
}

/* The driver's timestamps stand in for edges that nothing in the kernel marks. */
static void take_driver_edges(struct life *life, const struct source_choice *choice,
			      const struct sample *s)
{
	const struct {
		enum edge edge;
		int64_t t;
	} stand_ins[] = {
		{EDGE_clone_enter, s->t_call},
		{EDGE_clone_return, s->t_return},
		{EDGE_exec_enter, s->t_exec == MISSING ? MISSING : s->t_child},
		{EDGE_reaped, s->t_reaped},
	};

	for (size_t i = 0; i < sizeof(stand_ins) / sizeof(stand_ins[0]); i++) {
		const struct source *row = choice->edges[stand_ins[i].edge];

		if (row && row->kind == SOURCE_DRIVER && stand_ins[i].t != MISSING)
			life->edge[stand_ins[i].edge] = stand_ins[i].t;
	}
}

static int push_phases(struct cell *cell, const struct life *life,
		       const struct source_choice *choice)
{
	bool counted =
		choice->sums[SUM_cow_child] && phase_exists(PHASE_cow_child, life->clone_flags);
	int err = 0;

	for (int i = 0; i < PHASE_COUNT && !err; i++) {
		const struct phase_model *m = &phase_models[i];
		bool marked = m->sum < 0 || choice->sums[m->sum];

		err = push(&cell->phases[i], cell->n,
			   marked && life->result > 0 ? phase_ns(life, i) : MISSING);
	}
	for (int i = 0; i < COUNT_COUNT && !err; i++)
		err = push(&cell->counts[i], cell->n,
			   !counted && count_is_cow(i) ? MISSING : life->count[i]);
	return err;
}

int join_sample(struct cell *cell, const struct sample *s, struct life *life,
		const struct source_choice *choice)
{
	int64_t spawn_ns = s->error ? MISSING : span(s->t_call, s->t_return);
	const int64_t values[SAMPLE_COUNT] = {
		[SAMPLE_spawn_ns] = spawn_ns,
		[SAMPLE_first_run_ns] = span(s->t_call, s->t_child),
		[SAMPLE_exec_ns] = span(s->t_call, s->t_exec),
		[SAMPLE_exit_ns] = span(s->t_exit, s->t_reaped),
		[SAMPLE_total_ns] = s->error ? MISSING : span(s->t_call, s->t_reaped),
	};
	int err = 0;

	for (int i = 0; i < SAMPLE_COUNT && !err; i++)
		err = push(&cell->samples[i], cell->n, values[i]);
	if (!err && (s->error || cell->errnos.n))
		for (size_t i = cell->errnos.n; i <= cell->n && !err; i++)
			err = series__push(&cell->errnos, i == cell->n ? s->error : 0);
	if (!err && choice && life) {
		struct life joined = *life; /* lives are found by their edges: they stay */

		take_driver_edges(&joined, choice, s);
		err = push_phases(cell, &joined, choice);
		if (!err)
			err = push(&cell->unattributed, cell->n,
				   phase_unattributed(&joined, spawn_ns));
	}
	if (!err)
		cell->n++;
	return err;
}
