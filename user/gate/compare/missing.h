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
 * A cell of both sides that broke off in some run, or that some runs of B did not measure: what is
 * missing may be just the slowest calls, so it is never a pass.
 */
int gate_missing_rest(struct comparison *c, const struct gate_line *line);

/*
 * A cell of both sides that A did not measure: notes why. Inconclusive if it broke off, and B has
 * nothing either.
 */
int gate_missing_in_a(struct comparison *c, const struct gate_line *line);

/* The call, of which A has no value, though it has the cell: every call failed. */
int gate_missing_call(struct comparison *c, const struct gate_line *line, const struct metric *m);

/* A cell that B does not have. */
int gate_missing_cell(struct comparison *c, const struct gate_line *line);

/*
 * Samples without the metric, whose values were just taken from both sides, though no call failed:
 * of a time that is inconclusive, since the slowest may be just those; of a count or a phase the
 * first line names it. It also names runs with less than a quarter of the other side's samples.
 */
int gate_missing_samples(struct comparison *c, const struct cell *of_a, const struct metric *m);

/* Runs without the metric whose values were just taken from both sides: notes them. */
int gate_missing_runs(struct comparison *c, const struct cell *of_a, const struct metric *m);
