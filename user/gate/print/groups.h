/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of a report that say the same of several cells, as one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/gate/compare/verdict.h"

struct row_group {
	const struct gate_row *worst; /* the first in the report's order */
	size_t rows;
	double low, high; /* the changes of all its rows; NAN: not known */
};

/* What the row's last column says: "regression", "better", "same"; "-": it does not gate. */
const char *gate_row__word(const struct gate_row *row);

/* Whether the row is no news: the same, or shown and not moved. */
bool gate_row__is_plain(const struct gate_row *row);

/*
 * Puts the rows of one metric, verdict and direction together. `*groups`, in the report's order, is
 * to be freed. Their number, or -ENOMEM.
 */
int gate_group_rows(const struct gate_report *r, struct row_group **groups);
