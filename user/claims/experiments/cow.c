// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a parent pays for writing its memory while a forked child lives, by one thread or another.
 */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/claims/experiments/experiments.h"

#define ROUNDS	     16
#define PAGES	     1024
#define PAGE_BYTES   4096
#define ALONE	     "cow_write_alone_ns"
#define BESIDE	     "cow_write_beside_child_ns"
#define FAULTS_ALONE "cow_faults_alone"
#define FAULTS	     "cow_faults_beside_child"
#define BY_THREAD    "cow_faults_of_another_thread"

struct writes {
	volatile char *memory;
	int64_t ns;
	long faults;
};

static void *write_all(void *context)
{
	struct rusage before, after;
	struct writes *w = context;
	int64_t begun_ns;

	getrusage(RUSAGE_THREAD, &before);
	begun_ns = now_ns();
	for (size_t i = 0; i < PAGES; i++)
		w->memory[i * PAGE_BYTES]++;
	w->ns = now_ns() - begun_ns;
	getrusage(RUSAGE_THREAD, &after);
	w->faults = after.ru_minflt - before.ru_minflt;
	return NULL;
}

/* A child that does nothing until it the pipe closes. */
static pid_t start_child(int pipe_ends[2])
{
	char byte;
	pid_t pid;

	if (pipe(pipe_ends))
		return -1;
	pid = experiment_fork();
	if (pid == 0) {
		close(pipe_ends[1]);
		_exit(read(pipe_ends[0], &byte, 1) < 0);
	}
	close(pipe_ends[0]);
	return pid;
}

/* Writes while a child lives, by this thread or another. False: it could not. */
static bool write_beside(struct writes *w, bool by_thread)
{
	pthread_t thread;
	int ends[2];
	pid_t pid = start_child(ends);
	bool done = pid > 0;

	if (pid < 0)
		return false;
	if (!by_thread)
		write_all(w);
	else if (pthread_create(&thread, NULL, write_all, w))
		done = false;
	else
		pthread_join(thread, NULL);
	close(ends[1]);
	waitpid(pid, NULL, 0);
	return done;
}

static void run(struct findings *f)
{
	struct writes w = {.memory = experiment_memory(PAGES * PAGE_BYTES)};

	if (!w.memory) {
		findings__absent_all(f, "no memory for a parent of 4 MiB");
		return;
	}
	for (int i = 0; i < ROUNDS; i++) {
		write_all(&w);
		findings__add(f, ALONE, w.ns / PAGES);
		findings__add(f, FAULTS_ALONE, w.faults);
		if (!write_beside(&w, false))
			return;
		findings__add(f, BESIDE, w.ns / PAGES);
		findings__add(f, FAULTS, w.faults);
		if (write_beside(&w, true))
			findings__add(f, BY_THREAD, w.faults);
	}
}

const struct experiment experiment_cow = {
	.name = "cow",
	.observes = {ALONE, BESIDE, FAULTS_ALONE, FAULTS, BY_THREAD},
	.run = run,
};
