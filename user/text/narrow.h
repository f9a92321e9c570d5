/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside the room: tables (columns.h) that are wider than the terminal, a row below its labels:
 *
 *   PARENT  METHOD                PARENT  METHOD
 *       CALL    TOTAL             1M      fork
 *   1M      fork                    CALL 47.0 us  P90 52.4 us  P99 164 us
 *    47.0 us   116 us               TOTAL 116 us
 *
 * Labels stand whole, and those that are empty, because they are the labels above, are repeated.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct columns;

/* Whether a row's values fit into one line: then they are in columns (above left). */
bool narrow__fits(const struct columns *s);

/* Prints the table without its title. Cells are cut only if they take several lines. 0 or -ENOMEM.
 */
int narrow__print(struct columns *s, FILE *out);
