/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this program says on standard error, apart from progress. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Prints one line on standard error after "spawnscope: ", escaped as escape_text() does. It wraps
 * on a terminal only.
 */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How many lines complain() has printed or held. */
unsigned int complain_count(void);

/* While a view has the terminal: holds complaints (64 KiB at most). With false prints them. */
void complain_hold(bool hold);

/* Whether the stream gets colour: it is a terminal and NO_COLOR is not set (no-color.org). */
bool say_in_colour(FILE *stream);

/* Columns of lines on the stream: COLUMNS, else its terminal's (TIOCGWINSZ); 0: neither says. */
size_t say_width(FILE *stream);
