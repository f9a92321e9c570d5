/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A verdict in every format. Errors of the stream need not be checked. 0 or -errno. */
#pragma once

#include <stdio.h>

#include "user/gate/compare/verdict.h"

/* For people: one line, which wraps on a terminal only, then what it rests on. `all_rows`: also the
 * same ones. */
int gate_print_text(const struct gate_report *r, FILE *out, bool colour, bool all_rows);

/* `strict`: an inconclusive verdict is a failure. JSON has verdicts and no failures, nor trouble.
 */
typedef int gate_print_fn(const struct gate_report *r, FILE *out, bool strict);

gate_print_fn gate_print_json; /* as results/README.md documents it */
gate_print_fn gate_print_junit;
gate_print_fn gate_print_ktap;
gate_print_fn gate_print_markdown;
