// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/axes/touchers.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/axes/axis.h"
#include "bench/axes/parse.h"
#include "bench/axes/threads.h"
#include "bench/shared/clock.h"

#define PAGES	    64 /* of each thread */
#define STACK_BYTES (256 * 1024)
#define REST_NS	    50000

/*
 * Touches of a window that were longer than all before them. Of a touch that came after the call
 * nothing is then known to the ones during it; and so few are enough: their number grows with the
 * logarithm of the touches.
 */
#define RECORDS 64

/*
 * Where their pages are, if nothing else is there: below all other memory. A fork locks a process's
 * VMAs one by one, from the lowest on, and unlocks them when all are copied.
 */
#define PAGES_AT       0x10000000
#define PAGES_DISTANCE (1 << 20)

/* Masks for more CPUs than a cpu_set_t has. */
#define CPU_SETS 8

struct touch {
	int64_t begin;
	int64_t ns;
};

/* Shared memory: what the threads write here after a fork must not fault, too. */
struct toucher {
	int64_t window;	  /* that the records are of */
	uint32_t count;	  /* of records */
	int64_t last_end; /* of its last touch; published after the records */
	unsigned char *pages;
	struct touchers *all;
	struct touch records[RECORDS];
} __attribute__((aligned(64)));

struct touchers {
	int64_t window; /* when it began */
	size_t count;
	size_t page_bytes;
	struct toucher v[];
};

static cpu_set_t noted[CPU_SETS];
static struct touchers *touchers; /* NULL: none */

void touchers_note_cpus(void)
{
	if (sched_getaffinity(0, sizeof(noted), noted) != 0)
		memset(noted, 0xff, sizeof(noted));
}

/* The CPUs that were noted, without the one that this thread is pinned to, if it is to one. */
static void choose_cpus(cpu_set_t cpus[CPU_SETS])
{
	cpu_set_t own[CPU_SETS];

	memcpy(cpus, noted, sizeof(noted));
	if (sched_getaffinity(0, sizeof(own), own) != 0 || CPU_COUNT_S(sizeof(own), own) != 1)
		return;
	for (size_t cpu = 0; cpu < 8 * sizeof(own); cpu++) {
		if (CPU_ISSET_S(cpu, sizeof(own), own))
			CPU_CLR_S(cpu, sizeof(noted), cpus);
	}
}

/* Writes to a page, or gives it back. */
static void touch(unsigned char *page, size_t bytes, bool gives_back)
{
	if (gives_back)
		madvise(page, bytes, MADV_DONTNEED);
	else
		*(volatile unsigned char *)page = 1;
}

static void record(struct toucher *t, int64_t begin, int64_t end)
{
	int64_t window = __atomic_load_n(&t->all->window, __ATOMIC_ACQUIRE);
	uint32_t n = window == t->window ? t->count : 0;

	t->window = window;
	/* What was waited for before the window is not its fault. */
	if (begin < window)
		begin = window;
	if (end >= window && (n == 0 || end - begin > t->records[n - 1].ns)) {
		n -= n == RECORDS;
		t->records[n++] = (struct touch){begin, end - begin};
	}
	__atomic_store_n(&t->count, n, __ATOMIC_RELEASE);
	__atomic_store_n(&t->last_end, end, __ATOMIC_RELEASE);
}

static int run(void *arg)
{
	const struct timespec rest = {.tv_nsec = REST_NS};
	struct toucher *t = arg;
	size_t bytes = t->all->page_bytes;

	/* A rest ends when it should, not up to 50 us later. */
	prctl(PR_SET_TIMERSLACK, 1);
	for (size_t i = 0;; i++) {
		int64_t begin = now_ns();

		touch(t->pages + i / 2 % PAGES * bytes, bytes, i % 2);
		record(t, begin, now_ns());
		syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &rest, NULL);
	}
	return 0;
}

/*
 * Its stack is one that forks do not copy: otherwise the first call after a rest would fault on it,
 * and wait there, outside of what is timed. It is no thread of libc's: of those libc keeps a list,
 * through their stacks, to which the child of its fork writes. So it shares the thread-local memory
 * of the thread that takes the samples, and may call nothing that writes there: no cancellation
 * point.
 */
static int start_thread(struct toucher *t, const cpu_set_t cpus[CPU_SETS])
{
	const int flags =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_POPULATE, -1, 0);
	pid_t tid;

	if (stack == MAP_FAILED || madvise(stack, STACK_BYTES, MADV_DONTFORK) != 0)
		return -errno;
	tid = clone(run, stack + STACK_BYTES, flags, t);
	if (tid < 0 || sched_setaffinity(tid, CPU_SETS * sizeof(cpus[0]), cpus) != 0)
		return -errno;
	return 0;
}

static int start_one(struct toucher *t, const cpu_set_t cpus[CPU_SETS])
{
	size_t bytes = PAGES * t->all->page_bytes;
	char *low = (char *)PAGES_AT + (t - t->all->v) * PAGES_DISTANCE;
	void *pages;

	pages = mmap(low, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		return -errno;
	/* A kernel without huge pages returns EINVAL, which is fine. */
	madvise(pages, bytes, MADV_NOHUGEPAGE);
	t->pages = pages;
	return start_thread(t, cpus);
}

static int start_all(struct touchers *t)
{
	cpu_set_t cpus[CPU_SETS];
	sigset_t all, old;
	int err = 0;

	choose_cpus(cpus);
	/* Only the thread that takes the samples gets signals. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	for (size_t i = 0; i < t->count && !err; i++) {
		t->v[i].all = t;
		err = start_one(&t->v[i], cpus);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return err;
}

static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int64_t count = shape->axis[AXIS_touchers];
	struct touchers *t;
	int err;

	if (count == 0)
		return 0;
	t = mmap(NULL, sizeof(*t) + (size_t)count * sizeof(t->v[0]), PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t == MAP_FAILED)
		return fault__set(why, -errno, "touchers=%" PRId64 ": %s", count, strerror(errno));
	t->count = (size_t)count;
	t->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	err = start_all(t);
	if (err)
		return threads_failed("touchers", (long)count, err, why);
	touchers = t;
	return 0;
}

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	cpu_set_t sets[CPU_SETS];

	if (shape->axis[AXIS_touchers] == 0 || sched_getaffinity(0, sizeof(sets), sets) != 0 ||
	    CPU_COUNT_S(sizeof(sets), sets) > 1)
		return 0;
	return fault__set(
		why, -ENOTSUP,
		"touchers need a second CPU: on the only one, no thread runs beside a fork");
}

const struct axis_effect axis_touchers = {
	.parse = axis_parse_count,
	/* The stack, the pages, the records; and a pause as long as the call before each sample. */
	.cost = {.per = 1, .bytes = MIB_BYTES, .build_us = 1000, .sample_us = 50000},
	.check = check,
	.build = build,
};

bool touchers_run(void)
{
	return touchers;
}

void touchers_begin(void)
{
	__atomic_store_n(&touchers->window, now_ns(), __ATOMIC_RELEASE);
}

/* The longest touch of the window's that began before it ended, or else the first. */
static int64_t longest(const struct toucher *t, int64_t end_ns)
{
	uint32_t n = __atomic_load_n(&t->count, __ATOMIC_ACQUIRE);
	int64_t ns = t->records[0].ns;

	for (uint32_t i = 1; i < n && t->records[i].begin < end_ns; i++)
		ns = t->records[i].ns;
	return ns;
}

void touchers_end(int64_t end_ns, struct touch_wait *wait)
{
	const struct timespec rest = {.tv_nsec = REST_NS};
	int64_t now = now_ns();

	*wait = (struct touch_wait){0};
	for (size_t i = 0; i < touchers->count; i++) {
		const struct toucher *t = &touchers->v[i];
		int64_t ns;

		while (__atomic_load_n(&t->last_end, __ATOMIC_ACQUIRE) < now)
			nanosleep(&rest, NULL);
		ns = longest(t, end_ns);
		wait->sum += ns;
		if (ns > wait->worst)
			wait->worst = ns;
	}
}
