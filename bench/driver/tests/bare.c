// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The driver's own overhead: its fork and vfork methods against a bare loop of
 * the same call, in alternating blocks, in one parent of 1 MiB.
 *
 * bare [--report]   prints both medians of call to return. Exits 1 if the
 *                   driver's is more than 1 % above the bare one's, except with
 *                   --report. Run it where the clock counts instructions:
 *                   elsewhere noise alone can be 1 %.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/axes/pages.h"
#include "bench/methods/methods.h"
#include "bench/methods/stage.h"
#include "bench/parent/parent.h"
#include "bench/shared/fault.h"
#include "bench/shared/text.h"

#define PARENT_BYTES (1 << 20)
#define BLOCKS	     20
#define BLOCK_RUNS   51
#define WARMUPS	     2
#define RUNS	     (BLOCKS * BLOCK_RUNS)
#define RATIO_MAX    1.01

struct timing {
	int64_t ns[RUNS];
	size_t n;
};

static int64_t bare_fork(void)
{
	int64_t call_ns = now_ns(), return_ns;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return_ns = now_ns();
	waitpid(pid, NULL, 0);
	return pid < 0 ? -errno : return_ns - call_ns;
}

static __attribute__((noinline)) int64_t bare_vfork(void)
{
	volatile int64_t call_ns = now_ns(), return_ns;
	volatile pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	return_ns = now_ns();
	waitpid(pid, NULL, 0);
	return pid < 0 ? -errno : return_ns - call_ns;
}

static int64_t with_method(const struct stage *stage, const struct method *method)
{
	struct sample sample = {0};
	int err;

	stage__reset(stage);
	err = method->spawn(stage, &sample);
	if (!err)
		err = -sample.error;
	return err != 0 ? err : sample.return_ns - sample.call_ns;
}

/* A block of the method's samples, or of the bare loop's if `method` is NULL. */
static int time_block(const struct stage *stage, const struct method *method, int64_t (*bare)(void),
		      struct timing *timing)
{
	for (int i = 0; i < WARMUPS + BLOCK_RUNS; i++) {
		int64_t ns = method ? with_method(stage, method) : bare();

		if (ns < 0)
			return (int)ns;
		if (i >= WARMUPS)
			timing->ns[timing->n++] = ns;
	}
	return 0;
}

static int compare_ns(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t median_ns(struct timing *timing)
{
	qsort(timing->ns, timing->n, sizeof(timing->ns[0]), compare_ns);
	return timing->ns[timing->n / 2];
}

/* Prints the comparison. 0, 1 (too slow) or -errno. */
static int compare(const struct stage *stage, const struct method *method, int64_t (*bare)(void))
{
	static struct timing own, base;
	int64_t own_ns, base_ns;
	double ratio;
	int err = 0;

	own.n = 0;
	base.n = 0;
	for (int block = 0; block < BLOCKS && !err; block++) {
		err = time_block(stage, NULL, bare, &base);
		if (!err)
			err = time_block(stage, method, NULL, &own);
	}
	if (err)
		return err;
	own_ns = median_ns(&own);
	base_ns = median_ns(&base);
	ratio = (double)own_ns / (double)base_ns;
	printf("%s bare_ns=%" PRId64 " driver_ns=%" PRId64 " ratio=%.4f runs=%d\n", method->name,
	       base_ns, own_ns, ratio, RUNS);
	return ratio > RATIO_MAX;
}

static void pin_to_last_cpu(void)
{
	int cpu = (int)sysconf(_SC_NPROCESSORS_ONLN) - 1;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static int fail(const char *what, int err)
{
	fprintf(stderr, "bare: %s: %s\n", what, strerror(-err));
	return 2;
}

int main(int argc, char **argv)
{
	bool report = argc == 2 && !strcmp(argv[1], "--report");
	struct shape shape = {{[AXIS_size] = PARENT_BYTES, [AXIS_pages] = PAGES_4K}};
	const struct program none = {.path = "/nonexistent"};
	struct parent_memory memory;
	struct stage stage;
	struct fault why;
	int fd, fork_verdict, vfork_verdict, err;

	pin_to_last_cpu();
	err = parent_build(&shape, &memory, &why);
	if (err)
		return fail(why.text, err);
	fd = memfd_create("slate", 0);
	if (fd < 0 || ftruncate(fd, sysconf(_SC_PAGESIZE)) != 0)
		return fail("memfd", -errno);
	err = stage__open(&stage, fd, &none, NULL);
	if (err)
		return fail("stage", err);
	fork_verdict = compare(&stage, &method_fork, bare_fork);
	vfork_verdict = compare(&stage, &method_vfork, bare_vfork);
	if (fork_verdict < 0 || vfork_verdict < 0)
		return fail("spawning", fork_verdict < 0 ? fork_verdict : vfork_verdict);
	return report ? 0 : fork_verdict | vfork_verdict;
}
