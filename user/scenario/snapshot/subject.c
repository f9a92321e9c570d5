// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/snapshot/subject.h"

#include "user/scenario/snapshot/load.h"

const char *const snapshot_whens[LOAD_WHEN_COUNT] = {"before", "during", "after"};

const struct snapshot_subject snapshot_subjects[SNAPSHOT_SUBJECTS] = {
	{"store=spawnscope pages=4k", "spawnscope", "4k", PAGES_4K, false},
	{"store=spawnscope pages=thp", "spawnscope", "thp", PAGES_THP, false},
	{"store=redis-server pages=4k", "redis-server", "4k", PAGES_4K, true},
};
