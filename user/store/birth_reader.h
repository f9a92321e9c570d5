/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the store: reads the line `birth`, one process creation of a profile. */
#pragma once

#include <jansson.h>

#include "user/model/birth.h"
#include "user/store/value.h"

/*
 * Both read a line into *b, for birth__free(), and its stack, if it has one, into the table. They
 * return 0, -EINVAL with a reason, or -ENOMEM, and then *b need not be freed.
 */

/*
 * Reads the text of a line. -EAGAIN: it is another line, or not spelled as the store writes a
 * birth, but for spaces (escapes, unknown members); then parse it, and use store_decode_birth().
 * text[len] is a newline or a zero byte.
 */
int store_scan_birth(const char *text, size_t len, struct stack_table *t, struct birth *b,
		     struct reason *why);

int store_decode_birth(const json_t *line, struct stack_table *t, struct birth *b,
		       struct reason *why);
