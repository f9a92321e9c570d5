/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The cache folder, for files that can be made again: $XDG_CACHE_HOME/spawnscope if that variable
 * names our own folder, else /var/cache/spawnscope for root, ~/.cache/spawnscope for others. It is
 * used only if nobody else can write to it.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "bench/shared/fault.h"

/* Opens the folder; `make` creates it. A descriptor, or -errno with a line in `why`. */
int cache_open(bool make, struct fault *why);

/* Opens a file of at most `max` bytes. NULL: missing, too large or not safe to use. */
FILE *cache_read(int folder, const char *name, off_t max);

/* A file being written: it has a temporary name until cache_keep(). */
struct cache_file {
	FILE *out; /* the writer closes it */
	char temporary[64];
};

/* Each returns 0 or -errno. Close `out`, then call cache_keep() or cache_drop(). */
int cache_write(int folder, struct cache_file *f);
int cache_keep(int folder, const struct cache_file *f, const char *name);
void cache_drop(int folder, const struct cache_file *f);

/* Deletes files with this prefix, except `name`, and what killed processes left behind. */
void cache_prune(int folder, const char *prefix, const char *name);
