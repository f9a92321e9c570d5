// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/driver/lines.h"

#include <gnu/libc-version.h>
#include <inttypes.h>
#include <link.h>
#include <string.h>

#include "bench/shared/protocol.h"
#include "bench/shared/text.h"

/* As a value of a key, which has no space. */
static void write_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == ' ' || (unsigned char)*text < ' ' || *text == 0x7f)
			fprintf(out, "\\x%02x", (unsigned char)*text);
		else
			fputc(*text, out);
	}
}

static void write_cell(FILE *out, size_t id, const struct cell *cell)
{
	char value[32];

	fprintf(out, "cell %zu method=%s", id, cell->method->name);
	for (int axis = 0; axis < AXIS_COUNT; axis++) {
		int64_t number = cell->shape.axis[axis];

		if (number != AXIS_ABSENT)
			fprintf(out, " %s=%s", axis_table[axis].key,
				axis_format((enum axis)axis, number, value, sizeof(value)));
	}
	if (cell->program_name) {
		fputs(" program=", out);
		write_escaped(out, cell->program_name);
	}
	fputc('\n', out);
}

/* For dl_iterate_phdr(3): finds the path of the C library, whose name starts with libc.so. */
static int find_libc(struct dl_phdr_info *info, size_t size, void *path)
{
	const char *slash = strrchr(info->dlpi_name, '/');

	if (!slash || strncmp(slash, "/libc.so", strlen("/libc.so")))
		return 0;
	*(const char **)path = info->dlpi_name;
	return 1;
}

static void write_libc(FILE *out)
{
	const char *path = NULL, *c;

	dl_iterate_phdr(find_libc, &path);
	for (c = path; c && *c; c++) {
		/* Such a path does not fit in a line. */
		if ((unsigned char)*c < ' ' || c - path > PROTOCOL_LINE_MAX / 2)
			path = NULL;
		if (!path)
			break;
	}
	fprintf(out, "libc glibc %s%s%s\n", gnu_get_libc_version(), path ? " " : "",
		path ? path : "");
}

void lines_grid(FILE *out, const struct cells *cells, uint64_t seed)
{
	unsigned int runs = 0;

	fprintf(out, "spawnscope-bench %d\n", PROTOCOL_VERSION);
	write_libc(out);
	for (size_t id = 0; id < cells->n; id++) {
		const struct cell *cell = &cells->v[id];

		if (cell->runs != runs)
			fprintf(out, "runs %u\n", cell->runs);
		if (id == 0)
			fprintf(out, "seed %" PRIu64 "\n", seed);
		runs = cell->runs;
		write_cell(out, id, cell);
	}
	for (size_t id = 0; id < cells->n; id++) {
		if (cells->v[id].skipped)
			lines_skip(out, id, &cells->v[id]);
	}
	fprintf(out, "ready\n");
}

/* Escaped: reasons contain what users typed. */
static void write_reason(FILE *out, const char *word, size_t id, const struct cell *cell)
{
	char escaped[PROTOCOL_LINE_MAX - 64];

	fprintf(out, "%s %zu %s\n", word, id,
		text_escape(cell->reason.text, escaped, sizeof(escaped)));
}

void lines_skip(FILE *out, size_t id, const struct cell *cell)
{
	write_reason(out, "skip", id, cell);
}

void lines_broken(FILE *out, size_t id, const struct cell *cell)
{
	write_reason(out, cell->late ? "late" : "broken", id, cell);
}

void lines_parent(FILE *out, size_t id, pid_t pid, const struct parent_facts *facts)
{
	fprintf(out, "parent %zu %d", id, pid);
#define X(name) fprintf(out, " " #name "=%" PRId64, facts->name);
	PARENT_FACTS(X)
#undef X
	fputc('\n', out);
}

void lines_busy(FILE *out)
{
	fputs("busy\n", out);
}

static void write_time(FILE *out, int64_t ns)
{
	if (ns == 0)
		fputs(" -", out);
	else
		fprintf(out, " %" PRId64, ns);
}

void lines_sample(FILE *out, size_t id, const struct sample *sample)
{
	if (sample->error != 0) {
		fprintf(out, "sample %zu - %d %" PRId64 " - - - - -\n", id, sample->error,
			sample->call_ns);
		return;
	}
	if (sample->child_pid == 0)
		fprintf(out, "sample %zu - 0", id);
	else
		fprintf(out, "sample %zu %d 0", id, sample->child_pid);
	write_time(out, sample->call_ns);
	write_time(out, sample->return_ns);
	write_time(out, sample->child_ns);
	write_time(out, sample->exec_ns);
	write_time(out, sample->exit_ns);
	write_time(out, sample->reaped_ns);
	if (sample->stall_ns != 0)
		fprintf(out, " %" PRId64 " %" PRId64 " %" PRId64, sample->stall_ns,
			sample->stall_sum_ns, sample->stall_base_ns);
	else if (sample->ended != 0)
		fprintf(out, " %" PRIu32, sample->ended);
	fputc('\n', out);
}

void lines_done(FILE *out, size_t id, unsigned int started, unsigned int failed)
{
	fprintf(out, "done %zu %u %u\n", id, started, failed);
}
