// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/methods/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/text.h"

#ifndef SYS_close_range
#define SYS_close_range 436 /* the same on every architecture */
#endif

static int make_command(struct stage *stage)
{
	/* At worst each byte is a quote, which takes four; then two quotes and a space. */
	const char *program = stage->name ? stage->name : stage->file;
	size_t size = sizeof("exec") + 4 * strlen(program) + 4, used;
	int err = 0;

	for (int i = 1; stage->child_argv[i]; i++)
		size += 4 * strlen(stage->child_argv[i]) + 4;
	free(stage->command);
	stage->command = malloc(size);
	if (!stage->command)
		return -ENOMEM;
	/* `exec`: the shell becomes the program instead of forking once more. */
	used = strlen(strcpy(stage->command, "exec"));
	for (int i = 0; stage->child_argv[i] && !err; i++) {
		stage->command[used++] = ' ';
		err = text_shell_quote(i ? stage->child_argv[i] : program, stage->command + used,
				       size - used);
		used += strlen(stage->command + used);
	}
	return err;
}

static size_t count_words(char *const *words)
{
	size_t count = 0;

	while (words && words[count])
		count++;
	return count;
}

static void free_words(char **words)
{
	for (char **word = words; word && *word; word++)
		free(*word);
	free(words);
}

static int make_argv(struct stage *stage, int slate_fd, const struct program *program,
		     const struct loader *loader)
{
	/* spawnscope-child is static: it needs no loader. */
	bool loads = stage->silent && loader && loader->path[0];
	const char *file = program->copy && *program->copy ? program->copy : program->path;
	size_t arguments = count_words(program->arguments);
	char **argv = calloc(LOADER_WORDS + 3 + arguments, sizeof(*argv));
	size_t n = 0;

	stage->child_argv = argv;
	stage->program = strdup(program->path);
	stage->file = strdup(loads ? loader->path : file);
	if (!argv || !stage->program || !stage->file)
		return -ENOMEM;
	if (loads) {
		argv[n++] = strdup(loader->path);
		argv[n++] = strdup(LOADER_LIBRARIES_OPTION);
		argv[n++] = strdup(loader->libraries);
	}
	argv[n++] = strdup(loads ? file : program->path);
	if (!stage->silent && asprintf(&argv[n++], "%d", slate_fd) < 0)
		argv[n - 1] = NULL;
	for (size_t i = 0; i < arguments; i++)
		argv[n++] = strdup(program->arguments[i]);
	for (size_t i = 0; i < n; i++) {
		if (!argv[i])
			return -ENOMEM;
	}
	return 0;
}

static int prepare(struct stage *stage, int slate_fd, volatile struct slate *slate,
		   const struct program *program, const struct loader *loader)
{
	int err;

	*stage = (struct stage){
		.slate = slate,
		.parent_pid = getpid(),
		.slate_fd = slate_fd,
		.silent = program->silent,
		.page_bytes = (size_t)sysconf(_SC_PAGESIZE),
		.write_step = (size_t)sysconf(_SC_PAGESIZE),
		.write_passes = 1,
	};
	err = make_argv(stage, slate_fd, program, loader);
	if (!err)
		err = make_command(stage);
	return err;
}

int stage__open(struct stage *stage, int slate_fd, const struct program *program,
		const struct loader *loader)
{
	void *slate =
		mmap(NULL, sizeof(struct slate), PROT_READ | PROT_WRITE, MAP_SHARED, slate_fd, 0);
	int err;

	*stage = (struct stage){0};
	if (slate == MAP_FAILED)
		return -errno;
	err = prepare(stage, slate_fd, slate, program, loader);
	stage->maps_slate = true;
	if (err)
		stage__close(stage);
	return err;
}

int stage__open_beside(struct stage *stage, int slate_fd, volatile struct slate *slate,
		       const struct program *program, const struct loader *loader)
{
	int err = prepare(stage, slate_fd, slate, program, loader);

	stage->reads_slate = true;
	if (err)
		stage__close(stage);
	return err;
}

/* Not too long for one word, and as in real commands. */
#define WORD_BYTES 64

int stage__add_arguments(struct stage *stage, size_t bytes)
{
	size_t n = count_words(stage->child_argv), more = (bytes + WORD_BYTES - 1) / WORD_BYTES;
	char **grown = reallocarray(stage->child_argv, n + more + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	stage->child_argv = grown;
	for (; bytes > 0; n++) {
		size_t length = bytes < WORD_BYTES ? bytes : WORD_BYTES;

		grown[n + 1] = NULL;
		grown[n] = malloc(length);
		if (!grown[n])
			return -ENOMEM;
		memset(grown[n], 'a', length - 1);
		grown[n][length - 1] = '\0';
		bytes -= length;
	}
	return make_command(stage);
}

posix_spawn_file_actions_t *stage__actions(struct stage *stage)
{
	if (!stage->actions && posix_spawn_file_actions_init(&stage->own_actions) == 0)
		stage->actions = &stage->own_actions;
	return stage->actions;
}

int stage__search(struct stage *stage)
{
	const char *slash = strrchr(stage->file, '/');

	stage->name = strdup(slash ? slash + 1 : stage->file);
	return stage->name ? make_command(stage) : -ENOMEM;
}

static char **copy_words(char *const *words)
{
	char **copies = calloc(count_words(words) + 1, sizeof(*copies));

	for (size_t i = 0; copies && words[i]; i++) {
		copies[i] = strdup(words[i]);
		if (!copies[i]) {
			free_words(copies);
			return NULL;
		}
	}
	return copies;
}

int stage__replace(struct stage *stage, const char *file, char *const *words)
{
	char *path = strdup(file), **copies = words ? copy_words(words) : stage->child_argv;

	if (!path || !copies) {
		free(path);
		if (words)
			free_words(copies);
		return -ENOMEM;
	}
	free(stage->file);
	free(stage->name);
	stage->file = path;
	stage->name = NULL;
	if (words) {
		free_words(stage->child_argv);
		stage->child_argv = copies;
	}
	return make_command(stage);
}

void stage__close(struct stage *stage)
{
	if (stage->maps_slate)
		munmap((void *)stage->slate, sizeof(struct slate));
	free_words(stage->child_argv);
	free(stage->program);
	free(stage->file);
	free(stage->name);
	if (stage->cold_fd > 0)
		close(stage->cold_fd);
	if (stage->actions)
		posix_spawn_file_actions_destroy(stage->actions);
	free(stage->command);
	*stage = (struct stage){0};
}

static void clear_report(const struct stage *stage)
{
	static const struct slate_report none;

	if (pwrite(stage->slate_fd, &none, sizeof(none), 0) != sizeof(none)) {
		/* A memfd of a page: it has always room, once written to. */
	}
}

void stage__reset(const struct stage *stage)
{
	stage->slate->report.exec_ns = 0;
	stage->slate->report.exit_ns = 0;
	stage->slate->report.child_pid = 0;
	stage->slate->child_ns = 0;
	stage->slate->exec_errno = 0;
	stage->slate->released = 0;
	if (stage->reads_slate)
		clear_report(stage);
	if (stage->cold_fd > 0)
		posix_fadvise(stage->cold_fd, 0, 0, POSIX_FADV_DONTNEED);
}

/* Far apart, whatever the number of places is. */
#define RANDOM_PRIME 2654435761UL

static void write_pages(const struct stage *stage, size_t bytes)
{
	size_t step = stage->write_step, n = bytes ? (bytes + step - 1) / step : 0;
	/* A step through all of n places, since a prime that does not divide n has none in common.
	 */
	size_t jump = stage->write_random && n % RANDOM_PRIME ? RANDOM_PRIME % n : 1, at = 0;

	for (size_t i = 0; i < n * stage->write_passes; i++) {
		stage->memory[at * step] = 1;
		at += jump;
		if (at >= n)
			at -= n;
	}
}

/* Holds the child until the parent has written, so that the parent makes the copies. */
static void wait_for_parent(const struct stage *stage)
{
	/* The parent may be killed before it releases the child, or before the prctl. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != stage->parent_pid)
		_exit(0);
	while (__atomic_load_n(&stage->slate->released, __ATOMIC_ACQUIRE) == 0)
		syscall(SYS_futex, &stage->slate->released, FUTEX_WAIT, 0, NULL, NULL, 0);
}

/* Before anything but the timestamp. */
static void move(const struct stage *stage)
{
	if (!stage->child_cpus)
		return;
	if (syscall(SYS_sched_setaffinity, 0, stage->child_cpus_bytes, stage->child_cpus) < 0)
		stage->slate->exec_errno = errno;
}

_Noreturn void stage__child(const struct stage *stage)
{
	int64_t child_ns = now_ns();

	stage->slate->child_ns = child_ns;
	move(stage);
	if (stage->parent_write_bytes > 0)
		wait_for_parent(stage);
	write_pages(stage, stage->child_write_bytes);
	stage->slate->report.exit_ns = now_ns();
	_exit(0);
}

_Noreturn void stage__exec(const struct stage *stage)
{
	int64_t child_ns = now_ns();

	stage->slate->child_ns = child_ns;
	move(stage);
	if (stage->close_from)
		syscall(SYS_close_range, stage->close_from, ~0U, 0);
	if (stage->name)
		execvpe(stage->name, stage->child_argv, environ);
	else
		execve(stage->file, stage->child_argv, environ);
	stage->slate->exec_errno = errno;
	_exit(127); /* as a shell does if it cannot run a command */
}

void stage__parent_write(const struct stage *stage)
{
	if (stage->parent_write_bytes == 0)
		return;
	write_pages(stage, stage->parent_write_bytes);
	__atomic_store_n(&stage->slate->released, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &stage->slate->released, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* What a program wrote to the descriptor, if one did. */
static void read_report(const struct stage *stage)
{
	struct slate_report report;

	if (pread(stage->slate_fd, &report, sizeof(report), 0) != sizeof(report) ||
	    report.child_pid == 0)
		return;
	stage->slate->report.exec_ns = report.exec_ns;
	stage->slate->report.exit_ns = report.exit_ns;
	stage->slate->report.child_pid = report.child_pid;
}

void stage__collect(const struct stage *stage, struct sample *sample)
{
	if (stage->reads_slate)
		read_report(stage);
	sample->child_ns = stage->slate->child_ns;
	sample->exec_ns = stage->slate->report.exec_ns;
	sample->exit_ns = stage->slate->report.exit_ns;
	if (sample->child_pid == 0)
		sample->child_pid = stage->slate->report.child_pid;
	if (stage->slate->exec_errno != 0)
		sample->error = stage->slate->exec_errno;
}

int stage__reap(const struct stage *stage, pid_t pid, struct sample *sample)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	sample->reaped_ns = now_ns();
	sample->child_pid = pid;
	sample->wait_status = status;
	sample->started = true;
	stage__collect(stage, sample);
	return 0;
}

int sample__fail(struct sample *sample, int error)
{
	sample->error = error;
	return 0;
}
