/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the summaries of scenarios have in common. `conditions`: as in model/observation.h. */
#pragma once

#include <stdint.h>

#include "user/model/run.h"
#include "user/text/columns.h"
#include "user/text/numbers.h"

/* "a=1 b=2", formatted. */
struct conditions {
	char text[160];
};
struct conditions conditions_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Statistics of an observation's values; NAN: there is none. The p99 of fewer than 1000 is none. */
double print_median(const struct run *r, const char *name, const char *conditions);
double print_p99(const struct run *r, const char *name, const char *conditions);
double print_most(const struct run *r, const char *name, const char *conditions);
/* How many values it has. */
double print_number(const struct run *r, const char *name, const char *conditions);

/*
 * The median, over the rounds, of a statistic of each round's values ("round=1" and so on); NAN:
 * none has it.
 */
typedef double print_statistic(const struct run *r, const char *name, const char *conditions);
double print_over_rounds(const struct run *r, const char *name, const char *conditions,
			 print_statistic *of);

/* "812 KiB", "9.8 MiB", "100 MiB"; "-" for NAN. */
struct number print_bytes(double bytes);

/* "8"; "-" for MISSING. */
struct number print_count(int64_t count);

/* Cells: of bytes, of a ratio as "1.93", "-" for NAN. */
void print_bytes_cell(struct columns *c, double bytes);
void print_ratio_cell(struct columns *c, double ratio);

/* A fact of the run's environment about the scenario, "size_bytes"; MISSING: it has none. */
int64_t print_setting(const struct run *r, const char *name);
