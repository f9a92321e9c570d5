// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * waiter METHOD MIB N: makes N processes, by fork or spawn (posix_spawn of itself), from MIB of
 * written memory, beside a thread that maps, touches and unmaps a page without rest. Prints for
 * each the child's id, the time of the call, and the thread's longest round until the child was
 * reaped, ns: what the thread itself can say about what the call made it wait.
 */
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char *leaf[] = {"waiter", NULL};

/* Shared memory: what the thread writes here after a fork does not fault. */
static struct {
	int64_t worst, rounds;
} * seen;

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void *map_anonymous(size_t bytes, int flags)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return p;
}

static void *go_round(void *context)
{
	int64_t begin = now(), end;

	for (;; begin = end) {
		volatile char *page = map_anonymous(4096, MAP_PRIVATE);

		*page = 1;
		munmap((void *)page, 4096);
		end = now();
		if (end - begin > __atomic_load_n(&seen->worst, __ATOMIC_RELAXED))
			__atomic_store_n(&seen->worst, end - begin, __ATOMIC_RELAXED);
		__atomic_fetch_add(&seen->rounds, 1, __ATOMIC_RELEASE);
	}
	return context;
}

static pid_t start(const char *method)
{
	pid_t pid;

	if (!strcmp(method, "spawn"))
		return posix_spawn(&pid, "/proc/self/exe", NULL, NULL, leaf, environ) ? -1 : pid;
	pid = fork();
	if (!pid)
		_exit(0);
	return pid;
}

/* Until the round that goes on has ended, and another. */
static void wait_for_rounds(void)
{
	int64_t rounds = __atomic_load_n(&seen->rounds, __ATOMIC_ACQUIRE);

	while (__atomic_load_n(&seen->rounds, __ATOMIC_ACQUIRE) < rounds + 2)
		usleep(100);
}

int main(int argc, char **argv)
{
	size_t bytes = argc == 4 ? strtoul(argv[2], NULL, 10) << 20 : 0;
	pthread_t thread;

	if (argc != 4)
		return argc != 1;
	memset(map_anonymous(bytes, MAP_PRIVATE), 1, bytes);
	seen = map_anonymous(sizeof(*seen), MAP_SHARED);
	if (pthread_create(&thread, NULL, go_round, NULL))
		return 2;
	for (long i = atol(argv[3]); i > 0; i--) {
		int64_t begin, call;
		pid_t pid;

		wait_for_rounds();
		__atomic_store_n(&seen->worst, 0, __ATOMIC_RELAXED);
		begin = now();
		pid = start(argv[1]);
		call = now() - begin;
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			return 2;
		wait_for_rounds();
		printf("waiter %s %d %lld %lld\n", argv[1], pid, (long long)call,
		       (long long)__atomic_load_n(&seen->worst, __ATOMIC_RELAXED));
	}
	return 0;
}
