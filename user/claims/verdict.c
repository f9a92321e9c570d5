// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/verdict.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const names[] = {"holds", "does not hold", "depends", "inconclusive", "absent"};

const char *verdict_name(enum verdict_kind kind)
{
	return names[kind];
}

void verdict__say(struct verdict *v, enum verdict_kind kind, const char *why, ...)
{
	va_list args;

	v->kind = kind;
	va_start(args, why);
	vsnprintf(v->why, sizeof(v->why), why, args);
	va_end(args);
}

static struct verdict_number *add(struct verdict *v, enum number_unit unit, struct interval value)
{
	struct verdict_number *n;

	if (v->n == VERDICT_NUMBERS || isnan(value.estimate))
		return NULL;
	n = &v->numbers[v->n++];
	n->unit = unit;
	n->value = value;
	return n;
}

void verdict__number(struct verdict *v, enum number_unit unit, struct interval value,
		     const char *what, ...)
{
	struct verdict_number *n = add(v, unit, value);
	va_list args;

	if (!n)
		return;
	va_start(args, what);
	vsnprintf(n->what, sizeof(n->what), what, args);
	va_end(args);
}

void verdict__extrapolated(struct verdict *v, enum number_unit unit, struct interval value,
			   const char *what, ...)
{
	struct verdict_number *n = add(v, unit, value);
	va_list args;

	if (!n)
		return;
	n->extrapolated = true;
	va_start(args, what);
	vsnprintf(n->what, sizeof(n->what), what, args);
	va_end(args);
}

void verdict__exact(struct verdict *v, enum number_unit unit, double value, const char *what, ...)
{
	struct verdict_number *n = add(v, unit, (struct interval){value, NAN, NAN});
	va_list args;

	if (!n)
		return;
	va_start(args, what);
	vsnprintf(n->what, sizeof(n->what), what, args);
	va_end(args);
}

static bool is_known(const struct interval *i)
{
	return isfinite(i->low) && isfinite(i->high);
}

static struct number size_text(const struct interval *i)
{
	static const struct {
		double bytes;
		const char *name;
	} units[] = {
		{1099511627776.0, "TiB"}, {1073741824, "GiB"}, {1048576, "MiB"}, {1024, "KiB"}};
	struct number n;
	size_t u = 0;

	while (u < 3 && i->estimate < units[u].bytes)
		u++;
	if (is_known(i))
		snprintf(n.text, sizeof(n.text), "%.38s %s",
			 text_ratio_range(i->estimate / units[u].bytes, i->low / units[u].bytes,
					  i->high / units[u].bytes)
				 .text,
			 units[u].name);
	else
		snprintf(n.text, sizeof(n.text), "%.3g %s", i->estimate / units[u].bytes,
			 units[u].name);
	return n;
}

static struct number share_text(const struct interval *i)
{
	struct number n;

	if (is_known(i))
		snprintf(n.text, sizeof(n.text), "%.1f %% (%.1f to %.1f)", 100 * i->estimate,
			 100 * i->low, 100 * i->high);
	else
		snprintf(n.text, sizeof(n.text), "%.3g %%", 100 * i->estimate);
	return n;
}

struct number verdict_value(enum number_unit unit, const struct interval *i, bool instructions)
{
	switch (unit) {
	case UNIT_TIME:
		return text_time_range(i->estimate, i->low, i->high, instructions);
	case UNIT_TIMES:
		return is_known(i) ? text_ratio_range(i->estimate, i->low, i->high)
				   : text_ratio(i->estimate);
	case UNIT_BYTES:
		return size_text(i);
	case UNIT_SHARE:
		return share_text(i);
	case UNIT_COUNT:
		break;
	}
	return text_count(i->estimate);
}

const char *verdict_unit(enum number_unit unit, bool instructions)
{
	switch (unit) {
	case UNIT_TIME:
		return instructions ? "instructions" : "ns";
	case UNIT_BYTES:
		return "bytes";
	case UNIT_TIMES:
		return "times";
	case UNIT_SHARE:
		return "share";
	case UNIT_COUNT:
		break;
	}
	return "number";
}
