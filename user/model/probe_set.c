// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/probe_set.h"

#include <stddef.h>
#include <string.h>

#define NONE   "none"
#define PHASES "phases"
#define ALL    "all"

const char *probe_set_name(enum probe_set set)
{
	static const char *const names[PROBE_SET_COUNT] = {
		[PROBE_SET_NONE] = NONE,     [PROBE_SET_PHASES] = PHASES,
		[PROBE_SET_SHARED] = PHASES, [PROBE_SET_CALLS] = "calls",
		[PROBE_SET_ALL] = ALL,
	};

	return names[set];
}

const char *probe_set_words(const char *name)
{
	if (!strcmp(name, NONE))
		return "untraced";
	if (!strcmp(name, PHASES))
		return "traced";
	return !strcmp(name, ALL) ? "all probes" : name;
}

const char *const *probe_sets_for(enum probe_set_use use)
{
	static const char *const sets[PROBE_SET_USES][4] = {
		[PROBE_SET_FOR_TIMES] = {NONE, PHASES, ALL},
		[PROBE_SET_FOR_PHASES] = {PHASES, ALL, NONE},
		[PROBE_SET_FOR_COUNTS] = {ALL, PHASES, NONE},
	};

	return sets[use];
}
