/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the store: the line `calibration`, which the estimates of a profile use. */
#pragma once

#include <jansson.h>

#include "user/model/run.h"
#include "user/store/value.h"

/* A new reference. NULL: out of memory. */
json_t *store_encode_calibration(const struct calibration *c);

/* Reads a line into *r. As store_decode_run(). */
int store_decode_calibration(const json_t *line, struct run *r, struct reason *why);
