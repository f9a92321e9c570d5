// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/collect/life.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool life__owns(const struct life *life, const struct record_head *record)
{
	const struct record_birth *birth = (const struct record_birth *)record;
	uint64_t exit = life->edge[EDGE_exit];

	if (record->kind != RECORD_BIRTH)
		return !life->dead;
	/* A life that ended before this birth is another one, whose birth record was lost. */
	return !life->born && !(exit && exit < birth->edge[EDGE_newtask - BIRTH_EDGE_FIRST]);
}

void life__init(struct life *life, uint32_t tid)
{
	memset(life, 0, sizeof(*life));
	life->tid = tid;
	life->stall_ns = life->stall_sum_ns = MISSING;
	for (int i = 0; i < SUM_COUNT; i++)
		life->sum[i] = MISSING;
	for (int i = 0; i < COUNT_COUNT; i++)
		life->count[i] = MISSING;
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
 * A sum of the call. If the kernel skipped the probe at one end of a span (missed), the sum is off
 * by a whole timestamp: negative, or longer than the call.
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
	memcpy(&life->off[BIRTH_EDGE_FIRST], r->off, sizeof(r->off));
	if (!r->counted)
		return;
	/* A failed call may have ended before these: then 0 was not measured. */
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

/* Keeps the first exec that succeeded. */
static void take_exec(struct life *life, int32_t result, const __u64 edge[EXEC_EDGE_COUNT],
		      const __u64 off[EXEC_EDGE_COUNT])
{
	if (life->execed && !life->exec_result)
		return;
	life->execed = true;
	life->exec_result = result;
	memcpy(&life->edge[EXEC_EDGE_FIRST], edge, EXEC_EDGE_COUNT * sizeof(*edge));
	memcpy(&life->off[EXEC_EDGE_FIRST], off, EXEC_EDGE_COUNT * sizeof(*off));
}

/* A time before the birth is from an earlier task in the same slot of the kernel's table. */
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

/* The later of the two: Linux 6.16 moved the tracepoint of the exit before exit_mm. */
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
		take_exec(life, r->exec_result, r->exec, r->exec_off);
	edge[EDGE_first_run] = r->exec[EDGE_first_run - EXEC_EDGE_FIRST];
	memcpy(&edge[DEATH_EDGE_FIRST], r->edge, sizeof(r->edge));
	memcpy(&life->off[DEATH_EDGE_FIRST], r->off, sizeof(r->off));
	/* The record of an exec has the counts up to it; those here go on. */
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
	if (r->born_was_off)
		memcpy(life->off, r->off, BIRTH_EDGE_COUNT * sizeof(r->off[0]));
	if (r->was_off)
		memcpy(&life->off[EXEC_EDGE_FIRST], &r->off[EXEC_EDGE_FIRST],
		       (EDGE_COUNT - EXEC_EDGE_FIRST) * sizeof(r->off[0]));
}

static void take_exec_record(struct life *life, const struct record_exec *r)
{
	take_exec(life, r->result, r->edge, r->off);
	if (r->counted)
		take_cow(life, &r->cow_child, &r->cow_parent);
}

static void take_syscalls(struct life *life, const struct record_syscalls *r)
{
	life->count[COUNT_child_syscalls] = r->total;
	life->other_syscalls = r->others;
	memcpy(life->syscall, r->kind, sizeof(life->syscall));
}

void life__settle(struct life *life)
{
	drop_stale(life);
	order_exit(life->edge);
}

bool life__takes(const struct record_head *record, size_t size)
{
	static const size_t sizes[] = {
		[RECORD_BIRTH] = sizeof(struct record_birth),
		[RECORD_EXEC] = sizeof(struct record_exec),
		[RECORD_DEATH] = sizeof(struct record_death),
		[RECORD_LIFE] = sizeof(struct record_life),
		[RECORD_SYSCALLS] = sizeof(struct record_syscalls),
	};

	return size >= sizeof(*record) && record->kind < sizeof(sizes) / sizeof(sizes[0]) &&
	       sizes[record->kind] && size >= sizes[record->kind];
}

int life__add(struct life *life, const struct record_head *record, size_t size)
{
	if (!life__takes(record, size))
		return -EINVAL;
	if (record->kind == RECORD_BIRTH)
		take_birth(life, (const struct record_birth *)record);
	else if (record->kind == RECORD_EXEC)
		take_exec_record(life, (const struct record_exec *)record);
	else if (record->kind == RECORD_LIFE)
		take_life(life, (const struct record_life *)record);
	else if (record->kind == RECORD_SYSCALLS)
		take_syscalls(life, (const struct record_syscalls *)record);
	else
		take_death(life, (const struct record_death *)record);
	return 0;
}
