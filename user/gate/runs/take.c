// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/runs/take.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/shared/axis_names.h"
#include "bench/shared/clock.h"
#include "bench/shared/fault.h"
#include "user/base/args.h"
#include "user/base/interrupt.h"
#include "user/base/output.h"
#include "user/base/privilege.h"
#include "user/base/proc.h"
#include "user/base/say.h"
#include "user/gate/compare/format.h"
#include "user/model/cell_name.h"
#include "user/store/store.h"
#include "user/text/layout.h"

#define GRACE_S 5 /* between SIGTERM and SIGKILL */

_Static_assert(ARGS_MAX >= GATE_FORWARD_MAX + 32, "all that is passed on has a place");

/* The value of an option of bench; NULL: not given. */
static const char *forwarded(const struct gate_options *o, const char *option)
{
	const char *value = NULL;

	for (size_t i = 0; i < o->forward_count; i++) {
		if (!strncmp(o->forward[i], option, strlen(option)))
			value = o->forward[i] + strlen(option);
	}
	return value;
}

static bool is_forwarded(const struct gate_options *o, const char *option)
{
	return forwarded(o, option) != NULL;
}

unsigned int gate_block_limit_s(const struct gate_options *o)
{
	const char *limit = forwarded(o, "--timeout=");

	return limit ? (unsigned int)strtoul(limit, NULL, 10) : 0;
}

/*
 * The suite or method, size and number of samples: as the options say, or else small enough for
 * many runs. With --program, a method that execs.
 */
static void add_subject(struct args *a, const struct gate_options *o, const struct gate_take *take)
{
	const char *side = o->path_count == 2 ? o->paths[take->side] : NULL;
	bool suite = is_forwarded(o, "--suite=") || (side && gate_is_suite(side));

	if (side)
		args__add(a, "--%s=%s", suite ? "suite" : "method", side);
	else if (!suite && !is_forwarded(o, "--method="))
		args__add(a, "--method=%s", o->programs[0] ? "posix_spawn" : "fork,posix_spawn");
	if (!suite && !is_forwarded(o, "--size="))
		args__add(a, "--size=%s", o->programs[0] ? "1M" : "1M,64M");
	if (!suite && !is_forwarded(o, "--runs="))
		args__add(a, "--runs=%d", take->lab ? 5 : 30);
	for (size_t i = 0; i < o->forward_count; i++)
		args__add(a, "%s", o->forward[i]);
}

static void add_bench(struct args *a, const struct gate_options *o, const struct gate_take *take,
		      int fd)
{
	args__add(a, "bench");
	add_subject(a, o, take);
	args__add(a, "--rounds=1");
	if (take->lab || take->traced) {
		if (!is_forwarded(o, "--untraced="))
			args__add(a, "--untraced=%s", take->lab ? "all" : "none");
		if (!is_forwarded(o, "--all-runs="))
			args__add(a, "--all-runs=5");
	} else {
		args__add(a, "--no-trace");
	}
	if (take->block_s && !gate_block_limit_s(o))
		args__add(a, "--timeout=%u", take->block_s);
	args__add(a, "--quiet");
	args__add(a, "--incomplete");
	if (take->taken_for)
		args__add(a, "--taken-for=%s", take->taken_for);
	if (take->lab && !take->each) {
		args__add(a, "-o");
		args__add(a, "/proc/%ld/fd/%d", (long)getpid(), fd);
	} else {
		if (!take->lab)
			args__add(a, "--seed=%llu", (unsigned long long)take->seed);
		args__add(a, "--output=-");
	}
}

/* The value for this side. A single one is for both. */
static const char *of_side(const char *const values[2], int side)
{
	return values[values[1] ? side : 0];
}

static unsigned int limit_s(const struct gate_options *o, const struct gate_take *take)
{
	return o->timeout_s * (take->times ? take->times : 1);
}

static void add_lab(struct args *a, const struct gate_options *o, const struct gate_take *take)
{
	const char *kernel = of_side(o->kernels, take->side);
	const char *program = of_side(o->programs, take->side);

	args__add(a, "lab");
	if (kernel) {
		args__add(a, "--kernel");
		args__add(a, "%s", kernel);
	}
	if (o->possible_cpus)
		args__add(a, "--possible-cpus=%s", o->possible_cpus);
	/* The same name for all: its length would show in the counts. */
	if (take->each) {
		args__add(a, "--each");
		args__add(a, "%s:/lab/program", take->each);
	}
	if (program) {
		args__add(a, "--add");
		args__add(a, "%s:/lab/program", program);
	}
	args__add(a, "--timeout");
	args__add(a, "%u", limit_s(o, take));
	args__add(a, "--");
}

/* NAME=VALUE of this side. A single one is B's. */
static const char *environment_of(const struct gate_options *o, int side)
{
	return o->envs[1] || side ? of_side(o->envs, side) : NULL;
}

/* The option of an axis, by its name in a key; NULL: it is no axis, or one that both sides share.
 */
static const char *option_of_axis(const char *key)
{
	static const struct {
		const char *key, *option;
	} axes[] = {{"method", "method"},
		    {SIZE_KEY, "size"},
#define X(name, option, ...) {#name, option},
		    AXES_BESIDE_SIZE(X)
#undef X
	};

	for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]); i++) {
		if (!strcmp(axes[i].key, key))
			return axes[i].option;
	}
	return NULL;
}

/* `spawnscope anatomy` of the cell, of A against B. */
static void add_anatomy(struct args *a, const struct gate_options *o, const struct cell *cell)
{
	args__add(a, "anatomy");
	if (o->kernels[0])
		args__add(a, "--kernel=%s", o->kernels[0]);
	if (o->programs[0])
		args__add(a, "--program=%s", o->programs[0]);
	for (size_t i = 0; i < cell->key_count; i++) {
		const struct fact *f = &cell->key[i];
		const char *option = option_of_axis(f->name);

		if (option && f->text)
			args__add(a, "--%s=%s", option, f->text);
		else if (option && (f->number > 0 || !strcmp(f->name, SIZE_KEY)))
			args__add(a, "--%s=%" PRId64, option, f->number);
	}
	args__add(a, "--against=%s", o->programs[1] ? o->programs[1] : o->kernels[1]);
	args__add(a, "--json");
	args__add(a, "--quiet");
}

static void make_args(struct args *a, const char *self, const struct gate_options *o,
		      const struct gate_take *take, int fd)
{
	const char *variable = environment_of(o, take->side);
	const char *program = of_side(o->programs, take->side);

	args__add(a, "%s", self);
	if (take->anatomy) {
		add_anatomy(a, o, take->anatomy);
		return;
	}
	if (take->lab)
		add_lab(a, o, take);
	add_bench(a, o, take, fd);
	if (program)
		args__add(a, "--program=%s", take->lab ? "/lab/program" : program);
	if (o->copies[take->side])
		args__add(a, "--copy=%s", o->copies[take->side]);
	if (o->copied_how)
		args__add(a, "--copied-how=%s", o->copied_how);
	if (o->libcs[0])
		args__add(a, "--libc=%s", o->libcs[take->side]);
	if (variable)
		args__add(a, "--pass=%.*s", (int)strcspn(variable, "="), variable);
}

/* In the child: becomes the run. Does not return. */
static void exec_run(char *const *argv, const struct gate_options *o, const struct gate_take *take,
		     int fd, int words, pid_t parent)
{
	const char *variable = environment_of(o, take->side);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* On SIGTERM it ends its driver or guest in order. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent || null < 0)
		_exit(126);
	setpgid(0, 0);
	interrupt_release();
	/* Counts are exact only without ASLR. */
	if (take->traced && !take->lab)
		personality(personality(0xffffffff) | ADDR_NO_RANDOMIZE);
	if (variable && putenv((char *)variable) != 0)
		_exit(126);
	if (dup2(null, STDIN_FILENO) < 0 ||
	    dup2(take->lab && !take->each && !take->anatomy ? null : fd, STDOUT_FILENO) < 0 ||
	    dup2(words, STDERR_FILENO) < 0)
		_exit(126);
	execv(argv[0], argv);
	_exit(127);
}

/* What a run prints on standard error: it goes on to ours, and its last line is kept. */
struct words {
	int fd;	     /* -1: no more */
	bool silent; /* the last line is only kept */
	char line[FAULT_MAX];
	size_t length;
	bool whole; /* the next character begins a line */
	/* Of a long run, on a terminal: whose time is shown; NULL: none. */
	const char *what;
	int64_t begun_s;
	unsigned int limit_s;
	bool shown;
};

static void show_time(struct words *w)
{
	char text[512];
	size_t columns;

	if (!w->what)
		return;
	columns = say_width(stderr);
	snprintf(text, sizeof(text), "lab: %s has run for %" PRId64 " s (at most %u)", w->what,
		 now_ns() / NS_PER_S - w->begun_s, w->limit_s);
	layout_cut(text, (columns ? columns : LAYOUT_WIDTH_DEFAULT) - 1);
	fprintf(stderr, "\r\033[K%s", text);
	w->shown = true;
}

static void hide_time(struct words *w)
{
	if (w->shown)
		fputs("\r\033[K", stderr);
	w->shown = false;
}

/* Passes on what is there, but no more than a pipe holds: a run may never stop. */
static void hear(struct words *w)
{
	char text[4096];
	ssize_t n = 1;

	for (int reads = 0; reads < 16 && w->fd >= 0; reads++) {
		n = read(w->fd, text, sizeof(text));
		if (n <= 0)
			break;
		hide_time(w);
		if (!w->silent && write(STDERR_FILENO, text, (size_t)n) < 0)
			w->whole = true; /* nobody hears it, but a report may name it */
		for (ssize_t i = 0; i < n; i++) {
			if (w->whole && text[i] != '\n') {
				w->length = 0;
				w->whole = false;
			}
			if (text[i] == '\n')
				w->whole = true;
			else if (w->length + 1 < sizeof(w->line))
				w->line[w->length++] = text[i];
		}
		w->line[w->length] = '\0';
	}
	if (n == 0)
		w->fd = -1;
}

/* Waits for the process to end. 0, -EINTR when interrupted, or -ETIMEDOUT. */
static int wait_for(int pidfd, int64_t deadline, bool heed_stop, struct words *words)
{
	struct pollfd p[] = {{.fd = pidfd, .events = POLLIN}, {.fd = words->fd, .events = POLLIN}};

	for (;;) {
		int64_t left = deadline - now_ns() / NS_PER_MS;
		int64_t wait = words->what && left > 1000 ? 1000 : left;
		struct timespec t = {.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000};
		int n;

		if (left <= 0)
			return -ETIMEDOUT;
		n = ppoll(p, 2, &t, heed_stop ? interrupt_wait_mask() : NULL);
		if (n > 0)
			hear(words);
		else if (n == 0)
			show_time(words);
		p[1].fd = words->fd;
		if (n > 0 && p[0].revents)
			return 0;
		if (heed_stop && interrupt_requested())
			return -EINTR;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

/* The last line of a run that failed, without the name of the program that printed it. */
static void repeat(const struct words *words, struct fault *why)
{
	const char *line = words->line;
	size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz-");

	if (name > 0 && !strncmp(line + name, ": ", 2))
		line += name + 2;
	fault__set(why, 0, "%s", line);
}

/* Waits for the run, ends it if it must, and describes a failure. */
static int finish(pid_t pid, unsigned int limit_s, struct words *words, struct fault *why)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0, err;

	if (pidfd < 0) {
		err = -errno;
		kill(pid, SIGTERM);
		waitpid(pid, NULL, 0);
		return fault__set(why, err, "cannot watch a run: %s", strerror(-err));
	}
	fcntl(pidfd, F_SETFD, FD_CLOEXEC);
	err = wait_for(pidfd, now_ns() / NS_PER_MS + 1000LL * limit_s, true, words);
	if (err) {
		kill(pid, SIGTERM);
		if (wait_for(pidfd, now_ns() / NS_PER_MS + 1000LL * GRACE_S, false, words) != 0)
			kill(pid, SIGKILL);
	}
	close(pidfd);
	waitpid(pid, &status, 0);
	hear(words);
	hide_time(words);
	why->text[0] = '\0';
	if (err == -ETIMEDOUT)
		fault__set(why, 0, "a run took more than %u s; --run-timeout allows more", limit_s);
	else if (err == -EINTR)
		fault__set(why, 0, "interrupted by signal %d", interrupt_requested());
	else if (!err && WIFSIGNALED(status))
		return fault__set(why, -EIO, "a run was killed by signal %d (%s)", WTERMSIG(status),
				  strsignal(WTERMSIG(status)));
	if (err || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return err;
	repeat(words, why);
	return -ECANCELED;
}

static int write_kept(const char *folder, const char *name, int fd)
{
	int at = output_folder(folder), to, err = 0;
	struct stat st = {0};
	char file[80];
	off_t done = 0;

	if (at < 0)
		return at;
	snprintf(file, sizeof(file), "%s.jsonl", name);
	/* A file of an earlier run must not mix with these. */
	to = openat(at, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (to < 0 || fstat(fd, &st) != 0)
		err = -errno;
	while (!err && done < st.st_size) {
		if (sendfile(to, fd, &done, (size_t)(st.st_size - done)) <= 0)
			err = errno ? -errno : -EIO;
	}
	if (to >= 0 && close(to) != 0 && !err)
		err = -errno;
	if (to >= 0 && err)
		unlinkat(at, file, 0);
	close(at);
	return err;
}

/* Keeps the run in a child that is the invoking user: the file is theirs, where they may write. */
static int keep(const struct gate_options *o, const struct gate_take *take, int fd,
		struct fault *why)
{
	int status = 0, err = 0;
	pid_t pid;

	if (!o->keep || !take->name)
		return 0;
	pid = fork();
	if (pid == 0) {
		err = privilege_become_caller();
		_exit(err ? -err : -write_kept(o->keep, take->name, fd));
	}
	if (pid < 0)
		err = -errno;
	else if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		err = -EIO;
	else
		err = -WEXITSTATUS(status);
	if (!err)
		return 0;
	return fault__set(why, err, "cannot keep runs in %s: %s%s", o->keep, strerror(-err),
			  err == -EEXIST ? "; name a new folder" : "");
}

/* Whether a cell broke off since a block of its samples reached the time limit. */
static bool is_late(const struct run *run)
{
	for (size_t i = 0; i < run->cell_count; i++) {
		if (run->cells[i].late)
			return true;
	}
	return false;
}

bool gate_is_broken(const struct run *run, const char *side, bool copied, struct fault *why)
{
	char name[128];

	for (size_t i = 0; i < run->cell_count; i++) {
		const struct cell *c = &run->cells[i];

		if (!c->broken)
			continue;
		cell__name(c, name, sizeof(name));
		fault__set(why, 0, "%s, %s: broken off: %s%s", side, name, c->broken,
			   copied ? " (a copy; --in-place runs the program where it is)" : "");
		return true;
	}
	return false;
}

/* What a terminal is shown while it runs. */
static void say_what_runs(struct words *w, const struct gate_options *o,
			  const struct gate_take *take)
{
	w->silent = take->anatomy != NULL;
	w->limit_s = limit_s(o, take);
	w->begun_s = now_ns() / NS_PER_S;
	if (!take->lab || o->quiet || !isatty(STDERR_FILENO))
		return;
	if (take->anatomy)
		w->what = "the anatomy of A and B";
	else if (take->each)
		w->what = "the links of A";
	else
		w->what = take->side ? "B" : "A";
}

int gate_take_lines(const struct gate_options *o, const struct gate_take *take, int *file,
		    struct fault *why)
{
	int fd = memfd_create("run.jsonl", MFD_CLOEXEC), err;
	char self[PATH_MAX];
	struct args args = {0};
	struct words words = {.whole = true};
	int said[2] = {-1, -1};
	pid_t us = getpid(), pid;

	err = fd < 0 || pipe2(said, O_CLOEXEC) < 0 ? -errno : proc_own_path(self, sizeof(self));
	if (!err) {
		make_args(&args, self, o, take, fd);
		err = args.failed ? -ENOMEM : 0;
	}
	if (err) {
		fault__set(why, 0, "cannot start a run: %s", strerror(-err));
		goto cleanup;
	}
	pid = fork();
	if (pid == 0)
		exec_run(args.v, o, take, fd, said[1], us);
	if (pid < 0) {
		err = -errno;
		fault__set(why, 0, "cannot start a run: %s", strerror(-err));
		goto cleanup;
	}
	words.fd = said[0];
	say_what_runs(&words, o, take);
	fcntl(said[0], F_SETFL, O_NONBLOCK);
	err = finish(pid, words.limit_s, &words, why);
	if (!err)
		err = keep(o, take, fd, why);
cleanup:
	args__free(&args);
	for (int i = 0; i < 2; i++) {
		if (said[i] >= 0)
			close(said[i]);
	}
	if (fd >= 0 && err)
		close(fd);
	else
		*file = fd;
	return err;
}

int gate_take(const struct gate_options *o, const struct gate_take *take, struct run *run,
	      int *file, struct fault *why)
{
	char path[64];
	int fd, err;

	*run = (struct run){0};
	err = gate_take_lines(o, take, &fd, why);
	if (err)
		return err;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = store_read(path, run, why);
	if (!err && gate_is_broken(run, take->side ? "B" : "A", o->copies[take->side], why)) {
		err = is_late(run) ? -ETIME : -EIO;
		run__free(run);
	}
	if (err || !file)
		close(fd);
	else
		*file = fd;
	return err;
}
