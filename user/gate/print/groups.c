// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/print/groups.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows that do not gate are shown only if they moved. */
static bool has_moved(const struct gate_row *row)
{
	if (row->pooled)
		return row->p_more <= 0.05 || row->p_better <= 0.05;
	if (row->of && metric_is_count(row->of))
		return row->a != row->b && fabs(row->change) >= 0.01;
	return isfinite(row->low) && isfinite(row->high) && (row->low > 0 || row->high < 0);
}

bool gate_row__is_plain(const struct gate_row *row)
{
	if (row->kind == GATE_SHOWN)
		return !has_moved(row);
	return row->verdict == GATE_PASS && !row->improved && row->change == 0 && !row->unlike;
}

const char *gate_row__word(const struct gate_row *row)
{
	if (row->kind == GATE_SHOWN)
		return "-";
	if (row->accepted)
		return "accepted";
	if (row->verdict == GATE_PASS && row->improved)
		return "better";
	if (row->verdict == GATE_PASS && row->change == 0 && !row->unlike)
		return "same";
	return gate_verdict_name(row->verdict);
}

static bool belongs(const struct row_group *g, const struct gate_row *row)
{
	const struct gate_row *other = g->worst;

	return !strcmp(other->metric, row->metric) && !strcmp(other->unit, row->unit) &&
	       (other->change < 0) == (row->change < 0) &&
	       gate_row__is_plain(other) == gate_row__is_plain(row) &&
	       !strcmp(gate_row__word(other), gate_row__word(row));
}

int gate_group_rows(const struct gate_report *r, struct row_group **groups)
{
	struct row_group *all = calloc(r->row_count + 1, sizeof(*all));
	size_t count = 0;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < r->row_count; i++) {
		const struct gate_row *row = &r->rows[i];
		size_t k = 0;

		while (k < count && !belongs(&all[k], row))
			k++;
		if (k == count) {
			all[k] = (struct row_group){.worst = row, .low = NAN, .high = NAN};
			count++;
		}
		all[k].rows++;
		all[k].low = fmin(all[k].low, row->change);
		all[k].high = fmax(all[k].high, row->change);
	}
	*groups = all;
	return (int)count;
}
