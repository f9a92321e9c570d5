/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the gate: a comparison of two sets of runs while it is made. */
#ifndef SPAWNSCOPE_GATE_COMPARISON_H
#define SPAWNSCOPE_GATE_COMPARISON_H

#include "user/gate/compare/pairing.h"
#include "user/gate/compare/side.h"
#include "user/gate/gate.h"

#define PASSES_MAX	64
#define NOTES_OF_A_KIND 4 /* of more cells only the number is told */

struct comparison {
	struct side a, b;
	const struct gate_policy *policy;
	struct gate_report *report;
	uint64_t gating;
	bool lab;
	bool random_layout;
	bool time_ok;
	bool comparable; /* by their environments */
	bool in_turn;
	size_t only_a, only_b; /* cells that only one side has */
	size_t by_place;       /* cells that B has another one for */
	size_t lost;	       /* notes of runs that lack a cell or a value */
	size_t empty;	       /* cells of which A measured nothing */
};

/* In which passes a metric is looked for; the first that both sides have is taken. */
const char *const *gate_passes_for(int metric);
/* Those that the cell was taken in, in the order of the runs: PASSES_MAX at most. */
void gate_all_passes(const struct side *s, const struct cell *like, const char **passes);

/* ", untraced" behind the name of a cell. */
void gate_append_pass(char *cell, size_t size, const char *pass);

/*
 * What A measured and B did not: nobody knows what it costs now, and that is no pass. A phase that
 * B's kernel does not let us measure is only told. These return 0 or -ENOMEM.
 *
 * A metric that B has in none of these passes, of a cell that B measured:
 */
int gate_miss_metric(struct comparison *c, const struct gate_line *line, const char *const *passes,
		     int metric);
/* A cell that both have, and of which B measured nothing, or nothing in some pass: */
int gate_miss_passes(struct comparison *c, const struct gate_line *line);
/* One of which A measured nothing: why is told. */
int gate_miss_both(struct comparison *c, const struct gate_line *line);
/* A cell that B does not have: */
int gate_miss_cell(struct comparison *c, const struct gate_line *line);
/* Tells of runs that have nothing of a metric, whose values were taken from both sides. */
int gate_miss_runs(struct comparison *c, const struct cell *of_a, int metric);

#endif
