/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The folder of things that can be made anew: $XDG_CACHE_HOME/spawnscope if that variable names a
 * folder of ours, else for root /var/cache/spawnscope, else ~/.cache/spawnscope. What is in it is
 * used only if it is ours alone: others may have put anything there.
 */
#ifndef SPAWNSCOPE_CACHE_H
#define SPAWNSCOPE_CACHE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "bench/shared/fault.h"

/* A descriptor of the folder, which is made if that is asked for, or -errno with a line in `why`.
 */
int cache_open(bool make, struct fault *why);

/* A file of it, of at most `max` bytes. NULL: there is none that may be used. */
FILE *cache_read(int folder, const char *name, off_t max);

/* A file being written, under another name until cache_keep. */
struct cache_file {
	FILE *out; /* closed by whoever writes to it */
	char temporary[64];
};

/* Each 0 or -errno; cache_keep, or cache_drop, ends it once `out` is closed. */
int cache_write(int folder, struct cache_file *f);
int cache_keep(int folder, const struct cache_file *f, const char *name);
void cache_drop(int folder, const struct cache_file *f);

/* Deletes files whose names begin so, but the one named `name`; and what killed processes left. */
void cache_prune(int folder, const char *prefix, const char *name);

#endif
