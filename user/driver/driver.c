// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/driver/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "bench/shared/protocol.h"
#include "user/base/interrupt.h"
#include "user/base/privilege.h"
#include "user/driver/libc.h"
#include "user/text/escape.h"

struct driver {
	pid_t pid;
	FILE *to;
	int from;
	char line[PROTOCOL_LINE_MAX];
	char read[16 * PROTOCOL_LINE_MAX]; /* and not yet taken as lines */
	size_t read_start, read_end;
	unsigned int timeout_s;
	uint64_t seed;
	char *libc, *libc_file;
	unsigned int runs; /* of cells that do not say otherwise */
	unsigned int *cell_runs;
	struct run grid; /* only its cells are used */
	struct sample *samples;
	size_t sample_cap;
};

/* Beside ourselves: both are built and installed into one folder. */
static int driver_path(char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (n < 0)
		return -errno;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash || (size_t)(slash - path) + sizeof("/spawnscope-bench") > size)
		return -ENAMETOOLONG;
	strcpy(slash, "/spawnscope-bench");
	return access(path, X_OK) ? -errno : 0;
}

/* The words of its command; behind a loader, which it is told of, if there is one. */
static char **make_argv(const char *path, const struct loader *loader, char *const *args)
{
	size_t count = 0, n = 0;
	char **argv;

	while (args[count])
		count++;
	argv = calloc(count + LOADER_WORDS + 7, sizeof(*argv));
	if (!argv)
		return NULL;
	if (loader->path[0]) {
		argv[n++] = (char *)loader->path;
		argv[n++] = LOADER_LIBRARIES_OPTION;
		argv[n++] = (char *)loader->libraries;
	}
	argv[n++] = (char *)path;
	argv[n++] = "--serve";
	if (loader->path[0]) {
		argv[n++] = "--loader";
		argv[n++] = (char *)loader->path;
		argv[n++] = "--libraries";
		argv[n++] = (char *)loader->libraries;
	}
	memcpy(argv + n, args, count * sizeof(*args));
	return argv;
}

static void exec_driver(char *const *argv, int in, int out, pid_t parent)
{
	if (!argv || privilege_none())
		_exit(126);
	/*
	 * After the change of ids, which clears it; the parent may have died before. The driver
	 * ends by it, and takes along what its subjects spawned.
	 */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent)
		_exit(126);
	/* A terminal's Ctrl-C is for us alone: we end the driver in order. */
	setpgid(0, 0);
	interrupt_release();
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(126);
	execv(argv[0], argv);
	_exit(127);
}

static int spawn_driver(struct driver *d, char *const *argv)
{
	int to[2] = {-1, -1}, from[2] = {-1, -1}, err = 0;
	pid_t self = getpid();

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC)) {
		err = -errno;
		goto cleanup;
	}
	d->pid = fork();
	if (!d->pid)
		exec_driver(argv, to[0], from[1], self);
	if (d->pid < 0) {
		err = -errno;
		d->pid = 0;
		goto cleanup;
	}
	d->from = from[0];
	from[0] = -1;
	d->to = fdopen(to[1], "w");
	if (!d->to)
		err = -ENOMEM;
	else
		to[1] = -1;
cleanup:
	for (int i = 0; i < 2; i++) {
		if (to[i] >= 0)
			close(to[i]);
		if (from[i] >= 0)
			close(from[i]);
	}
	return err;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int no_answer(const struct driver *d, struct fault *why)
{
	return fault__set(why, -ETIMEDOUT, "the driver gave no answer for %u s", d->timeout_s);
}

static int bad_line(struct fault *why)
{
	return fault__set(why, -EPROTO, "the driver wrote an incomplete or overlong line");
}

/* How the driver ended, once it has closed its output; one that was killed may stop in mid-line. */
static int gone(struct driver *d, struct fault *why)
{
	int64_t deadline = now_ms() + 1000LL * d->timeout_s;
	int status = 0;

	while (d->pid) {
		if (waitpid(d->pid, &status, WNOHANG))
			d->pid = 0;
		else if (interrupt_requested() || now_ms() > deadline)
			return no_answer(d, why);
		else
			usleep(1000);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
		why->text[0] = '\0';
		return -ECANCELED;
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status) && d->read_end > d->read_start)
		return bad_line(why);
	if (WIFSIGNALED(status))
		return fault__set(why, -EPIPE,
				  "the driver spawnscope-bench was killed by signal %d (%s)",
				  WTERMSIG(status), strsignal(WTERMSIG(status)));
	return fault__set(why, -EPIPE, "the driver spawnscope-bench ended early, with status %d",
			  WEXITSTATUS(status));
}

/*
 * Waits for output. The driver watches over its subjects; this time limit is for a driver that
 * hangs itself.
 */
static int wait_for_output(struct driver *d, struct fault *why)
{
	int64_t deadline = now_ms() + 1000LL * d->timeout_s;
	struct pollfd p = {.fd = d->from, .events = POLLIN};

	for (;;) {
		int64_t left = deadline - now_ms();
		struct timespec t = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
		int n;

		if (left <= 0)
			return no_answer(d, why);
		n = ppoll(&p, 1, &t, interrupt_wait_mask());
		if (interrupt_requested()) {
			return fault__set(why, -EINTR, "interrupted");
		}
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

/* Reads a line without its newline. */
static int read_line(struct driver *d, struct fault *why)
{
	for (;;) {
		char *start = d->read + d->read_start;
		size_t have = d->read_end - d->read_start;
		char *end = memchr(start, '\n', have);
		ssize_t n;
		int err;

		if (end && (size_t)(end - start) < sizeof(d->line) &&
		    !memchr(start, '\0', end - start)) {
			memcpy(d->line, start, end - start);
			d->line[end - start] = '\0';
			d->read_start += end - start + 1;
			return 0;
		}
		if (end || have >= sizeof(d->line))
			return bad_line(why);
		memmove(d->read, start, have);
		d->read_start = 0;
		d->read_end = have;
		err = wait_for_output(d, why);
		if (err)
			return err;
		n = read(d->from, d->read + have, sizeof(d->read) - have);
		if (n <= 0)
			return gone(d, why);
		d->read_end += n;
	}
}

static int odd_line(const struct driver *d, struct fault *why)
{
	char text[128];

	escape_text(d->line, text, sizeof(text));
	return fault__set(why, -EPROTO, "the driver wrote a line that was not expected: %s", text);
}

/* A decimal field, not negative, `-` being MISSING; advances *at past it. */
static bool take_number(char **at, int64_t *value)
{
	char *end;

	while (**at == ' ')
		(*at)++;
	if (**at == '-' && ((*at)[1] == ' ' || !(*at)[1])) {
		*value = MISSING;
		(*at)++;
		return true;
	}
	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*value = strtoll(*at, &end, 10);
	if (errno || (*end && *end != ' '))
		return false;
	*at = end;
	return true;
}

/* "skip ID REASON" and "broken ID REASON": the reason, or NULL if the line is none of it. */
static char *reason_after(char *line, const char *word, size_t cell)
{
	int64_t id;
	char *at = line + strlen(word);

	if (strncmp(line, word, strlen(word)) || *at != ' ' || !take_number(&at, &id) ||
	    id != (int64_t)cell)
		return NULL;
	return *at == ' ' ? at + 1 : at;
}

static int add_key(struct cell *c, const char *part)
{
	const char *equals = strchr(part, '=');
	char name[64], *end;
	int64_t number;

	if (!equals || equals == part || (size_t)(equals - part) >= sizeof(name))
		return -EPROTO;
	snprintf(name, sizeof(name), "%.*s", (int)(equals - part), part);
	errno = 0;
	number = strtoll(equals + 1, &end, 10);
	if (!errno && end != equals + 1 && !*end)
		return cell__add_key_number(c, name, number);
	return cell__add_key_text(c, name, equals + 1);
}

/* Makes one line again of what strtok_r took apart, to be shown. */
static void join_parts(char *line, const char *rest)
{
	for (; line < rest; line++)
		if (!*line)
			*line = ' ';
}

static int take_cell(struct driver *d, char *at)
{
	struct cell *c = run__add_cell(&d->grid);
	unsigned int *runs = reallocarray(d->cell_runs, d->grid.cell_count, sizeof(*d->cell_runs));
	int64_t id, n;
	char *save = NULL;
	int err = 0;

	if (runs)
		d->cell_runs = runs;
	if (!c || !runs)
		return -ENOMEM;
	runs[d->grid.cell_count - 1] = d->runs;
	if (!take_number(&at, &id) || id != (int64_t)d->grid.cell_count - 1)
		return -EPROTO;
	for (char *part = strtok_r(at, " ", &save); part && !err;
	     part = strtok_r(NULL, " ", &save)) {
		if (!strncmp(part, "runs=", 5)) {
			part += 5;
			if (!take_number(&part, &n) || n < 1 || n > UINT_MAX)
				err = -EPROTO;
			else
				runs[d->grid.cell_count - 1] = n;
		} else {
			err = add_key(c, part);
		}
	}
	if (err)
		join_parts(d->line, save);
	return err;
}

/* "glibc 2.36", and maybe its file */
static int take_libc(struct driver *d, const char *text)
{
	const char *version = strchr(text, ' '), *file;

	if (!version || d->libc)
		return -EPROTO;
	file = strchr(version + 1, ' ');
	d->libc = file ? strndup(text, file - text) : strdup(text);
	d->libc_file = file ? strdup(file + 1) : NULL;
	return d->libc && (d->libc_file || !file) ? 0 : -ENOMEM;
}

static int take_grid_line(struct driver *d)
{
	char *at = strchr(d->line, ' '), *reason, *end;
	int64_t number;

	if (!at)
		return -EPROTO;
	if (!strncmp(d->line, "runs ", 5)) {
		if (!take_number(&at, &number) || number < 1 || number > UINT_MAX)
			return -EPROTO;
		d->runs = number;
		return 0;
	}
	if (!strncmp(d->line, "seed ", 5)) {
		errno = 0;
		d->seed = strtoull(at + 1, &end, 10);
		return errno || at[1] < '0' || at[1] > '9' || *end ? -EPROTO : 0;
	}
	if (!strncmp(d->line, "libc ", 5))
		return take_libc(d, at + 1);
	if (!strncmp(d->line, "cell ", 5))
		return take_cell(d, at);
	for (size_t i = 0; i < d->grid.cell_count; i++) {
		reason = reason_after(d->line, "skip", i);
		if (!reason)
			continue;
		free(d->grid.cells[i].skipped);
		d->grid.cells[i].skipped = strdup(reason);
		return d->grid.cells[i].skipped ? 0 : -ENOMEM;
	}
	return -EPROTO;
}

static int read_grid(struct driver *d, struct fault *why)
{
	int err = read_line(d, why), version = 0;

	if (err)
		return err;
	if (sscanf(d->line, "spawnscope-bench %d", &version) != 1 || version != PROTOCOL_VERSION) {
		return fault__set(
			why, -EPROTO,
			"the driver is of another version (protocol %d, this tool's is %d): "
			"install both from one build",
			version, PROTOCOL_VERSION);
	}
	for (;;) {
		err = read_line(d, why);
		if (err)
			return err;
		if (!strcmp(d->line, "ready"))
			return 0;
		err = take_grid_line(d);
		if (err == -EPROTO)
			return odd_line(d, why);
		if (err)
			return err;
	}
}

int driver__start(char *const *args, const struct driver_options *options, struct driver **driver,
		  struct fault *why)
{
	struct driver *d = calloc(1, sizeof(*d));
	struct loader loader = {.path = ""};
	char path[PATH_MAX], **argv = NULL;
	int err = -ENOMEM;

	fault__set(why, 0, "out of memory");
	if (!d)
		goto cleanup;
	d->timeout_s = options->timeout_s;
	d->from = -1;
	err = driver_path(path, sizeof(path));
	if (err) {
		fault__set(why, 0, "cannot find the driver spawnscope-bench beside spawnscope: %s",
			   strerror(-err));
		goto cleanup;
	}
	if (options->libc)
		err = libc_find(options->libc, path, options->program, &loader, why);
	if (err)
		goto cleanup;
	argv = make_argv(path, &loader, args);
	err = spawn_driver(d, argv);
	if (err) {
		fault__set(why, 0, "cannot start %s: %s", path, strerror(-err));
		goto cleanup;
	}
	err = read_grid(d, why);
	if (!err && options->libc && !libc_is(&loader, d->libc_file)) {
		fault__set(why, 0, "--libc: the driver runs with another C library: %s",
			   d->libc_file ? d->libc_file : "its own");
		err = -ELIBBAD;
	}
cleanup:
	free(argv);
	if (err) {
		driver__stop(d);
		d = NULL;
	}
	*driver = d;
	return err;
}

static bool ends_within(const struct driver *d, int ms)
{
	for (; ms > 0; ms -= 10) {
		if (waitpid(d->pid, NULL, WNOHANG) == d->pid)
			return true;
		usleep(10000);
	}
	return false;
}

void driver__stop(struct driver *d)
{
	if (!d)
		return;
	/* The end of its input is its sign to go; its subjects go with it. */
	if (d->to)
		fclose(d->to);
	if (d->pid && !ends_within(d, 1000)) {
		kill(d->pid, SIGTERM);
		if (!ends_within(d, 1000)) {
			kill(d->pid, SIGKILL);
			waitpid(d->pid, NULL, 0);
		}
	}
	if (d->from >= 0)
		close(d->from);
	run__free(&d->grid);
	free(d->cell_runs);
	free(d->samples);
	free(d->libc);
	free(d->libc_file);
	free(d);
}

uint64_t driver__seed(const struct driver *d)
{
	return d->seed;
}

const char *driver__libc(const struct driver *d)
{
	return d->libc;
}

const char *driver__libc_file(const struct driver *d)
{
	return d->libc_file;
}

size_t driver__cell_count(const struct driver *d)
{
	return d->grid.cell_count;
}

unsigned int driver__runs(const struct driver *d, size_t cell)
{
	return d->cell_runs[cell];
}

const struct cell *driver__cell(const struct driver *d, size_t cell)
{
	return &d->grid.cells[cell];
}

static int ask(struct driver *d, struct fault *why)
{
	if (fflush(d->to))
		return gone(d, why);
	return read_line(d, why);
}

int driver__prepare(struct driver *d, size_t cell, pid_t *parent, struct fault *why)
{
	int64_t id, pid;
	char *reason, *at;
	int err;

	fprintf(d->to, "prepare %zu\n", cell);
	err = ask(d, why);
	if (err)
		return err;
	reason = reason_after(d->line, "skip", cell);
	if (reason) {
		return fault__set(why, -ENOTSUP, "%s", reason);
	}
	at = d->line + strlen("parent");
	if (strncmp(d->line, "parent ", 7) || !take_number(&at, &id) || id != (int64_t)cell ||
	    !take_number(&at, &pid) || pid <= 0 || pid > INT_MAX)
		return odd_line(d, why);
	*parent = pid;
	return 0;
}

static int take_sample(struct driver *d, size_t cell, size_t n)
{
	char *at = d->line + strlen("sample");
	int64_t f[9];
	struct sample *s;

	if (strncmp(d->line, "sample ", 7))
		return -EPROTO;
	for (int i = 0; i < 9; i++)
		if (!take_number(&at, &f[i]))
			return -EPROTO;
	if (*at || f[0] != (int64_t)cell || f[1] > INT_MAX || f[2] > INT_MAX)
		return -EPROTO;
	if (n == d->sample_cap) {
		size_t cap = n ? 2 * n : 256;

		s = reallocarray(d->samples, cap, sizeof(*s));
		if (!s)
			return -ENOMEM;
		d->samples = s;
		d->sample_cap = cap;
	}
	d->samples[n] = (struct sample){
		.child = f[1] == MISSING ? 0 : f[1],
		.error = f[2] == MISSING ? 0 : f[2],
		.t_call = f[3],
		.t_return = f[4],
		.t_child = f[5],
		.t_exec = f[6],
		.t_exit = f[7],
		.t_reaped = f[8],
	};
	return 0;
}

int driver__run(struct driver *d, size_t cell, unsigned int runs, struct driver_block *block,
		struct fault *why)
{
	int64_t id;
	char *reason, *at;
	int err;

	*block = (struct driver_block){0};
	fprintf(d->to, "run %zu %u\n", cell, runs);
	err = ask(d, why);
	while (!err && !strncmp(d->line, "sample ", 7) && block->n < runs) {
		err = take_sample(d, cell, block->n);
		if (err == -EPROTO)
			odd_line(d, why);
		if (err)
			break;
		block->n++;
		err = read_line(d, why);
	}
	block->samples = d->samples;
	if (err)
		return err;
	reason = reason_after(d->line, "broken", cell);
	if (reason) {
		return fault__set(why, -EIO, "%s", reason);
	}
	at = d->line + strlen("done");
	if (strncmp(d->line, "done ", 5) || !take_number(&at, &id) || id != (int64_t)cell ||
	    !take_number(&at, &block->started) || !take_number(&at, &block->failed) || *at ||
	    block->started == MISSING || block->failed == MISSING || block->n != runs)
		return odd_line(d, why);
	return 0;
}
