/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the store: the line `birth`, read from its text without jansson. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/model/birth.h"

/*
 * Does what store_decode_birth() and store_decode_stack() do, for a line as store_encode_birth()
 * writes it. False, with nothing to free, for any other line, or if memory ran out.
 */
bool store_scan_birth(const char *text, size_t len, struct stack_table *t, struct birth *b);
