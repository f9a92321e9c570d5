// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/driver/driver.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "bench/shared/clock.h"
#include "bench/shared/fault.h"
#include "bench/shared/protocol.h"
#include "user/base/proc.h"
#include "user/driver/libc.h"
#include "user/driver/lines.h"
#include "user/driver/process.h"

struct driver {
	struct driver_process process;
	struct line_reader in;
	struct driver_grid grid;
	struct sample *samples;
	size_t sample_cap;
	int64_t clock_offset; /* of CLOCK_MONOTONIC in this time namespace, ns */
};

/* The driver has closed its output. One that was killed may have stopped in the middle of a line.
 */
static int ended(struct driver *d, struct fault *why)
{
	int status;

	if (driver_process__reap(&d->process, d->in.timeout_s, &status))
		return line_reader_no_answer(d->in.timeout_s, why);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
		why->text[0] = '\0';
		return -ECANCELED;
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status) && d->in.start < d->in.end)
		return line_reader_bad_line(why);
	if (WIFSIGNALED(status))
		return fault__set(why, -EPIPE,
				  "the driver spawnscope-bench was killed by signal %d (%s)",
				  WTERMSIG(status), strsignal(WTERMSIG(status)));
	return fault__set(why, -EPIPE, "the driver spawnscope-bench ended early, with status %d",
			  WEXITSTATUS(status));
}

/* The next line is then in d->in.line. */
static int read_line(struct driver *d, struct fault *why)
{
	int err = line_reader__next(&d->in, why);

	return err > 0 ? ended(d, why) : err;
}

static int unexpected_line(const struct driver *d, struct fault *why)
{
	return fault__set(why, -EPROTO, "the driver wrote an unexpected line: %s", d->in.line);
}

static int read_grid(struct driver *d, struct fault *why)
{
	int err = read_line(d, why), version = 0;

	if (err)
		return err;
	if (sscanf(d->in.line, "spawnscope-bench %d", &version) != 1 ||
	    version != PROTOCOL_VERSION) {
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
		if (!strcmp(d->in.line, "ready"))
			return 0;
		err = driver_grid__take(&d->grid, d->in.line);
		if (err == -EPROTO)
			return unexpected_line(d, why);
		if (err)
			return err;
	}
}

int driver__start(char *const *args, const struct driver_options *options, struct driver **driver,
		  struct fault *why)
{
	struct driver *d = calloc(1, sizeof(*d));
	struct loader loader = {.path = ""};
	char path[PATH_MAX];
	int err = -ENOMEM;

	fault__set(why, 0, "out of memory");
	if (!d)
		goto cleanup;
	d->process.from = -1;
	d->clock_offset = proc_clock_offset();
	err = driver_process_path(path, sizeof(path));
	if (err) {
		fault__set(why, 0, "cannot find the driver spawnscope-bench beside spawnscope: %s",
			   proc_error_text(err));
		goto cleanup;
	}
	if (options->libc)
		err = libc_find(options->libc, path, options->programs, &loader, why);
	if (err)
		goto cleanup;
	err = driver_process__start(&d->process, path, &loader, args);
	if (err) {
		fault__set(why, 0, "cannot start %s: %s", path, strerror(-err));
		goto cleanup;
	}
	d->in.fd = d->process.from;
	d->in.timeout_s = options->timeout_s;
	err = read_grid(d, why);
	if (!err && options->libc && !libc_is(&loader, d->grid.libc_file)) {
		fault__set(why, 0, "--libc: the driver runs with another C library: %s",
			   d->grid.libc_file ? d->grid.libc_file : "its own");
		err = -ELIBBAD;
	}
cleanup:
	if (err) {
		driver__stop(d);
		d = NULL;
	}
	*driver = d;
	return err;
}

void driver__stop(struct driver *d)
{
	if (!d)
		return;
	driver_process__stop(&d->process);
	driver_grid__free(&d->grid);
	free(d->samples);
	free(d);
}

const struct driver_grid *driver__grid(const struct driver *d)
{
	return &d->grid;
}

/* Each line gives the driver more time. */
static int ask(struct driver *d, struct fault *why)
{
	int err;

	if (fflush(d->process.to))
		return ended(d, why);
	do {
		err = read_line(d, why);
	} while (!err && !strcmp(d->in.line, "busy"));
	return err;
}

int driver__prepare(struct driver *d, size_t cell, pid_t *parent, struct fault *why)
{
	int64_t id, pid;
	char *reason, *at;
	int err;

	fprintf(d->process.to, "prepare %zu\n", cell);
	err = ask(d, why);
	if (err)
		return err;
	reason = line_reason(d->in.line, "skip", cell);
	if (reason)
		return fault__set(why, -ENOTSUP, "%s", reason);
	at = d->in.line + strlen("parent");
	if (strncmp(d->in.line, "parent ", 7) || !line_take_number(&at, &id) ||
	    id != (int64_t)cell || !line_take_number(&at, &pid) || pid <= 0 || pid > INT_MAX)
		return unexpected_line(d, why);
	*parent = pid;
	return 0;
}

static int take_sample(struct driver *d, size_t cell, size_t n)
{
	char *at = d->in.line + strlen("sample");
	enum { FIELDS = 9, FIELDS_MAX = 12 };
	int64_t f[FIELDS_MAX], ended = MISSING;
	int n_fields = 0;
	struct sample *s;

	if (strncmp(d->in.line, "sample ", 7))
		return -EPROTO;
	for (; *at && n_fields < FIELDS_MAX; n_fields++)
		if (!line_take_number(&at, &f[n_fields]))
			return -EPROTO;
	/* With spawning threads one more, with touching threads three. */
	if (n_fields == FIELDS + 1)
		ended = f[FIELDS];
	else if (n_fields != FIELDS && n_fields != FIELDS_MAX)
		return -EPROTO;
	for (int i = FIELDS; i < FIELDS_MAX && n_fields < FIELDS_MAX; i++)
		f[i] = MISSING;
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
	for (int i = 3; i < FIELDS; i++)
		if (f[i] != MISSING)
			f[i] -= d->clock_offset;
	d->samples[n] = (struct sample){
		.child = f[1] == MISSING ? 0 : f[1],
		.error = f[2] == MISSING ? 0 : f[2],
		.t_call = f[3],
		.t_return = f[4],
		.t_child = f[5],
		.t_exec = f[6],
		.t_exit = f[7],
		.t_reaped = f[8],
		.stall = f[9],
		.stall_sum = f[10],
		.stall_base = f[11],
		.ended = ended,
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
	fprintf(d->process.to, "run %zu %u\n", cell, runs);
	err = ask(d, why);
	while (!err && !strncmp(d->in.line, "sample ", 7) && block->n < runs) {
		err = take_sample(d, cell, block->n);
		if (err == -EPROTO)
			unexpected_line(d, why);
		if (err)
			break;
		block->n++;
		err = read_line(d, why);
	}
	block->samples = d->samples;
	if (err)
		return err;
	reason = line_reason(d->in.line, "late", cell);
	block->late = reason != NULL;
	if (!reason)
		reason = line_reason(d->in.line, "broken", cell);
	if (reason)
		return fault__set(why, -EIO, "%s", reason);
	at = d->in.line + strlen("done");
	if (strncmp(d->in.line, "done ", 5) || !line_take_number(&at, &id) || id != (int64_t)cell ||
	    !line_take_number(&at, &block->started) || !line_take_number(&at, &block->failed) ||
	    *at || block->started == MISSING || block->failed == MISSING || block->n != runs)
		return unexpected_line(d, why);
	return 0;
}
