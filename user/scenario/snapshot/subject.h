/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the scenario snapshot measures, and the summary of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/scenario/scenario.h"

struct snapshot_subject {
	const char *key;
	const char *store, *pages;
	enum scenario_pages only; /* is left out if --pages is the other */
	bool peer;
};

/* In the order of the summary. The first is ours, the last redis-server. */
#define SNAPSHOT_SUBJECTS 3
extern const struct snapshot_subject snapshot_subjects[SNAPSHOT_SUBJECTS];

/* By enum load_when. */
extern const char *const snapshot_whens[];

/* 0 or -errno. */
int snapshot_print(const struct run *r, FILE *out, bool colour);
