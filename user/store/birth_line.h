/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the store: the line `birth`, one process creation of a profile. */
#pragma once

#include <jansson.h>

#include "user/model/birth.h"
#include "user/store/value.h"

/* A new reference. NULL: out of memory. */
json_t *store_encode_birth(const struct birth *b);

/* Reads a line into *b, for birth__free(); after a failure *b needs none. As store_decode_run(). */
int store_decode_birth(const json_t *line, struct birth *b, struct reason *why);

/* Reads the stack of that birth, if the line has one, into the table. */
int store_decode_stack(const json_t *line, struct stack_table *t, struct birth *b,
		       struct reason *why);
