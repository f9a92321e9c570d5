/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Complaints: one line each on standard error. */
#ifndef SPAWNSCOPE_SAY_H
#define SPAWNSCOPE_SAY_H

#include <stdbool.h>
#include <stdio.h>

/* One line on standard error, after "spawnscope: ". Escapes what others chose (escape_text). */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Lines printed by complain() so far. */
unsigned int complaints(void);

/* Whether to use colour on the stream: a terminal, and no NO_COLOR (no-color.org). */
bool want_colour(FILE *stream);

#endif
