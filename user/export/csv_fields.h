/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The fields of a CSV row. */
#pragma once

#include <stdint.h>
#include <stdio.h>

/* The text, in quotes if it needs them; hidden characters become \xHH. 0 or -ENOMEM. */
int csv_text(FILE *out, const char *text);
/* A comma and the value; nothing after the comma if it is MISSING. */
void csv_number(FILE *out, int64_t value);
/* Ends a header: the names of all phases and counts, which are the last columns. */
void csv_header_end(FILE *out);
