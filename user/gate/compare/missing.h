/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What one side measured and the other did not. Measured in A but missing in B: inconclusive, never
 * a pass. A phase that B's kernel does not let us measure is only noted. All return 0 or -ENOMEM.
 */
#pragma once

#include "user/gate/compare/comparison.h"

/* A cell that B measured, but this metric in none of the probe sets. */
int gate_missing_metric(struct comparison *c, const struct gate_line *line,
			const char *const *probe_sets, const struct metric *m);

/* A cell of both sides that B did not measure, at all or with some probe set. */
int gate_missing_probe_sets(struct comparison *c, const struct gate_line *line);

/*
 * A cell of both sides that broke off in some run: what is missing may be just the slowest calls,
 * so it is never a pass.
 */
int gate_missing_rest(struct comparison *c, const struct gate_line *line);

/* A cell of both sides that A did not measure: notes why. */
int gate_missing_in_a(struct comparison *c, const struct gate_line *line);

/* A cell that B does not have. */
int gate_missing_cell(struct comparison *c, const struct gate_line *line);

/* Runs without the metric whose values were just taken from both sides: notes them. */
int gate_missing_runs(struct comparison *c, const struct cell *of_a, const struct metric *m);
