/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Baselines: raw runs under a name, with the time of saving, as
 * FOLDER/NAME/1.jsonl, 2.jsonl, ... and baseline.json.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "bench/shared/fault.h"
#include "user/model/run.h"

struct baseline {
	struct run *runs;
	size_t count;
	double age_days;
	char saved[32]; /* "2026-11-22 03:10 UTC" */
};

/*
 * Copies result files to the baseline `name`, which replaces an older one. The caller has checked
 * that the files are whole. Other processes see the old baseline or the new one, never a part. 0 or
 * -errno with one line in `why`.
 */
int baseline_save(const char *folder, const char *name, char *const *paths, size_t count,
		  struct fault *why);

/* -ENOENT: there is no baseline of that name. Otherwise like baseline_save(). */
int baseline_load(const char *folder, const char *name, struct baseline *b, struct fault *why);

/*
 * Reads baseline.json, which messages call `path`: count is how many runs there must be. 0, or
 * -errno with one line in `why`.
 */
int baseline_read_about(FILE *in, const char *path, struct baseline *b, struct fault *why);

void baseline_free(struct baseline *b);
