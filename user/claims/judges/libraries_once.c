// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

static void judge(const struct evidence *e, struct verdict *v)
{
	const struct series *code = evidence__observed(e, v, "library_code_private_bytes");
	const struct series *data =
		code ? evidence__observed(e, v, "library_data_private_bytes") : NULL;
	const struct series *resident =
		data ? evidence__observed(e, v, "library_resident_bytes") : NULL;
	const struct series *faults;
	struct verdict none;

	if (!resident)
		return;
	faults = evidence__observed(e, &none, "library_program_faults");
	verdict__exact(v, UNIT_BYTES, stats_median(data), "private");
	verdict__exact(v, UNIT_BYTES, stats_median(resident), "of resident");
	if (faults)
		verdict__exact(v, UNIT_COUNT, stats_median(faults), "page faults of its start");
	if (evidence__count(code, 0) == code->n)
		verdict__say(v, VERDICT_HOLDS,
			     "private is only what was relocated or written, and no code; mapping "
			     "the rest costs time in each process, too");
	else
		verdict__say(v, VERDICT_FAILS, "code of libraries is private, too");
}

const struct claim claim_libraries_once = {
	.name = "libraries-once",
	.text = "shared libraries are mapped once; only relocations cost per process",
	.tested = "Two runs of /bin/cat at the same time: the private dirty pages of "
		  "their shared objects, by /proc/PID/smaps; it holds if no mapping that "
		  "executes has any.",
	.experiments = {"libraries"},
	.judge = judge,
};
