// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/row_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "user/analysis/stats.h"

/* Of a side of a gate it says why there is no interval: "102 µs (2 runs)". */
static struct number with_interval(const struct row *row, double median,
				   const struct blocks *blocks, bool instructions)
{
	struct interval i = blocks__log_interval(blocks, median);
	const struct cell *c = row->cell;
	struct number n;

	if (!isnan(i.low))
		return text_time_range(median, i.low, i.high, instructions);
	n = text_time(median, instructions);
	if (c->joined && isfinite(median) && !instructions)
		snprintf(n.text + strlen(n.text), sizeof(n.text) - strlen(n.text), " (%s%u %s)",
			 c->uneven ? "uneven, " : "", c->joined,
			 text_plural(c->joined, "run", "runs"));
	return n;
}

struct number row_text_call(const struct row *row, bool instructions)
{
	return row__execs(row)
		       ? text_time(row->call.median, instructions)
		       : with_interval(row, row->call.median, &row->call_blocks, instructions);
}

struct number row_text_started(const struct row *row, bool instructions)
{
	return with_interval(row, row->started.median, &row->started_blocks, instructions);
}

struct number row_text_total(const struct row *row, bool instructions)
{
	return with_interval(row, row->total.median, &row->total_blocks, instructions);
}

struct number row_text_bill(const struct row *row, bool instructions)
{
	const struct cell *c = row__bill(row);

	return text_time(c ? stats_median(&c->bill) : NAN, instructions);
}

struct number row_text_ratio(const struct row *row)
{
	struct interval i = row__ratio_interval(row);
	struct number n = text_ratio(i.estimate), marked;

	if (!isfinite(i.estimate))
		return n;
	if (isfinite(i.low) && row->reference != row)
		n = text_ratio_range(i.estimate, i.low, i.high);
	snprintf(marked.text, sizeof(marked.text), "\xc3\x97%.40s", n.text);
	return marked;
}
