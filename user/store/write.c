// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "user/base/output.h"
#include "user/store/anatomy.h"
#include "user/store/encode.h"
#include "user/store/store.h"

struct store {
	FILE *out;
	bool regular;
	int error; /* the first failure: nothing may follow half a line */
};

struct store *store__create(const char *path)
{
	struct store *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return NULL;
	err = output_open(path, &s->out, &s->regular);
	if (err) {
		free(s);
		errno = -err;
		return NULL;
	}
	return s;
}

struct store *store__create_on(FILE *out, bool regular)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s)
		*s = (struct store){.out = out, .regular = regular};
	return s;
}

static int write_line(struct store *s, json_t *line)
{
	if (s->error)
		json_decref(line);
	else
		s->error = store_write_line(line, s->out);
	return s->error;
}

int store__write_run(struct store *s, const struct run *r)
{
	return write_line(s, store_encode_run(r));
}

int store__write_cell(struct store *s, const struct cell *c)
{
	return write_line(s, store_encode_cell(c));
}

int store__write_birth(struct store *s, const struct birth *b)
{
	return write_line(s, store_encode_birth(b));
}

int store__write_calibration(struct store *s, const struct calibration *c)
{
	return write_line(s, store_encode_calibration(c));
}

int store__write_observation(struct store *s, const struct observation *m)
{
	return write_line(s, store_encode_observation(m));
}

int store__write_anatomy(struct store *s, const struct call_tree *t)
{
	return write_line(s, store_encode_anatomy(t));
}

int store__write_end(struct store *s, const struct run *r)
{
	return write_line(s, store_encode_end(r));
}

int store__close(struct store *s)
{
	int err;

	if (!s)
		return 0;
	err = s->error;
	if (!err && s->regular && fsync(fileno(s->out)) < 0)
		err = -errno;
	if (fclose(s->out) == EOF && !err)
		err = -errno;
	free(s);
	return err;
}
