/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the store: lines of JSON, read into a run. birth_reader.h has the births. */
#pragma once

#include <jansson.h>

#include "user/model/run.h"
#include "user/store/value.h"

/*
 * Read one line into *r or a new cell of it. 0, -EINVAL or -ENOTSUP with a reason, or -ENOMEM; *r
 * is then incomplete, but run__free() can free it.
 */
int store_decode_run(const json_t *line, struct run *r, struct reason *why);
/* `keys`: those of the run's cells; it then has this one. */
int store_decode_cell(const json_t *line, struct run *r, struct cell_index *keys,
		      struct reason *why);
int store_decode_observation(const json_t *line, struct run *r, struct reason *why);
int store_decode_calibration(const json_t *line, struct run *r, struct reason *why);
int store_decode_end(const json_t *line, struct run *r, struct reason *why);

/* An object of texts and numbers; these may be null if `null` says so. */
void store_decode_facts(json_t *json, const char *what, bool null, struct fact **facts,
			size_t *count, struct reason *why);

/* A number from 0 to `max`; 0 after a fault. */
size_t store_decode_size(const json_t *json, const char *name, int64_t max, struct reason *why);

/* Whether it is an object; a fault if not, or if there was one before. */
bool store_need_object(const json_t *json, const char *what, struct reason *why);
