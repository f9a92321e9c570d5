// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/print.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "bench/shared/units.h"
#include "user/analysis/stats.h"
#include "user/model/observation.h"

struct conditions conditions_of(const char *format, ...)
{
	struct conditions c;
	va_list args;

	va_start(args, format);
	vsnprintf(c.text, sizeof(c.text), format, args);
	va_end(args);
	return c;
}

static double quantile(const struct run *r, const char *name, const char *conditions, double q)
{
	const struct observation *m = run__observation(r, name, conditions);

	return m ? stats_quantile(&m->values, q) : NAN;
}

double print_median(const struct run *r, const char *name, const char *conditions)
{
	return quantile(r, name, conditions, 0.5);
}

double print_p99(const struct run *r, const char *name, const char *conditions)
{
	const struct observation *m = run__observation(r, name, conditions);

	return m && stats_tail_known(&m->values, 0.99) ? stats_quantile(&m->values, 0.99) : NAN;
}

double print_most(const struct run *r, const char *name, const char *conditions)
{
	return quantile(r, name, conditions, 1);
}

double print_number(const struct run *r, const char *name, const char *conditions)
{
	const struct observation *m = run__observation(r, name, conditions);

	return m ? (double)stats_count(&m->values) : NAN;
}

double print_over_rounds(const struct run *r, const char *name, const char *conditions,
			 print_statistic *of)
{
	struct series values = {0};
	double median;

	for (unsigned int k = 1;; k++) {
		struct conditions key = conditions_of("%s round=%u", conditions, k);
		double value;

		if (!run__observation(r, name, key.text))
			break;
		value = of(r, name, key.text);
		if (!isnan(value) && series__push(&values, llround(value)))
			break;
	}
	median = stats_median(&values);
	series__free(&values);
	return median;
}

struct number print_bytes(double bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	struct number n = {"-"};
	size_t unit = 0;

	if (isnan(bytes))
		return n;
	for (bytes /= 1024; bytes >= 1000 && unit < 3; unit++)
		bytes /= 1024;
	snprintf(n.text, NUMBER_MAX, "%.*f %s", unit && bytes < 9.95, bytes, units[unit]);
	return n;
}

struct number print_count(int64_t count)
{
	struct number n = {"-"};

	if (count != MISSING)
		snprintf(n.text, NUMBER_MAX, "%" PRId64, count);
	return n;
}

void print_bytes_cell(struct columns *c, double bytes)
{
	columns__add(c, "%s", print_bytes(bytes).text);
}

void print_ratio_cell(struct columns *c, double ratio)
{
	columns__add(c, "%s", text_ratio(ratio).text);
}

int64_t print_setting(const struct run *r, const char *name)
{
	const struct fact *f = run__env(r, name);

	return f && !f->text ? f->number : MISSING;
}
