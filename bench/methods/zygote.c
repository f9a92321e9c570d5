// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bench/methods/helper.h"
#include "bench/methods/methods.h"

#define WORDS_MAX 4096
#define STDIO_FDS 3

static struct helper helper;

/* Not inlined: see vfork.c. The caller's descriptors become the child's standard ones. */
static __attribute__((noinline)) pid_t vfork_child(const struct stage *stage, const int *fds)
{
	pid_t pid = vfork();

	if (pid == 0) {
		for (int fd = 0; fd < STDIO_FDS; fd++)
			dup2(fds[fd], fd);
		stage__exec(stage);
	}
	return pid;
}

/* The message is the file, and its arguments, each with the zero at its end. */
static void serve(int socket, struct stage *stage, char *message, size_t size, const int *fds)
{
	static char *words[WORDS_MAX + 1];
	size_t n = 0, at = strlen(message) + 1;
	pid_t pid;

	for (; at < size && n < WORDS_MAX; at += strlen(message + at) + 1)
		words[n++] = message + at;
	words[n] = NULL;
	stage->file = message;
	stage->child_argv = words;
	pid = vfork_child(stage, fds);
	/* vfork returned after the exec: its error is known. */
	helper__attend(socket, pid, pid < 0 ? errno : stage->slate->exec_errno);
}

static int early(struct fault *why)
{
	return helper__start(&helper, serve, why);
}

/* -E2BIG if it does not fit. */
static ssize_t make_message(const struct stage *stage, char *message, size_t size)
{
	size_t used = strlen(stage->file) + 1, words = 0;

	if (used > size)
		return -E2BIG;
	memcpy(message, stage->file, used);
	for (; stage->child_argv[words]; words++) {
		size_t length = strlen(stage->child_argv[words]) + 1;

		if (words == WORDS_MAX || used + length > size)
			return -E2BIG;
		memcpy(message + used, stage->child_argv[words], length);
		used += length;
	}
	return (ssize_t)used;
}

/* T_RETURN is when the parent knows the child's pid. */
static int spawn(const struct stage *stage, struct sample *sample)
{
	static const int fds[STDIO_FDS] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
	static char message[100 * 1024];
	ssize_t size = make_message(stage, message, sizeof(message));

	if (size < 0)
		return sample__fail(sample, (int)-size);
	return helper__spawn(&helper, stage, message, (size_t)size, fds, STDIO_FDS, sample);
}

const struct method method_zygote = {
	.name = "zygote",
	.brief = "a helper, forked while the parent was small, starts the program by vfork and "
		 "exec, with descriptors sent by SCM_RIGHTS; not traced",
	.execs = true,
	.alters_parent = true,
	.early = early,
	.spawn = spawn,
};
