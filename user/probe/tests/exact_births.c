// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/probe/tests/exact.h"

#define TIMES	   20
#define FAIL_EXECS 3 /* per child */

#define CHILD  "/bin/spawnscope-child"
#define NO_ONE 65534

/* Runs a workload once. Returns the tid of its child, which has ended, or the call's -errno. */
typedef int once_fn(void);

static int reaped(pid_t pid)
{
	return pid < 0 || waitpid(pid, NULL, 0) != pid ? -errno : pid;
}

static int once_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return reaped(pid);
}

static __attribute__((noinline)) int once_vfork(void)
{
	volatile pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	return reaped(pid);
}

static int once_spawn(void)
{
	char *argv[] = {CHILD, NULL};
	pid_t pid;
	int error = posix_spawn(&pid, CHILD, NULL, NULL, argv, environ);

	return error != 0 ? -error : reaped(pid);
}

static void *thread(void *tid)
{
	*(pid_t *)tid = gettid();
	return NULL;
}

static int once_thread(void)
{
	pthread_t created;
	pid_t tid = 0;
	int error = pthread_create(&created, NULL, thread, &tid);

	return error != 0 ? -error : (pthread_join(created, NULL), tid);
}

/* Fails at once: a thread must share the signal handlers. */
static int once_invalid(void)
{
	long pid = syscall(SYS_clone, CLONE_THREAD, 0, NULL, NULL, 0);

	return pid < 0 ? -errno : (int)pid;
}

/* Fails after the copy of the credentials: RLIMIT_NPROC is 0. */
static int once_again(void)
{
	struct rlimit limit, none = {0, 0};
	int result;

	getrlimit(RLIMIT_NPROC, &limit);
	none.rlim_max = limit.rlim_max;
	setrlimit(RLIMIT_NPROC, &none);
	setresuid(NO_ONE, NO_ONE, 0);
	result = once_fork();
	setresuid(0, 0, 0);
	setrlimit(RLIMIT_NPROC, &limit);
	return result;
}

/* Fails after the copy of the address space: the requested pid exists. */
static int once_exists(void)
{
	pid_t taken = getpid();
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&taken,
		.set_tid_size = 1,
	};
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	return pid < 0 ? -errno : (int)pid;
}

static void exec_nothing(void)
{
	char *argv[] = {"nothing", NULL};

	for (int i = 0; i < FAIL_EXECS; i++)
		execv("/nonexistent/nothing", argv);
}

static int once_exec_fails(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		exec_nothing();
		_exit(127);
	}
	return reaped(pid);
}

/* Like execvp() along PATH. */
static int once_exec_late(void)
{
	char *argv[] = {CHILD, NULL};
	pid_t pid = fork();

	if (pid == 0) {
		exec_nothing();
		execv(CHILD, argv);
		_exit(127);
	}
	return reaped(pid);
}

static const struct workload {
	const char *name;
	once_fn *once;
	enum clone_method method;
	int clone_errno; /* of every clone */
	int exec_errno;	 /* of the execs that fail */
} workloads[] = {
	{"fork", once_fork, CLONE_METHOD_FORK, 0, 0},
	{"vfork", once_vfork, CLONE_METHOD_VFORK, 0, 0},
	{"posix_spawn", once_spawn, CLONE_METHOD_SPAWN, 0, 0},
	{"thread", once_thread, CLONE_METHOD_THREAD, 0, 0},
	{"clone-EINVAL", once_invalid, CLONE_METHOD_THREAD, EINVAL, 0},
	{"fork-EAGAIN", once_again, CLONE_METHOD_FORK, EAGAIN, 0},
	{"clone3-EEXIST", once_exists, CLONE_METHOD_FORK, EEXIST, 0},
	{"exec-ENOENT", once_exec_fails, CLONE_METHOD_FORK, 0, ENOENT},
	{"exec-late", once_exec_late, CLONE_METHOD_FORK, 0, ENOENT},
};

#define WORKLOAD_COUNT (sizeof(workloads) / sizeof(workloads[0]))

/* Counts of records: of one child, of the failed calls (child 0), or of all. */
struct tally {
	unsigned int births, failed, execs, failed_execs, ends;
	unsigned int wrong; /* not the method, errno or number of execs of the workload */
};

static void tally_birth(struct tally *t, const struct workload *w, const struct record_birth *r)
{
	*(r->head.tid != 0 ? &t->births : &t->failed) += 1;
	t->wrong += r->method != w->method;
	t->wrong += r->result != (r->head.tid != 0 ? (int)r->head.tid : -w->clone_errno);
}

static void tally_exec(struct tally *t, const struct workload *w, const struct record_exec *r)
{
	*(r->result == 0 ? &t->execs : &t->failed_execs) += 1;
	t->wrong += r->result != 0 && r->result != -w->exec_errno;
}

/* Counts the records of `child`, or of failed calls if it is 0. */
static struct tally tally_records(const struct session *s, const struct workload *w, uint32_t child)
{
	struct tally t = {0};

	for (size_t i = 0; i < s->count; i++) {
		const union any_record *r = &s->records[i];

		if (r->head.tid != child)
			continue;
		if (r->head.kind == RECORD_BIRTH && r->birth.parent_tgid == (uint32_t)getpid()) {
			tally_birth(&t, w, &r->birth);
		} else if (r->head.kind == RECORD_EXEC) {
			tally_exec(&t, w, &r->exec);
		} else if (r->head.kind == RECORD_DEATH) {
			t.ends++;
			t.wrong += s->trace_all && r->death.execs != t.execs + t.failed_execs;
		} else if (r->head.kind == RECORD_LIFE) {
			t.births++;
			t.ends++;
			t.wrong += r->life.method != w->method;
		}
	}
	/* Each child has one birth and one end. */
	t.wrong += child != 0 && (t.births != 1 || t.ends != 1);
	return t;
}

static void add(struct tally *sum, const struct tally *t)
{
	sum->births += t->births;
	sum->failed += t->failed;
	sum->execs += t->execs;
	sum->failed_execs += t->failed_execs;
	sum->ends += t->ends;
	sum->wrong += t->wrong;
}

static struct tally run(struct session *s, const struct workload *w)
{
	struct tally sum = {0}, t;
	uint32_t children[TIMES];
	size_t n = 0;

	session_begin(s);
	for (int i = 0; i < TIMES; i++) {
		int child = w->once();

		if (child > 0)
			children[n++] = (uint32_t)child;
		sum.wrong += child <= 0 ? child != -w->clone_errno : w->clone_errno != 0;
	}
	session_collect(s, n);
	for (size_t i = 0; i < n; i++) {
		t = tally_records(s, w, children[i]);
		add(&sum, &t);
	}
	t = tally_records(s, w, 0);
	add(&sum, &t);
	return sum;
}

void exact_births(struct session *s)
{
	for (size_t i = 0; i < WORKLOAD_COUNT; i++) {
		const struct workload *w = &workloads[i];
		struct tally t = run(s, w);

		if (s->trace_all)
			printf("%s: births %u failed %u execs %u failed %u ends %u wrong %u",
			       w->name, t.births, t.failed, t.execs, t.failed_execs, t.ends,
			       t.wrong);
		else
			printf("%s: births %u ends %u wrong %u", w->name, t.births, t.ends,
			       t.wrong);
		printf(" lost %" PRIu64 " missed %" PRId64 "\n", session_lost(s),
		       session_missed(s));
	}
}
