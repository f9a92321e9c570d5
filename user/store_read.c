/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "user/birth.h"
#include "user/escape.h"
#include "user/store.h"
#include "user/store_lift.h"
#include "user/store_line.h"

struct reader {
	FILE *in;
	const char *name;
	size_t line; /* number of the one in buf */
	char *buf;
	size_t len;
	size_t cap;
	char *why;
	size_t why_size;
};

/* Puts down what went wrong, and where, and returns `err`. */
__attribute__((format(printf, 3, 4))) static int fault(struct reader *rd, int err,
						       const char *format, ...)
{
	char name[PATH_MAX], where[32] = "", what[512];
	va_list args;

	escape_text(rd->name, name, sizeof(name));
	if (rd->line > 0)
		snprintf(where, sizeof(where), "line %zu: ", rd->line);
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(rd->why, rd->why_size, "%s: %s%s", name, where, what);
	return err;
}

/* A failure that is no fault of the line being read. */
static int system_fault(struct reader *rd, int err)
{
	rd->line = 0;
	return fault(rd, err, "%s", strerror(-err));
}

static int grow(struct reader *rd)
{
	size_t cap = rd->cap ? 2 * rd->cap : 4096;
	char *buf = realloc(rd->buf, cap);

	if (buf == NULL)
		return system_fault(rd, -ENOMEM);
	rd->buf = buf;
	rd->cap = cap;
	return 0;
}

/*
 * The next line, without its newline, into rd->buf: like getline, but bounded, and a line that
 * cannot be one of ours is given up at its first byte. 1, 0 at the end of the file, or -errno.
 */
static int next_line(struct reader *rd)
{
	int c, err;

	rd->len = 0;
	rd->line++;
	while ((c = getc_unlocked(rd->in)) != EOF && c != '\n') {
		if (rd->line == 1 && rd->len == 0 && c != '{')
			return fault(rd, -EINVAL, "not a spawnscope result");
		if (rd->len == STORE_LINE_MAX)
			return fault(rd, -EINVAL, "longer than %zu MiB", STORE_LINE_MAX >> 20);
		if (rd->len == rd->cap) {
			err = grow(rd);
			if (err)
				return err;
		}
		rd->buf[rd->len++] = (char)c;
	}
	if (ferror(rd->in))
		return system_fault(rd, errno ? -errno : -EIO);
	return c == '\n' || rd->len > 0;
}

static bool at_end(struct reader *rd)
{
	int c = getc(rd->in);

	ungetc(c, rd->in);
	return c == EOF;
}

/*
 * The line as JSON: 1; 0 if it is the torn last line of a run that was killed; or -errno.
 * A line is torn also if a newline follows what is no JSON: a crash may leave any bytes.
 */
static int parse_line(struct reader *rd, struct lifted *lifted, json_t **line)
{
	json_error_t error;

	*line = NULL;
	if (rd->len && lifted__take(lifted, rd->buf, rd->len))
		*line = json_loadb(lifted->text, lifted->len, JSON_REJECT_DUPLICATES, &error);
	if (*line != NULL)
		return 1;
	/* What is wrong with a line, and where, is told of the line as it stands in the file. */
	lifted__free(lifted);
	/* jansson must not be given NULL, which an empty first line would leave. */
	*line = json_loadb(rd->len ? rd->buf : "", rd->len, JSON_REJECT_DUPLICATES, &error);
	if (*line != NULL)
		return 1;
	if (json_error_code(&error) == json_error_out_of_memory)
		return system_fault(rd, -ENOMEM);
	if (rd->line == 1)
		return fault(rd, -EINVAL, "not a spawnscope result");
	if (at_end(rd))
		return 0;
	/* jansson's own text quotes the line. */
	return fault(rd, -EINVAL, "not JSON, at byte %d", error.position);
}

static int add_birth(const json_t *line, struct run *r, struct reason *why)
{
	struct birth b;
	int err;

	if (r->birth_count == STORE_BIRTHS_MAX) {
		snprintf(why->text, sizeof(why->text), "more than %zu births", STORE_BIRTHS_MAX);
		return -EINVAL;
	}
	err = store_decode_birth(line, &b, why);
	if (err)
		return err;
	err = run__add_birth(r, &b);
	if (err)
		birth__free(&b);
	return err;
}

static int decode_line(struct reader *rd, const json_t *line, const struct lifted *lifted,
		       struct run *r)
{
	const char *type = json_string_value(json_object_get(line, "type"));
	struct reason why = {"damaged", lifted};
	int err;

	if (rd->line == 1) {
		if (type == NULL || strcmp(type, "run") != 0)
			return fault(rd, -EINVAL, "not a spawnscope result");
		err = store_decode_run(line, r, &why);
	} else if (type == NULL) {
		return fault(rd, -EINVAL, "no type");
	} else if (strcmp(type, "run") == 0) {
		return fault(rd, -EINVAL, "a second run begins here; one file holds one run");
	} else if (strcmp(type, "cell") == 0) {
		err = store_decode_cell(line, r, &why);
	} else if (strcmp(type, "birth") == 0) {
		err = add_birth(line, r, &why);
	} else if (strcmp(type, "end") == 0) {
		err = store_decode_end(line, r, &why);
	} else {
		return 0;
	}
	if (err == -ENOTSUP) {
		rd->line = 0; /* the file as a whole is meant */
		return fault(rd, err, "%s", why.text);
	}
	if (err == -ENOMEM)
		return system_fault(rd, err);
	return err ? fault(rd, err, "%s", why.text) : 0;
}

static int read_lines(struct reader *rd, struct run *r)
{
	int more, err;

	while ((more = next_line(rd)) > 0) {
		struct lifted lifted = {0};
		json_t *line;

		if (r->ended)
			return fault(rd, -EINVAL, "goes on after its end line");
		more = parse_line(rd, &lifted, &line);
		if (more <= 0)
			return more;
		err = decode_line(rd, line, &lifted, r);
		json_decref(line);
		lifted__free(&lifted);
		if (err)
			return err;
	}
	if (more == 0 && rd->line == 1) {
		rd->line = 0;
		return fault(rd, -EINVAL, "is empty");
	}
	return more;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): written to by way of the reader */
int store_read_stream(FILE *in, const char *name, struct run *r, char *why, size_t why_size)
{
	struct reader rd = {.in = in, .name = name, .why = why, .why_size = why_size};
	int err;

	*r = (struct run){0};
	r->end.births = r->end.started = r->end.started_untraced = MISSING;
	r->end.lost = r->end.missed = MISSING;
	err = read_lines(&rd, r);
	if (err)
		run__free(r);
	free(rd.buf);
	return err;
}

int store_read(const char *path, struct run *r, char *why, size_t why_size)
{
	bool standard = strcmp(path, "-") == 0;
	struct reader rd = {.name = path, .why = why, .why_size = why_size};
	FILE *in;
	int err;

	*r = (struct run){0};
	if (standard)
		return store_read_stream(stdin, "standard input", r, why, why_size);
	in = fopen(path, "re");
	if (in == NULL)
		return system_fault(&rd, -errno);
	err = store_read_stream(in, path, r, why, why_size);
	fclose(in);
	return err;
}
