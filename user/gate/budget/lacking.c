// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/budget/lacking.h"

#include <stdio.h>
#include <string.h>

#include "user/text/layout.h"
#include "user/text/numbers.h"

static bool call_failed(const struct cell *c, size_t i)
{
	return i < c->errnos.n && c->errnos.v[i] != 0;
}

size_t budget_count_failed(const struct cell *c)
{
	size_t failed = 0;

	for (size_t i = 0; i < c->n; i++)
		failed += call_failed(c, i);
	return failed;
}

size_t budget_count_nulls(const struct metric *m, const struct cell *c)
{
	const struct series *s = metric_series(m, c);
	size_t nulls = 0;

	for (size_t i = 0; i < s->n; i++)
		nulls += s->v[i] == MISSING && !call_failed(c, i);
	return nulls;
}

void budget_describe_failed(const struct cell *c, char *text, size_t size)
{
	size_t failed = budget_count_failed(c), i = 0;
	const char *name;

	text[0] = '\0';
	if (failed == 0)
		return;
	while (!call_failed(c, i))
		i++;
	name = strerrorname_np((int)c->errnos.v[i]);
	layout_append(text, size, "%zu of %zu %s failed: %s", failed, c->n,
		      text_plural((int64_t)c->n, "call", "calls"),
		      name ? name : "an unknown error");
}

bool budget_why_none(const struct metric *m, const struct cell *c, char *text, size_t size)
{
	const struct series *s = metric_series(m, c);
	size_t nulls;

	text[0] = '\0';
	if (!cell__has_data(c)) {
		const char *why = c->skipped ? c->skipped : c->broken;

		layout_append(text, size, "%s", why ? why : "no samples");
		return true;
	}
	if (m->kind == METRIC_FAILED || series__any(s) ||
	    (m == metric_of_sample(SAMPLE_exec_ns) && !cell__execs(c)))
		return false;
	budget_describe_failed(c, text, size);
	nulls = budget_count_nulls(m, c);
	if (nulls > 0)
		layout_append(text, size, "%s%zu of %u %s null without an errno",
			      text[0] ? ", " : "", nulls, s->n,
			      text_plural((int64_t)nulls, "samples is", "samples are"));
	return nulls > 0 || budget_count_failed(c) == c->n;
}
