/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What speaks against a row whose medians were compared. */
#pragma once

#include "user/gate/compare/comparison.h"
#include "user/gate/compare/decide.h"

/*
 * A time or a count below 0 is a fault of the program that wrote it, or of clocks that differ
 * between CPUs. Files may hold such values, but they decide nothing.
 */
bool gate_is_faulty(const struct comparison *c, struct gate_row *row);

/* Few calls with many more of it do not move a median, and fewer in the rest hide them in a sum. */
void gate_look_beyond_medians(struct comparison *c, struct gate_row *row,
			      const struct gate_values *v);

/*
 * What is lost may be of this cell: where a record is lost, a sample lacks the value; where a probe
 * missed, a value may be too small; a birth without a record may be any.
 */
void gate_doubt_lost(const struct comparison *c, struct gate_row *row);
