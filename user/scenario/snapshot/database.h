/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Keys and values in memory, laid out and written out as redis-server does it: a table of buckets,
 * and for each key an entry, an object that describes the value, and the value. So a fork copies
 * about as many page tables, a write touches as many pages, and a child works about as much.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define DATABASE_VALUE_BYTES 1000 /* of a value */
#define DATABASE_SLOT_BYTES  1024 /* that it takes, in redis-server too */
#define DATABASE_KEY_FORMAT  "key:%010u"

struct database;

/* Has room for keys 0 to keys - 1, and none yet. NULL: out of memory. It lives as long as the
 * process. */
struct database *database__new(uint64_t keys, int huge);

/* Adds keys that it has not. 0, or -ERANGE: there is no room for these. */
int database__fill(struct database *d, uint64_t first, uint64_t count);

/* Writes a part of a value. 0, -ENOENT: no such key, or -ERANGE: the part is not inside. */
int database__set(struct database *d, const char *key, size_t key_length, uint64_t offset,
		  const char *bytes, size_t length);

/* Writes all into the file, which is on its disk then. Closes `fd`. 0 or -errno. */
int database__dump(const struct database *d, int fd);
