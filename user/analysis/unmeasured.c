// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/unmeasured.h"

#include <stdio.h>
#include <string.h>

#include "user/text/layout.h"
#include "user/text/numbers.h"

bool unmeasured_before(const struct run *r, const struct cell_index *x, size_t place)
{
	const struct cell *c = &r->cells[place];
	size_t i = cell_index__first(x, c);

	for (; i < place; i = cell_index__next(x, i)) {
		if (r->cells[i].skipped && !strcmp(r->cells[i].skipped, c->skipped))
			return true;
	}
	return false;
}

static void add_calls(struct unmeasured *u, const struct cell *c)
{
	u->calls += c->n;
	if (cell__is_to_fail(c))
		return;
	for (size_t i = 0; i < c->errnos.n; i++) {
		int64_t number = c->errnos.v[i];

		if (number == MISSING || !number)
			continue;
		u->failed++;
		if (!u->first_errno)
			u->first_errno = (int)number;
		u->more_errnos |= u->first_errno != number;
	}
}

static void add_reason(const char *why, size_t *count, const char **first, bool *more)
{
	if (!why)
		return;
	++*count;
	if (!*first)
		*first = why;
	*more |= strcmp(*first, why) != 0;
}

struct unmeasured unmeasured_of(const struct run *r)
{
	struct unmeasured u = {.cells = r->cell_count};

	for (size_t i = 0; i < r->cell_count; i++) {
		const struct cell *c = &r->cells[i];

		add_calls(&u, c);
		add_reason(c->skipped, &u.skipped, &u.why_skipped, &u.more_skipped);
		add_reason(c->broken, &u.broken, &u.why_broken, &u.more_broken);
	}
	return u;
}

static const char *others(bool more)
{
	return more ? " (others for other reasons)" : "";
}

void unmeasured_text(const struct unmeasured *u, bool strict, char *text, size_t size)
{
	const char *name = strerrorname_np(u->first_errno);

	text[0] = '\0';
	if (u->cells > 0 && u->calls == 0) {
		layout_append(text, size, "nothing was measured: %s%s",
			      u->why_broken    ? u->why_broken
			      : u->why_skipped ? u->why_skipped
					       : "no samples were taken",
			      others(u->more_broken || u->more_skipped ||
				     (u->broken > 0 && u->skipped > 0)));
		return;
	}
	if (u->broken > 0)
		layout_append(text, size, "%zu of %zu %s broke off: %s%s", u->broken, u->cells,
			      text_plural((int64_t)u->cells, "cell", "cells"), u->why_broken,
			      others(u->more_broken));
	if (u->failed > 0)
		layout_append(text, size, "%s%zu of %zu %s failed: %s%s", text[0] ? "; " : "",
			      u->failed, u->calls, text_plural((int64_t)u->calls, "call", "calls"),
			      name ? name : "an unknown error", others(u->more_errnos));
	if (u->skipped > 0 && strict)
		layout_append(text, size, "%s%zu of %zu %s %s skipped: %s%s", text[0] ? "; " : "",
			      u->skipped, u->cells, text_plural((int64_t)u->cells, "cell", "cells"),
			      text_plural((int64_t)u->skipped, "was", "were"), u->why_skipped,
			      others(u->more_skipped));
}
