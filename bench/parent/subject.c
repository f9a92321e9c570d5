// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/parent/subject.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/axes/touchers.h"
#include "bench/methods/methods.h"
#include "bench/methods/stage.h"
#include "bench/parent/outcome.h"
#include "bench/parent/spawners.h"
#include "bench/shared/fault.h"

#ifndef SYS_close_range
#define SYS_close_range 436 /* the same on every architecture */
#endif

/* Masks for more CPUs than a cpu_set_t has. */
#define CPU_SETS 8

struct subject {
	struct stage stage;
	struct parent_memory memory;
	int64_t call_ns; /* length of the last call */
};

static int pin(int cpu, struct fault *why)
{
	cpu_set_t sets[CPU_SETS];

	if (cpu == CPU_NONE)
		return 0;
	CPU_ZERO_S(sizeof(sets), sets);
	CPU_SET_S(cpu, sizeof(sets), sets);
	if (sched_setaffinity(0, sizeof(sets), sets) != 0)
		return fault__set(why, -errno, "CPU %d: %s", cpu, strerror(errno));
	return 0;
}

/* If memory runs out, the OOM killer shall choose this process. */
static void volunteer_for_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) != 4) {
		/* If that is forbidden, the kernel chooses as usual. */
	}
	close(fd);
}

/* A program that is run thousands of times must not print its output. */
static int silence_stdout(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		return -errno;
	close(fd);
	return 0;
}

/* The arguments behind the slate, NULL-terminated and in one piece of memory. NULL: no memory. */
static char **read_arguments(void)
{
	uint32_t bytes = 0;
	size_t count = 0;
	char **words, *text;

	if (pread(SUBJECT_SLATE_FD, &bytes, sizeof(bytes), SUBJECT_WORDS_OFFSET) != sizeof(bytes))
		return NULL;
	/* Each word has one byte at least. */
	words = calloc(bytes + 1, sizeof(*words) + 1);
	if (!words)
		return NULL;
	text = (char *)(words + bytes + 1);
	if (pread(SUBJECT_SLATE_FD, text, bytes, SUBJECT_WORDS_OFFSET + sizeof(bytes)) !=
	    (ssize_t)bytes) {
		free(words);
		return NULL;
	}
	for (size_t at = 0; at < bytes; at += strlen(text + at) + 1)
		words[count++] = text + at;
	return words;
}

/* Prepares to exec the program of the request. */
static int take_program(struct subject *subject, const struct subject_request *request,
			struct subject_reply *reply)
{
	struct program program = {
		.path = (char *)request->build.child_path,
		.copy = request->build.copy,
		.silent = request->build.silent,
	};
	char **arguments = NULL;
	int err = 0;

	if (program.silent) {
		arguments = read_arguments();
		if (!arguments)
			return fault__set(&reply->why, -ENOMEM, "memory for the arguments");
		program.arguments = arguments;
		err = silence_stdout();
	}
	if (err)
		fault__set(&reply->why, err, "/dev/null: %s", strerror(-err));
	stage__close(&subject->stage);
	if (!err) {
		err = stage__open(&subject->stage, SUBJECT_SLATE_FD, &program,
				  &request->build.loader);
		if (err)
			fault__set(&reply->why, err, "slate: %s", strerror(-err));
	}
	if (!err)
		err = parent_equip(&request->build.shape, &subject->memory, &subject->stage,
				   &reply->why);
	if (!err)
		err = spawners_take_program(&request->build.shape, &subject->memory, &program,
					    &request->build.loader, &reply->why);
	free(arguments);
	return err;
}

static int build(struct subject *subject, const struct subject_request *request,
		 struct subject_reply *reply)
{
	int err;

	volunteer_for_oom();
	touchers_note_cpus();
	err = pin(request->build.cpu, &reply->why);
	if (err)
		return err;
	if (request->build.only[0] && method_find(request->build.only)->early)
		err = method_find(request->build.only)->early(&reply->why);
	if (err)
		return err;
	err = parent_build(&request->build.shape, &subject->memory, &reply->why);
	if (!err)
		err = spawners_start(&request->build.shape, &reply->why);
	if (err)
		return err;
	err = take_program(subject, request, reply);
	if (err)
		return err;
	err = parent_measure(&reply->facts);
	if (err)
		return fault__set(&reply->why, err, "/proc/self: %s", strerror(-err));
	return 0;
}

/* The touchers' wait in a pause as long as the last call: without a call, in turn. */
static int64_t take_base(const struct subject *subject)
{
	const struct timespec pause = {.tv_sec = subject->call_ns / NS_PER_S,
				       .tv_nsec = subject->call_ns % NS_PER_S};
	struct touch_wait wait;

	touchers_begin();
	nanosleep(&pause, NULL);
	touchers_end(now_ns(), &wait);
	return wait.worst;
}

static int take_sample(struct subject *subject, const struct method *method, struct sample *sample)
{
	struct touch_wait wait;
	int64_t base;
	int err;

	if (!touchers_run())
		return method->spawn(&subject->stage, sample);
	base = take_base(subject);
	touchers_begin();
	err = method->spawn(&subject->stage, sample);
	if (err || sample->error)
		return err;
	touchers_end(sample->return_ns, &wait);
	subject->call_ns = sample->return_ns - sample->call_ns;
	sample->stall_ns = wait.worst;
	sample->stall_sum_ns = wait.sum;
	sample->stall_base_ns = base;
	return 0;
}

static int take_at_once(const struct subject *subject, const struct method *method,
			const struct subject_request *request, struct sample *samples,
			struct subject_reply *reply)
{
	struct spawners_total total;
	int err = spawners_take(method, request->run.warmups, request->run.runs, samples, &total,
				&reply->why);

	reply->started = total.started;
	reply->failed = total.failed;
	if (!err)
		subject->stage.slate->taken = request->run.runs;
	return err;
}

static int take_samples(struct subject *subject, const struct method *method,
			const struct subject_request *request, struct sample *samples,
			struct subject_reply *reply)
{
	const struct stage *stage = &subject->stage;
	uint32_t warmups = request->run.warmups;
	int err;

	for (uint32_t i = 0; i < warmups + request->run.runs; i++) {
		struct sample warmup;
		struct sample *sample = i < warmups ? &warmup : &samples[i - warmups];

		*sample = (struct sample){0};
		stage__reset(stage);
		err = take_sample(subject, method, sample);
		if (err)
			return fault__set(&reply->why, err, "waiting for the child: %s",
					  strerror(-err));
		reply->started += sample->started;
		reply->failed += sample->error != 0;
		err = outcome_check(stage, method, sample, &reply->why);
		if (err)
			return err;
		if (i >= warmups)
			stage->slate->taken = i - warmups + 1;
	}
	return 0;
}

static int run(struct subject *subject, const struct subject_request *request,
	       struct subject_reply *reply)
{
	const struct method *method = method_find(request->run.method);
	size_t bytes = request->run.runs * sizeof(struct sample);
	struct sample *samples;
	int err;

	subject->stage.slate->taken = 0;
	if (ftruncate(SUBJECT_SLATE_FD, (off_t)(SUBJECT_SAMPLES_OFFSET + bytes)) != 0)
		return fault__set(&reply->why, -errno, "memory for the samples: %s",
				  strerror(errno));
	/* Shared: forks do not copy its page tables. */
	samples = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, SUBJECT_SLATE_FD,
		       SUBJECT_SAMPLES_OFFSET);
	if (samples == MAP_FAILED)
		return fault__set(&reply->why, -errno, "memory for the samples: %s",
				  strerror(errno));
	/* Fault all pages in now, not between samples. */
	memset(samples, 0, bytes);
	err = spawners_any() ? take_at_once(subject, method, request, samples, reply)
			     : take_samples(subject, method, request, samples, reply);
	munmap(samples, bytes);
	return err;
}

/* Removes what the process inherited and could change the measurement. */
static void reset_process(void)
{
	sigset_t none;

	/* An ignored SIGCHLD is inherited, and the kernel would reap our children. */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	fcntl(SUBJECT_SOCKET_FD, F_SETFD, FD_CLOEXEC);
	/* Linux 5.9. Before, the descriptors that the driver inherited stay open. */
	syscall(SYS_close_range, SUBJECT_SLATE_FD + 1, ~0U, 0);
}

int subject_main(void)
{
	static struct subject subject;
	static struct subject_request request;
	static struct subject_reply reply;
	ssize_t length;

	reset_process();
	while ((length = recv(SUBJECT_SOCKET_FD, &request, sizeof(request), 0)) != 0) {
		if (length < 0 && errno == EINTR)
			continue;
		if (length != sizeof(request))
			return 2;
		reply = (struct subject_reply){0};
		if (request.verb == SUBJECT_BUILD)
			reply.error = build(&subject, &request, &reply);
		else if (request.verb == SUBJECT_PROGRAM)
			reply.error = take_program(&subject, &request, &reply);
		else
			reply.error = run(&subject, &request, &reply);
		if (send(SUBJECT_SOCKET_FD, &reply, sizeof(reply), MSG_NOSIGNAL) < 0)
			return 2;
	}
	return 0;
}
