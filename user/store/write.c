// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "user/base/output.h"
#include "user/store/anatomy.h"
#include "user/store/birth_writer.h"
#include "user/store/encode.h"
#include "user/store/store.h"

/* Births are written at once: so many bytes, or what there is at a flush. */
#define BATCH ((size_t)256 << 10)

struct store {
	FILE *out;
	bool regular;
	struct strbuf text; /* lines that are not written yet */
	int error;	    /* the first failure: nothing may follow half a line */
};

struct store *store__create(const char *path)
{
	struct store *s;
	bool regular;
	FILE *out;
	int err = output_open(path, &out, &regular);

	if (err) {
		errno = -err;
		return NULL;
	}
	s = store__create_on(out, regular);
	if (!s)
		fclose(out);
	return s;
}

struct store *store__create_on(FILE *out, bool regular)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s)
		*s = (struct store){.out = out, .regular = regular};
	/* Its writes are whole batches. */
	if (s)
		setvbuf(out, NULL, _IONBF, 0);
	return s;
}

int store__flush(struct store *s)
{
	if (s->error)
		strbuf__clear(&s->text);
	else
		s->error = store_write_text(&s->text, s->out);
	return s->error;
}

static int write_line(struct store *s, json_t *line)
{
	store_add_line(&s->text, line);
	return store__flush(s);
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
	store_write_birth(&s->text, b);
	return s->text.length < BATCH ? s->error : store__flush(s);
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

int store__write_all(struct store *s, const struct run *r)
{
	int err = store__write_run(s, r);

	for (size_t i = 0; i < r->cell_count && !err; i++)
		err = store__write_cell(s, &r->cells[i]);
	for (size_t i = 0; i < r->observation_count && !err; i++)
		err = store__write_observation(s, &r->observations[i]);
	for (size_t i = 0; i < r->anatomy_count && !err; i++)
		err = store__write_anatomy(s, &r->anatomies[i]);
	return err ? err : store__write_end(s, r);
}

int store__close(struct store *s)
{
	int err;

	if (!s)
		return 0;
	err = store__flush(s);
	strbuf__free(&s->text);
	if (!err && s->regular && fsync(fileno(s->out)) < 0)
		err = -errno;
	if (fclose(s->out) == EOF && !err)
		err = -errno;
	free(s);
	return err;
}
