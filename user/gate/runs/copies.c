// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/runs/copies.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "user/gate/compare/side.h"

bool gate_same_run(const struct run *a, const struct run *b)
{
	int64_t taken_ms = gate_taken_ms(a);

	return !run__counts_instructions(a) && taken_ms != MISSING &&
	       taken_ms == gate_taken_ms(b) && a->seed == b->seed;
}

static bool same_bytes(const char *a, const char *b)
{
	FILE *fa = fopen(a, "re"), *fb = fopen(b, "re");
	bool same = fa && fb;
	int c = 0;

	while (same && c != EOF) {
		c = getc_unlocked(fa);
		same = c == getc_unlocked(fb);
	}
	if (fa)
		fclose(fa);
	if (fb)
		fclose(fb);
	return same;
}

/* What the two have in common that makes them one run; NULL: nothing. */
static const char *why_one(const char *path_a, const char *path_b, const struct run *a,
			   const struct run *b)
{
	struct stat sa, sb;

	if (!stat(path_a, &sa) && !stat(path_b, &sb) && S_ISREG(sa.st_mode) &&
	    S_ISREG(sb.st_mode)) {
		if (sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino)
			return "are the same file";
		if (!run__counts_instructions(a) && sa.st_size == sb.st_size &&
		    same_bytes(path_a, path_b))
			return "have the same bytes";
	}
	return gate_same_run(a, b) ? "have the same seed and the same time" : NULL;
}

int gate_check_copies(char *const *paths, struct run *const *runs, size_t count, struct fault *why)
{
	const char *one;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < i; k++) {
			one = why_one(paths[k], paths[i], runs[k], runs[i]);
			if (one)
				return fault__set(why, -EINVAL,
						  "%s and %s %s: a run counts once, and cannot "
						  "differ from itself",
						  paths[k], paths[i], one);
		}
	}
	return 0;
}
