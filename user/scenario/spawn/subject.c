// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/spawn/subject.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/base/interrupt.h"
#include "user/scenario/memory.h"
#include "user/scenario/scenario.h"
#include "user/text/hash.h"
#include "user/text/numbers.h"

#define PAGE	     4096
#define THREAD_STACK (64 << 10)
#define OUTPUT_BYTES (4 << 20)

static const char *const names[CALL_TIMES] = {"stall", "first", "result", "total"};

/* Shared by the process that does the jobs and the one that waits for it. */
struct shared {
	int err; /* before any job */
	int64_t rss;
	struct job_state {
		int64_t err, done, different;
	} jobs[];
};

static char output[OUTPUT_BYTES];
static int null_fd = -1;

int call_null(void)
{
	return null_fd;
}

/* The sum of the lines' hashes. */
static uint64_t digest_of(const char *text, size_t size)
{
	const char *end = text + size;
	uint64_t sum = 0;

	while (text < end) {
		const char *stop = memchr(text, '\n', end - text);
		size_t length = stop ? (size_t)(stop - text) : (size_t)(end - text);

		sum += hash_bytes(HASH_BEGIN, text, length);
		text += length + 1;
	}
	return sum;
}

int call__read(struct call *c, int fd, int64_t begin)
{
	size_t have = 0;

	for (;;) {
		ssize_t n = read(fd, output + have, sizeof(output) - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || have == sizeof(output))
			return n < 0 ? -errno : -EFBIG;
		if (!n)
			break;
		if (!have)
			c->ns[CALL_FIRST] = now_ns() - begin;
		have += (size_t)n;
	}
	c->ns[CALL_RESULT] = now_ns() - begin;
	c->bytes = (int64_t)have;
	c->digest = digest_of(output, have);
	return 0;
}

int call__reap(struct call *c, pid_t pid, int64_t begin)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	c->ns[CALL_TOTAL] = now_ns() - begin;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ECANCELED;
}

int job_launch(const struct job *j, struct call *c)
{
	struct launch l = j->launch;
	int64_t begin;
	int ends[2], err, reaped;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	l.in = null_fd;
	l.out = ends[1];
	begin = now_ns();
	err = j->way->start(&l, &pid);
	c->ns[CALL_STALL] = now_ns() - begin;
	close(ends[1]);
	if (!err) {
		err = call__read(c, ends[0], begin);
		reaped = call__reap(c, pid, begin);
		err = err ? err : reaped;
	}
	close(ends[0]);
	return err;
}

static void *idle(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int start_threads(unsigned int count)
{
	pthread_attr_t attr;
	pthread_t thread;
	int err = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	for (unsigned int i = 0; i < count && !err; i++)
		err = pthread_create(&thread, &attr, idle, NULL);
	pthread_attr_destroy(&attr);
	return -err;
}

/* The zygote first, while this process is small. */
static int take_shape(const struct subject *u, struct shared *shared)
{
	struct memory_use use;
	char *memory;
	int err = ways_begin();

	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (!err && null_fd < 0)
		err = -errno;
	if (err)
		return err;
	if (u->size_bytes) {
		memory = memory_map(u->size_bytes, 0);
		if (!memory)
			return -errno;
		for (int64_t at = 0; at < u->size_bytes; at += PAGE)
			memory[at] = 1;
	}
	err = start_threads(u->threads);
	if (!err)
		err = memory_use_of(0, &use);
	if (!err)
		shared->rss = use.rss;
	return err;
}

static int64_t *times_of(const struct subject *u, struct shared *shared, size_t job, int64_t round)
{
	int64_t *all = (int64_t *)&shared->jobs[u->count];

	return all + (job * u->rounds + round) * CALL_TIMES;
}

/* `calls` has the first one of each job: those whose output is like its are compared with it. */
static void do_job(const struct subject *u, struct shared *shared, size_t i, struct call *calls)
{
	struct call c = {.ns = {MISSING, MISSING, MISSING, MISSING}};
	struct job_state *state = &shared->jobs[i];
	size_t like = u->jobs[i].like;

	if (state->err)
		return;
	state->err = u->jobs[i].run(&u->jobs[i], &c);
	if (state->err)
		return;
	if (!state->done)
		calls[i] = c;
	if (shared->jobs[like].done || like == i)
		state->different += c.digest != calls[like].digest || c.bytes != calls[like].bytes;
	memcpy(times_of(u, shared, i, state->done++), c.ns, sizeof(c.ns));
}

static _Noreturn void serve(const struct subject *u, struct shared *shared, int steps)
{
	static struct call calls[SUBJECT_JOBS_MAX];

	interrupt_restore();
	shared->err = take_shape(u, shared);
	for (unsigned int round = 0; round < u->rounds && !shared->err; round++)
		for (size_t i = 0; i < u->count; i++) {
			do_job(u, shared, i, calls);
			if (write(steps, "", 1) != 1)
				_exit(1);
		}
	_exit(0);
}

static void put_job(struct stage *s, const struct subject *u, struct shared *shared, size_t i)
{
	const struct job_state *state = &shared->jobs[i];
	const struct job *j = &u->jobs[i];

	if (state->err || !state->done) {
		stage__put_absent(s, names[CALL_TOTAL], "ns", j->key.text,
				  state->err == -ECANCELED ? "the program failed"
							   : strerror((int)-state->err));
		return;
	}
	for (int t = 0; t < CALL_TIMES; t++) {
		struct series values = {0};

		for (int64_t k = 0; k < state->done; k++)
			if (times_of(u, shared, i, k)[t] != MISSING &&
			    series__push(&values, times_of(u, shared, i, k)[t]))
				s->error = -ENOMEM;
		if (values.n)
			stage__put_series(s, names[t], "ns", j->key.text, &values);
	}
	stage__put(s, "different", "outputs", j->key.text, state->different);
}

static int check_room(struct stage *s, const struct subject *u)
{
	int64_t available = memory_available();

	if (u->count > SUBJECT_JOBS_MAX)
		return stage__fail(s, -E2BIG, "jobs");
	if (available != MISSING && u->size_bytes > available / 10 * 9)
		return fault__set(s->why, -ENOMEM,
				  "%s do not fit into the %s that are available: try --size %lldM",
				  text_bytes(u->size_bytes).text, text_bytes(available).text,
				  (long long)(available / 2) >> 20);
	return 0;
}

static int wait_for_it(struct stage *s, pid_t pid, int steps, const struct shared *shared)
{
	ssize_t n;
	char byte;
	int err;

	while ((n = read(steps, &byte, 1)) == 1 || (n < 0 && errno == EINTR))
		if (n == 1)
			stage__step(s);
	err = crew__wait(&s->crew, pid);
	if (!err && shared->err)
		return stage__fail(s, shared->err, "the process that spawns");
	if (err)
		return fault__set(s->why, err, "the process that spawns ended before its time");
	return 0;
}

int subject__run(struct stage *s, const struct subject *u)
{
	size_t size = sizeof(struct shared) + u->count * sizeof(struct job_state) +
		      u->count * u->rounds * CALL_TIMES * sizeof(int64_t);
	struct shared *shared;
	int ends[2], err = check_room(s, u);
	pid_t pid;

	if (err)
		return err;
	shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || pipe2(ends, O_CLOEXEC))
		return stage__fail(s, -errno, "memory or a pipe");
	stage__steps(s, u->count * u->rounds);
	pid = crew__fork(&s->crew);
	if (!pid) {
		close(ends[0]);
		serve(u, shared, ends[1]);
	}
	close(ends[1]);
	err = pid < 0 ? stage__fail(s, pid, "fork") : wait_for_it(s, pid, ends[0], shared);
	close(ends[0]);
	if (!err) {
		stage__put(s, "rss", "bytes", "", shared->rss);
		for (size_t i = 0; i < u->count; i++)
			put_job(s, u, shared, i);
	}
	munmap(shared, size);
	return err;
}
