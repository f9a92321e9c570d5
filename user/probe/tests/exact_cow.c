// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/probe/tests/exact.h"

#define ROUNDS	   2
#define PAGE_BYTES 4096UL
#define HUGE_BYTES (1UL << 21)
#define PAD_PAGES  32

/*
 * Groups of the parent's pages, by who writes to them and when. The faults on these pages are the
 * difference between a round that writes to all and one that writes to none.
 *
 * FRESH pages are the last that the parent touches before it forks: they are still in this CPU's
 * batch for the LRU lists (15 pages in 5.10), which holds a reference to each. They must be few, or
 * the child's first copies push them out.
 */
enum group {
	HUGE_PARENT,  /* the parent writes to the page */
	HUGE_CHILD,   /* the child; the parent when the child is gone */
	HUGE_NEITHER, /* the parent when the child is gone */
	CHILD_THEN,   /* the child, then the parent */
	PARENT_THEN,  /* the parent, then the child */
	PARENT,	      /* the parent */
	CHILD,	      /* the child; the parent when the child is gone */
	NEITHER,      /* the parent when the child is gone */
	READ_ONLY,    /* nobody */
	FRESH,	      /* the child, then the parent */
	UNTOUCHED,    /* the parent when the child is gone: no copy-on-write fault */
	GROUP_COUNT
};

/* Groups that share a column of the output add up to different sums. */
static const struct {
	size_t pages;
	size_t page_bytes;
} groups[GROUP_COUNT] = {
	[HUGE_PARENT] = {1, HUGE_BYTES},  [HUGE_CHILD] = {1, HUGE_BYTES},
	[HUGE_NEITHER] = {2, HUGE_BYTES}, [CHILD_THEN] = {4, PAGE_BYTES},
	[PARENT_THEN] = {8, PAGE_BYTES},  [PARENT] = {16, PAGE_BYTES},
	[CHILD] = {32, PAGE_BYTES},	  [NEITHER] = {64, PAGE_BYTES},
	[READ_ONLY] = {1, PAGE_BYTES},	  [FRESH] = {2, PAGE_BYTES},
	[UNTOUCHED] = {1, PAGE_BYTES},
};

static volatile char *group_start[GROUP_COUNT];
static bool none_written;

/* In shared memory: whose turn it is. */
static _Atomic int *turn;

static void take_turn(int next)
{
	atomic_store(turn, next);
	syscall(SYS_futex, turn, FUTEX_WAKE, 2, NULL, NULL, 0);
}

static void await_turn(int wanted)
{
	int now;

	while ((now = atomic_load(turn)) < wanted)
		syscall(SYS_futex, turn, FUTEX_WAIT, now, NULL, NULL, 0);
}

static void touch(enum group g)
{
	for (size_t i = 0; i < groups[g].pages; i++)
		group_start[g][i * groups[g].page_bytes] = 1;
}

static void write_group(enum group g)
{
	if (!none_written)
		touch(g);
}

/* Maps private memory, aligned to 2 MiB. */
static char *map_aligned(size_t bytes)
{
	char *start = mmap(NULL, bytes + HUGE_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before = -(uintptr_t)start % HUGE_BYTES;

	if (start == MAP_FAILED)
		return NULL;
	munmap(start, before);
	munmap(start + before + bytes, HUGE_BYTES - before);
	return start + before;
}

/* Unmapping pages moves the batch to the LRU lists (lru_add_drain()). */
static void drain_batch(void)
{
	char *pad = map_aligned(PAD_PAGES * PAGE_BYTES);

	if (!pad)
		return;
	memset(pad, 1, PAD_PAGES * PAGE_BYTES);
	munmap(pad, PAD_PAGES * PAGE_BYTES);
}

/* New pages for each round. NULL if out of memory. */
static char *make_pages(size_t *bytes)
{
	char *start, *at;

	*bytes = 0;
	for (int g = 0; g < GROUP_COUNT; g++)
		*bytes += groups[g].pages * groups[g].page_bytes;
	start = at = map_aligned(*bytes);
	if (!start)
		return NULL;
	for (int g = 0; g < GROUP_COUNT; g++) {
		size_t size = groups[g].pages * groups[g].page_bytes;

		madvise(at, size,
			groups[g].page_bytes == HUGE_BYTES ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
		group_start[g] = at;
		at += size;
	}
	for (int g = 0; g < FRESH; g++)
		touch(g);
	mprotect((void *)group_start[READ_ONLY], PAGE_BYTES, PROT_READ);
	drain_batch();
	touch(FRESH);
	return start;
}

static _Noreturn void child(void)
{
	write_group(FRESH);
	take_turn(1);
	await_turn(2);
	write_group(CHILD_THEN);
	write_group(CHILD);
	write_group(HUGE_CHILD);
	take_turn(3);
	await_turn(4);
	write_group(PARENT_THEN);
	_exit(0);
}

/*
 * Shares the parent's address space, so that its birth copies nothing; its record has the parent's
 * faults during its life.
 */
static int witness(void *unused)
{
	await_turn(5);
	return 0;
}

static pid_t start_witness(void)
{
	static char stack[16384] __attribute__((aligned(16)));

	return clone(witness, stack + sizeof(stack), CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD,
		     NULL);
}

/* A write that fails with EFAULT, and then a fault that is not COW. */
static void refused_write(void)
{
	if (uname((struct utsname *)group_start[READ_ONLY]) != 0)
		write_group(UNTOUCHED);
}

static int play(pid_t *born, pid_t *watching)
{
	siginfo_t info;

	*born = fork();
	if (*born == 0)
		child();
	if (*born < 0)
		return -errno;
	await_turn(1);
	write_group(FRESH);
	take_turn(2);
	await_turn(3);
	write_group(CHILD_THEN);
	write_group(PARENT_THEN);
	write_group(PARENT);
	write_group(HUGE_PARENT);
	take_turn(4);
	/* Its address space is gone, its pid is not. */
	if (waitid(P_PID, (id_t)*born, &info, WEXITED | WNOWAIT) != 0)
		return -errno;
	*watching = start_witness();
	if (*watching < 0)
		return -errno;
	write_group(CHILD);
	write_group(NEITHER);
	write_group(HUGE_CHILD);
	write_group(HUGE_NEITHER);
	refused_write();
	take_turn(5);
	if (waitpid(*watching, NULL, 0) < 0 || waitpid(*born, NULL, 0) < 0)
		return -errno;
	return 0;
}

static const struct record_death *death_of(const struct session *s, pid_t pid)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->records[i].head.kind == RECORD_DEATH &&
		    s->records[i].head.tid == (uint32_t)pid)
			return &s->records[i].death;
	return NULL;
}

/* COW counts of a round: the child, the parent until its end, the parent after it. */
struct found {
	struct cow_counts child, parent, after;
};

static int play_round(struct session *s, bool without, struct found *found)
{
	const struct record_death *own, *seen;
	pid_t born = 0, watching = 0;
	size_t bytes;
	char *pages = make_pages(&bytes);
	int err;

	if (!pages)
		return -errno;
	none_written = without;
	atomic_store(turn, 0);
	session_begin(s);
	err = play(&born, &watching);
	session_collect(s, 2);
	munmap(pages, bytes);
	own = death_of(s, born);
	seen = death_of(s, watching);
	if (!err && (!own || !seen || session_lost(s) || session_missed(s)))
		err = -ENODATA;
	if (!err)
		*found = (struct found){own->cow_child, own->cow_parent, seen->cow_parent};
	return err;
}

static void print(const char *what, const struct cow_counts *now, const struct cow_counts *base)
{
	printf("cow %s: copied %d reused %d huge %d of %d\n", what,
	       (int)(now->copied - base->copied), (int)(now->reused - base->reused),
	       (int)(now->huge - base->huge), (int)(now->faults - base->faults));
}

int exact_cow(struct session *s)
{
	static const struct cow_counts nothing;
	struct found with = {0}, without = {0};
	int err;

	turn = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (turn == MAP_FAILED)
		return -errno;
	err = play_round(s, true, &without); /* the first round has faults of its own */
	for (int i = 0; i < ROUNDS && !err; i++) {
		err = play_round(s, true, &without);
		if (!err)
			err = play_round(s, false, &with);
		if (err)
			break;
		print("child", &with.child, &without.child);
		print("parent", &with.parent, &without.parent);
		print("parent alone", &with.after, &without.after);
		print("child elsewhere", &without.child, &nothing);
		print("parent elsewhere", &without.parent, &nothing);
	}
	munmap(turn, PAGE_BYTES);
	return err;
}
