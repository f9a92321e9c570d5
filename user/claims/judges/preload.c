// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

#define LITTLE (512 << 10)

static void judge(const struct evidence *e, struct verdict *v)
{
	const struct series *wrote = evidence__observed(e, v, "child_wrote_bytes");
	const struct series *own = wrote ? evidence__observed(e, v, "child_private_bytes") : NULL;
	bool shares = true, follows = true;

	if (!own)
		return;
	for (size_t i = 0; i < wrote->n && i < own->n; i++) {
		int64_t beyond = own->v[i] - wrote->v[i];

		verdict__exact(v, UNIT_BYTES, (double)own->v[i], "private after %s written",
			       wrote->v[i] ? text_bytes(wrote->v[i]).text : "nothing");
		shares = shares && beyond < LITTLE;
		follows = follows && beyond > -LITTLE;
	}
	if (shares && follows)
		verdict__say(v, VERDICT_DEPENDS,
			     "on what they write: all is shared at first, and each page written, "
			     "by either, is private from then on");
	else if (shares)
		verdict__say(v, VERDICT_HOLDS, "also what they write stays shared");
	else
		verdict__say(v, VERDICT_FAILS, "more is private than what they wrote");
}

const struct claim claim_preload = {
	.name = "preload",
	.text = "children of a preloaded server share its memory",
	.tested = "A parent of 32 MiB in 4 KiB pages forks children that write none, a "
		  "quarter, half, three quarters and all of it, and then ask "
		  "/proc/self/smaps what is private.",
	.experiments = {"sharing"},
	.judge = judge,
};
