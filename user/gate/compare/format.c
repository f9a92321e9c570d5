// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/text/escape.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"

void gate_append_probe_set(char *name, size_t size, const char *probe_set)
{
	char words[64];

	escape_text(probe_set_words(probe_set), words, sizeof(words));
	layout_append(name, size, ", %s", words);
}

const char *gate_percent(double change, char *buf, size_t size)
{
	double percent = 100 * change;

	if (!isfinite(change))
		snprintf(buf, size, "-");
	else if (percent == 0)
		snprintf(buf, size, "0 %%");
	else if (fabs(percent) < 0.05)
		snprintf(buf, size, "%+.3f %%", percent);
	else
		snprintf(buf, size, "%+.*f %%", fabs(percent) < 999.95 ? 1 : 0, percent);
	return buf;
}

const char *gate_value(double value, const char *unit, char *buf, size_t size)
{
	if (!isfinite(value))
		snprintf(buf, size, "-");
	else if (!strcmp(unit, "ns"))
		snprintf(buf, size, "%s", text_plain_time(value, CLOCK_OF_MACHINE).text);
	else if (!strcmp(unit, "bytes") && value == floor(value) && fabs(value) < 0x1p53)
		size_format((int64_t)value, buf, size);
	else
		snprintf(buf, size, "%.*f", value == floor(value) ? 0 : 1, value);
	return buf;
}

const char *gate_value_beside(double value, double other, const char *unit, char *buf, size_t size)
{
	char text[32];

	gate_value(value, unit, buf, size);
	if (value != other && !strcmp(buf, gate_value(other, unit, text, sizeof(text))))
		snprintf(buf, size, "%.15g%s", value, !strcmp(unit, "ns") ? " ns" : "");
	return buf;
}

const char *gate_tolerance(double tolerance, double a, const char *unit, char *buf, size_t size)
{
	if (isfinite(tolerance) && a > 0)
		snprintf(buf, size, "%.*f %%", tolerance < 0.001 * a ? 3 : 1, 100 * tolerance / a);
	else
		gate_value(tolerance, unit, buf, size);
	return buf;
}
