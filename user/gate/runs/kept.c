// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/runs/kept.h"

#include <stdio.h>
#include <string.h>

#include "user/gate/compare/paired.h"

struct mark {
	char group[32];
	size_t n;
	unsigned int planned;
};

void gate_kept_mark(const char *group, size_t n, unsigned int planned, char *text, size_t size)
{
	snprintf(text, size, "%s %zu of %u", group, n, planned);
}

static bool read_mark(const struct run *r, struct mark *m)
{
	const struct fact *f = run__env(r, RUN_KEPT_FACT);
	int end = 0;

	return f && f->text &&
	       sscanf(f->text, "%31[a-z0-9-] %4zu of %4u%n", m->group, &m->n, &m->planned, &end) ==
		       3 &&
	       !f->text[end] && m->n >= 1 && m->n <= GATE_PAIRS_MAX && m->planned >= 1 &&
	       m->planned <= GATE_PAIRS_MAX;
}

bool gate_kept(const struct run *runs, size_t count, unsigned int *planned)
{
	struct mark marks[GATE_PAIRS_MAX];

	if (count == 0 || count > GATE_PAIRS_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!read_mark(&runs[i], &marks[i]) || marks[i].planned != marks[0].planned)
			return false;
		for (size_t k = 0; k < i; k++) {
			if (marks[k].n == marks[i].n && !strcmp(marks[k].group, marks[i].group))
				return false;
		}
	}
	*planned = marks[0].planned;
	return true;
}

bool gate_kept_has(const struct run *runs, size_t count, const char *group)
{
	struct mark m;

	for (size_t i = 0; i < count; i++) {
		if (read_mark(&runs[i], &m) && !strcmp(m.group, group))
			return true;
	}
	return false;
}

bool gate_kept_take(struct run *runs, size_t count, const char *group, size_t n, struct run *to)
{
	struct mark m;

	for (size_t i = 0; i < count; i++) {
		if (!read_mark(&runs[i], &m) || m.n != n || strcmp(m.group, group))
			continue;
		*to = runs[i];
		runs[i] = (struct run){0};
		return true;
	}
	return false;
}
