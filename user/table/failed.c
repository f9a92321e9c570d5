// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where a limit was to make calls fail (bench --limit): how they failed. */
#include <string.h>

#include "user/table/part.h"

void table_add_failed(struct columns *s, const struct cell *c)
{
	const char *name = NULL;
	size_t failed = 0;
	bool more = false;

	for (size_t i = 0; cell__is_to_fail(c) && i < c->errnos.n; i++) {
		int64_t number = c->errnos.v[i];
		const char *this = number > 0 ? strerrorname_np((int)number) : NULL;

		if (number <= 0)
			continue;
		failed++;
		more |= name && this && strcmp(name, this) != 0;
		name = this ? this : "unknown";
	}
	if (!failed)
		columns__add(s, cell__is_to_fail(c) ? "none" : "-");
	else if (failed < c->n)
		columns__add(s, "%zu of %zu: %s%s", failed, c->n, name, more ? ", ..." : "");
	else
		columns__add(s, "%s%s", name, more ? ", ..." : "");
}
