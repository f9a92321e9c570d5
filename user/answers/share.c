// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/share.h"

#include <math.h>
#include <stdio.h>

#include "user/analysis/stats.h"
#include "user/answers/words.h"

struct interval share__of(const struct rows *rows, const struct row *row, enum phase p,
			  const struct blocks *whole, double median)
{
	const struct series *times = &row->cell->phases[p];
	struct interval share;
	struct blocks b;

	if (blocks__medians(&b, rows->run, row->cell, times) || b.n != whole->n)
		b.n = 0;
	for (size_t i = 0; i < b.n; i++)
		b.v[i] /= whole->v[i];
	share = blocks__log_interval(&b, stats_median(times) / median);
	if (share.high > 1) /* a part is no more than the whole */
		share.high = fmax(1, share.estimate);
	return share;
}

struct number share__text(const struct interval *share)
{
	struct number n;

	if (words_known(share))
		snprintf(n.text, sizeof(n.text), "%.0f %% (%.0f to %.0f)", 100 * share->estimate,
			 100 * share->low, 100 * share->high);
	else
		snprintf(n.text, sizeof(n.text), "%.0f %%", 100 * share->estimate);
	return n;
}
