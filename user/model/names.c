// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The names of phases, counts and samples as they stand in result files, and back. */
#include <string.h>

#include "user/model/names.h"

static const char *const phases[] = {
#define SPAN(name, ...) [PHASE_##name] = #name,
#define SUM(name, ...)	[PHASE_##name] = #name,
	PHASES(SPAN, SUM)
#undef SPAN
#undef SUM
};

static const char *const counts[] = {
#define X(name, ...) [COUNT_##name] = #name,
	COUNTS(X)
#undef X
};

static const char *const samples[] = {
#define X(name, brief) [SAMPLE_##name] = #name,
	SAMPLES(X)
#undef X
};

static int find(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++) {
		if (!strcmp(names[i], name))
			return i;
	}
	return -1;
}

const char *phase_name(enum phase p)
{
	return phases[p];
}

int phase_by_name(const char *name)
{
	return find(phases, PHASE_COUNT, name);
}

const char *count_name(enum count c)
{
	return counts[c];
}

int count_by_name(const char *name)
{
	return find(counts, COUNT_COUNT, name);
}

const char *sample_name(enum sample_kind s)
{
	return samples[s];
}

int sample_by_name(const char *name)
{
	return find(samples, SAMPLE_COUNT, name);
}
