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
int store_decode_cell(const json_t *line, struct run *r, struct reason *why);
int store_decode_observation(const json_t *line, struct run *r, struct reason *why);
int store_decode_calibration(const json_t *line, struct run *r, struct reason *why);
int store_decode_end(const json_t *line, struct run *r, struct reason *why);
