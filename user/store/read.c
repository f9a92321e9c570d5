// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "user/model/birth.h"
#include "user/store/anatomy.h"
#include "user/store/arrays.h"
#include "user/store/birth_reader.h"
#include "user/store/decode.h"
#include "user/store/store.h"
#include "user/text/escape.h"

/* How much is read at once, at least. */
#define CHUNK ((size_t)64 << 10)

/* More births are refused: each takes almost 1 KiB of memory if the run keeps it. */
#define BIRTHS_MAX ((size_t)1 << 20)

struct reader {
	FILE *in;
	const char *name;
	size_t line;	  /* number of the current line */
	const char *text; /* the current line in buf, without its newline */
	size_t len;
	char *buf; /* `cap` bytes, and a zero byte after those that were read */
	size_t cap;
	size_t at, have;	/* the part of buf that was read and belongs to no line yet */
	struct cell_index keys; /* of the cells so far */
	birth_fn *birth;	/* takes births; NULL: the run keeps them */
	void *context;
	struct fault *why;
};

/* Sets the fault, with file and line, and returns `err`. */
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
	return fault__set(rd->why, err, "%s: %s%s", name, where, what);
}

/* A failure that has nothing to do with the current line. */
static int system_fault(struct reader *rd, int err)
{
	rd->line = 0;
	return fault(rd, err, "%s", strerror(-err));
}

/* Moves the rest of the buffer to its front and reads more behind it. Bytes read, or -errno. */
static ssize_t read_on(struct reader *rd)
{
	size_t n, cap = rd->cap ? 2 * rd->cap : CHUNK;

	if (rd->at > 0)
		memmove(rd->buf, rd->buf + rd->at, rd->have - rd->at);
	rd->have -= rd->at;
	rd->at = 0;
	if (rd->have == rd->cap) {
		char *buf = realloc(rd->buf, cap + 1);

		if (!buf)
			return system_fault(rd, -ENOMEM);
		rd->buf = buf;
		rd->cap = cap;
	}
	n = fread(rd->buf + rd->have, 1, rd->cap - rd->have, rd->in);
	if (n == 0 && ferror(rd->in))
		return system_fault(rd, errno ? -errno : -EIO);
	rd->have += n;
	rd->buf[rd->have] = '\0';
	return (ssize_t)n;
}

/*
 * Finds the next line: like getline(), but bounded, and it refuses a file that is not one of ours
 * at its first byte. 1, 0 at the end of the file, or -errno.
 */
static int next_line(struct reader *rd)
{
	const char *newline = NULL;
	ssize_t more = 1;
	size_t seen = 0;

	rd->line++;
	while (more > 0 && !newline) {
		if (seen == rd->have - rd->at)
			more = read_on(rd);
		if (more < 0)
			return (int)more;
		if (rd->line == 1 && rd->have > 0 && rd->buf[0] != '{' && rd->buf[0] != '\n')
			return fault(rd, -EINVAL, "not a spawnscope result");
		rd->text = rd->buf + rd->at;
		newline = memchr(rd->text + seen, '\n', rd->have - rd->at - seen);
		seen = newline ? (size_t)(newline - rd->text) : rd->have - rd->at;
		if (seen > STORE_LINE_MAX)
			return fault(rd, -EINVAL, "longer than %zu MiB", STORE_LINE_MAX >> 20);
	}
	rd->len = seen;
	rd->at += seen + (newline != NULL);
	return newline || seen > 0;
}

static bool at_end(struct reader *rd)
{
	return rd->at == rd->have && read_on(rd) <= 0;
}

/*
 * The line as JSON: 1; 0 if it is the torn last line of a run that was killed; or -errno.
 * A line is torn also if a newline follows what is no JSON: a crash may leave any bytes.
 */
static int parse_line(struct reader *rd, struct lifted *lifted, json_t **line)
{
	json_error_t error;

	*line = NULL;
	if (rd->len && lifted__take(lifted, rd->text, rd->len))
		*line = json_loadb(lifted->text, lifted->len, JSON_REJECT_DUPLICATES, &error);
	if (*line)
		return 1;
	/* Parses the line again as it is in the file, so that the position is right. */
	lifted__free(lifted);
	/* jansson must not be given NULL, which an empty first line would leave. */
	*line = json_loadb(rd->len ? rd->text : "", rd->len, JSON_REJECT_DUPLICATES, &error);
	if (*line)
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

/* Takes *b, if reading it gave no `err`. */
static int add_birth(const struct reader *rd, struct run *r, struct birth *b, int err,
		     struct reason *why)
{
	if (err)
		return err;
	if (r->birth_count == BIRTHS_MAX)
		store_fault(why, "more than %zu births", BIRTHS_MAX);
	else if (rd->birth ? rd->birth(rd->context, b) : run__add_birth(r, b))
		store_no_memory(why);
	else if (rd->birth)
		r->birth_count++;
	if (why->err || rd->birth)
		birth__free(b);
	return why->err;
}

/* Reports what went wrong with a line, with its number. */
static int finish_line(struct reader *rd, int err, const struct reason *why)
{
	if (err == -ENOMEM)
		return system_fault(rd, err);
	if (err == -ENOTSUP)
		rd->line = 0; /* the file as a whole is meant */
	return err ? fault(rd, err, "%s", why->text) : 0;
}

static int decode_line(struct reader *rd, const json_t *line, const struct lifted *lifted,
		       struct run *r)
{
	const char *type = json_string_value(json_object_get(line, "type"));
	struct reason why = {.lifted = lifted};
	struct birth b;
	int err;

	if (rd->line == 1) {
		if (!type || strcmp(type, "run"))
			return fault(rd, -EINVAL, "not a spawnscope result");
		err = store_decode_run(line, r, &why);
	} else if (!type) {
		return fault(rd, -EINVAL, "no type");
	} else if (!strcmp(type, "run")) {
		return fault(rd, -EINVAL, "a second run begins here; one file holds one run");
	} else if (!strcmp(type, "cell")) {
		err = store_decode_cell(line, r, &rd->keys, &why);
	} else if (!strcmp(type, "birth")) {
		err = store_decode_birth(line, &r->stacks, &b, &why);
		err = add_birth(rd, r, &b, err, &why);
	} else if (!strcmp(type, "calibration")) {
		err = store_decode_calibration(line, r, &why);
	} else if (!strcmp(type, "observation")) {
		err = store_decode_observation(line, r, &why);
	} else if (!strcmp(type, "anatomy")) {
		err = store_decode_anatomy(line, r, &why);
	} else if (!strcmp(type, "end")) {
		err = store_decode_end(line, r, &why);
	} else {
		return 0;
	}
	return finish_line(rd, err, &why);
}

/* 1, 0 if it is torn, or -errno. */
static int read_line(struct reader *rd, struct run *r)
{
	struct lifted lifted = {0};
	struct reason why;
	struct birth b;
	json_t *line;
	int more, err;

	if (r->ended)
		return fault(rd, -EINVAL, "goes on after its end line");
	err = rd->line > 1 ? store_scan_birth(rd->text, rd->len, &r->stacks, &b, &why) : -EAGAIN;
	if (err != -EAGAIN) {
		err = finish_line(rd, add_birth(rd, r, &b, err, &why), &why);
		return err ? err : 1;
	}
	more = parse_line(rd, &lifted, &line);
	if (more <= 0)
		return more;
	err = decode_line(rd, line, &lifted, r);
	json_decref(line);
	lifted__free(&lifted);
	return err ? err : 1;
}

static int read_lines(struct reader *rd, struct run *r)
{
	int more;

	do {
		more = next_line(rd);
		if (more == 0 && rd->line == 1) {
			rd->line = 0;
			return fault(rd, -EINVAL, "is empty");
		}
		if (more > 0)
			more = read_line(rd, r);
	} while (more > 0);
	return more;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): written to by way of the reader */
static int read_run(struct reader *rd, struct run *r)
{
	int err;

	*r = (struct run){0};
	r->end.births = r->end.started = r->end.started_untraced = MISSING;
	r->end.lost = r->end.missed = MISSING;
	err = run__index(r, NULL, &rd->keys);
	if (!err)
		err = read_lines(rd, r);
	cell_index__free(&rd->keys);
	if (err)
		run__free(r);
	free(rd->buf);
	return err;
}

int store_read_stream(FILE *in, const char *name, struct run *r, struct fault *why)
{
	return read_run(&(struct reader){.in = in, .name = name, .why = why}, r);
}

int store_read_births(const char *path, struct run *r, birth_fn *birth, void *context,
		      struct fault *why)
{
	bool standard = !strcmp(path, "-");
	struct reader rd = {.name = standard ? "standard input" : path,
			    .birth = birth,
			    .context = context,
			    .why = why};
	int err;

	*r = (struct run){0};
	rd.in = standard ? stdin : fopen(path, "re");
	if (!rd.in)
		return system_fault(&rd, -errno);
	err = read_run(&rd, r);
	if (!standard)
		fclose(rd.in);
	return err;
}

int store_read(const char *path, struct run *r, struct fault *why)
{
	return store_read_births(path, r, NULL, NULL, why);
}
