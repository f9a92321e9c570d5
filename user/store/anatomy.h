/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the store: the line of an anatomy, a tree of calls as columns. */
#pragma once

#include <jansson.h>

#include "user/model/run.h"
#include "user/store/value.h"

/* A new reference. NULL: out of memory. */
json_t *store_encode_anatomy(const struct call_tree *t);

/* Reads one line into a new anatomy of *r: as the functions of decode.h. */
int store_decode_anatomy(const json_t *line, struct run *r, struct reason *why);
