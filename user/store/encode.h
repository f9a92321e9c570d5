/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the store: the lines of a result file as JSON. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "user/model/calibration.h"
#include "user/model/run.h"
#include "user/text/strbuf.h"

/* Each returns a new reference. NULL: out of memory. */
json_t *store_encode_run(const struct run *r);
json_t *store_encode_cell(const struct cell *c);
json_t *store_encode_calibration(const struct calibration *c);
json_t *store_encode_observation(const struct observation *m);
json_t *store_encode_end(const struct run *r);

/* Appends the line with its newline, and drops the reference. to->failed: out of memory. */
void store_add_line(struct strbuf *to, json_t *line);

/* Writes all of it at once, flushes and empties it. 0, -errno, or -ENOMEM if it failed. */
int store_write_text(struct strbuf *text, FILE *out);

/* Writes a line, and drops the reference. 0, -errno, or -ENOMEM for NULL. */
int store_write_line(json_t *line, FILE *out);

/* An object of named values. NULL: out of memory. */
json_t *store_encode_facts(const struct fact *facts, size_t count);

/* Appends a member. True: it failed, or the value is NULL because making it failed. */
static inline bool store_put(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) != 0;
}

/* The object or array, or NULL if building it failed. */
static inline json_t *store_finished(json_t *object, bool failed)
{
	if (failed) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* A string in which U+FFFD replaces each malformed byte; `null` for NULL. */
json_t *store_json_text(const char *text);
