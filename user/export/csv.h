/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the export: what every table in CSV is made of. */
#ifndef SPAWNSCOPE_EXPORT_CSV_H
#define SPAWNSCOPE_EXPORT_CSV_H

#include <stdint.h>
#include <stdio.h>

/* The text, in quotes if it must be; what is hidden in it becomes \xHH. 0 or -ENOMEM. */
int csv_text(FILE *out, const char *text);
/* A comma and the value; nothing after the comma if it is MISSING. */
void csv_number(FILE *out, int64_t value);
/* The last columns' names: every phase and every count; and the end of the line. */
void csv_header_end(FILE *out);

#endif
