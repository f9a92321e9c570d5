/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the store: the lines of a result file as JSON. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "user/model/birth.h"
#include "user/model/calibration.h"
#include "user/model/run.h"

/* Each returns a new reference. NULL: out of memory. */
json_t *store_encode_run(const struct run *r);
json_t *store_encode_cell(const struct cell *c);
json_t *store_encode_birth(const struct birth *b);
json_t *store_encode_calibration(const struct calibration *c);
json_t *store_encode_observation(const struct observation *m);
json_t *store_encode_end(const struct run *r);

/* Writes a line, and drops the reference. 0, -errno, or -ENOMEM for NULL. */
int store_write_line(json_t *line, FILE *out);

/* A string in which U+FFFD replaces each malformed byte; `null` for NULL. */
json_t *store_json_text(const char *text);
