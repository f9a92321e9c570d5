/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A verdict for people: one line, then what it rests on, in 80 columns. */
#pragma once

#include <stdio.h>

#include "user/gate/compare/verdict.h"

/* 0 or -errno. `all_rows`: also rows that are the same. */
int gate_print_text(const struct gate_report *r, FILE *out, bool colour, bool all_rows);
