// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/measure.h"

const char *measure_name(enum measure m)
{
	return m == MEASURE_started ? "started" : "call";
}

const struct spread *measure_spread(const struct row *row, enum measure m)
{
	return m == MEASURE_started ? &row->started : &row->call;
}

const struct series *measure_series(const struct row *row, enum measure m)
{
	return &row->cell->samples[m == MEASURE_started ? SAMPLE_exec_ns : SAMPLE_spawn_ns];
}

bool measure_applies(const struct row *row, enum measure m)
{
	return m == MEASURE_call || row__execs(row);
}

bool measure_any_started(const struct report_run *r)
{
	for (size_t i = 0; i < r->rows.n; i++) {
		if (row__execs(&r->rows.v[i]))
			return true;
	}
	return false;
}

bool measure_lacks_started(const struct row *row)
{
	return row__execs(row) && !row->started.n;
}

void measure_write_absent(const struct report_run *runs, size_t count, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < count && !any; i++) {
		for (size_t k = 0; k < runs[i].rows.n && !any; k++)
			any = measure_lacks_started(&runs[i].rows.v[k]);
	}
	if (any)
		fputs("<p class=\"note\">Started is " ROW_STARTED_ABSENT ".</p>\n", out);
}
