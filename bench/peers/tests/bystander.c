// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * bystander WINDOWS: what a process that starts no other does, timed while a tracer is attached to
 * the whole machine. Prints a line "WORK NS" for each kind of work: ns of one, the least of so many
 * windows, since others only add to it. Without an argument it ends at once: a static program to
 * start. bench/peers/pair runs it.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGES 64
#define PAGE  4096

static int to_echo[2], from_echo[2];

static void must(int failed, const char *what)
{
	if (!failed)
		return;
	perror(what);
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static char *map_pages(void)
{
	char *p = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(p == MAP_FAILED, "mmap");
	return p;
}

/* Each does `n` of its kind and returns the ns that they took. */

static int64_t do_syscalls(int n)
{
	int64_t begin = now_ns();

	for (int i = 0; i < n; i++)
		syscall(SYS_getppid);
	return now_ns() - begin;
}

static int64_t do_faults(int n)
{
	int64_t ns = 0;

	for (int done = 0; done < n; done += PAGES) {
		char *p = map_pages();
		int64_t begin = now_ns();

		for (int i = 0; i < PAGES; i++)
			((volatile char *)p)[(size_t)i * PAGE] = 1;
		ns += now_ns() - begin;
		munmap(p, (size_t)PAGES * PAGE);
	}
	return ns;
}

/* Each page is there already, as the one of zeros that all share. */
static int64_t do_copies(int n)
{
	int64_t ns = 0;

	for (int done = 0; done < n; done += PAGES) {
		volatile char *p = map_pages();
		int64_t begin;
		char sum = 0;

		for (int i = 0; i < PAGES; i++)
			sum += p[(size_t)i * PAGE];
		begin = now_ns();
		for (int i = 0; i < PAGES; i++)
			p[(size_t)i * PAGE] = sum;
		ns += now_ns() - begin;
		munmap((void *)p, (size_t)PAGES * PAGE);
	}
	return ns;
}

static int64_t do_maps(int n)
{
	int64_t begin = now_ns();

	for (int i = 0; i < n; i++)
		munmap(map_pages(), (size_t)PAGES * PAGE);
	return now_ns() - begin;
}

static int64_t do_pings(int n)
{
	int64_t begin = now_ns();
	char c = 0;

	for (int i = 0; i < n; i++)
		must(write(to_echo[1], &c, 1) != 1 || read(from_echo[0], &c, 1) != 1, "pipe");
	return now_ns() - begin;
}

static void *nothing(void *unused)
{
	return unused;
}

static int64_t do_threads(int n)
{
	int64_t begin = now_ns();
	pthread_t thread;

	for (int i = 0; i < n; i++)
		must(pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL),
		     "pthread_create");
	return now_ns() - begin;
}

static void *echo(void *unused)
{
	char c;

	while (read(to_echo[0], &c, 1) == 1 && write(from_echo[1], &c, 1) == 1)
		;
	return unused;
}

static const struct {
	const char *name;
	int64_t (*work)(int n);
	int n;
} works[] = {
	{"getppid", do_syscalls, 1000}, {"page-fault", do_faults, 128},
	{"cow-fault", do_copies, 128},	{"mmap+munmap", do_maps, 100},
	{"ping-pong", do_pings, 100},	{"thread", do_threads, 20},
};

int main(int argc, char **argv)
{
	int windows = argc > 1 ? atoi(argv[1]) : 0;
	pthread_t thread;

	if (argc < 2)
		return 0;
	must(pipe(to_echo) || pipe(from_echo), "pipe");
	must(pthread_create(&thread, NULL, echo, NULL), "pthread_create");
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		int64_t least = INT64_MAX;

		for (int k = 0; k < windows; k++) {
			int64_t ns = works[i].work(works[i].n);

			least = ns < least ? ns : least;
		}
		printf("%s %.1f\n", works[i].name, (double)least / works[i].n);
	}
	return 0;
}
