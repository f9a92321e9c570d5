// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/bar.h"

#include <math.h>
#include <string.h>

static double above_0(double ns)
{
	return ns > 0 ? ns : 0;
}

void bar_write(const double ns[PHASE_COUNT], double rest, char bar[BAR_COLUMNS + 1])
{
	double sum = 0, at = 0;
	size_t used = 0, end;

	for (int p = 0; p < PHASE_COUNT; p++)
		sum += above_0(ns[p]);
	bar[0] = '\0';
	if (!(sum > 0))
		return;
	sum += above_0(rest);
	for (int p = 0; p < PHASE_COUNT; p++) {
		at += above_0(ns[p]);
		end = (size_t)lround(at / sum * BAR_COLUMNS);
		memset(bar + used, phase_models[p].letter, end - used);
		used = end;
	}
	memset(bar + used, '.', BAR_COLUMNS - used);
	bar[BAR_COLUMNS] = '\0';
}

void bar_write_key(const char *what, bool (*has)(enum phase p), const char *last, FILE *out)
{
	const char *before = ": ";

	fputs(what, out);
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!has(p))
			continue;
		fprintf(out, "%s`%c` %s", before, phase_models[p].letter, phase_name(p));
		before = ", ";
	}
	fprintf(out, "%s.\n\n", last);
}
