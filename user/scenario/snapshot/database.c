// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/snapshot/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/scenario/memory.h"
#include "user/scenario/zipf.h"
#include "user/text/hash.h"

#define SYNC_BYTES (4 << 20)

/* What redis-server's robj is: a write changes it, too, so it touches two pages. */
struct object {
	uint32_t length;
	uint32_t writes;
	char *bytes;
};

struct entry {
	char key[16];
	struct object *value;
	struct entry *next; /* in its bucket */
};

/* Each kind of thing lies with its like, in the order of its making, as jemalloc has it. */
struct database {
	uint64_t keys;
	char *values;
	struct object *objects;
	struct entry *entries;
	struct entry **buckets; /* one for each key */
};

static uint64_t bucket_of(const struct database *d, const char *key, size_t length)
{
	uint64_t hash = hash_bytes(HASH_BEGIN, key, length);

	return random_next(&hash) % d->keys;
}

struct database *database__new(uint64_t keys, int huge)
{
	uint64_t a_key = DATABASE_SLOT_BYTES + sizeof(struct object) + sizeof(struct entry) +
			 sizeof(struct entry *);
	struct database *d = malloc(sizeof(*d));
	char *memory = memory_map((int64_t)(keys * a_key), huge);

	if (!d || !memory) {
		free(d);
		return NULL;
	}
	*d = (struct database){.keys = keys, .values = memory};
	d->objects = (struct object *)(memory + keys * DATABASE_SLOT_BYTES);
	d->entries = (struct entry *)(d->objects + keys);
	d->buckets = (struct entry **)(d->entries + keys);
	return d;
}

static void add(struct database *d, uint64_t number)
{
	struct object *value = &d->objects[number];
	struct entry *e = &d->entries[number];
	int length = snprintf(e->key, sizeof(e->key), DATABASE_KEY_FORMAT, (unsigned int)number);
	struct entry **bucket = &d->buckets[bucket_of(d, e->key, (size_t)length)];
	char *bytes = d->values + number * DATABASE_SLOT_BYTES;

	memset(bytes, 'x', DATABASE_SLOT_BYTES);
	*value = (struct object){DATABASE_VALUE_BYTES, 0, bytes};
	e->value = value;
	e->next = *bucket;
	*bucket = e;
}

int database__fill(struct database *d, uint64_t first, uint64_t count)
{
	if (count > d->keys || first > d->keys - count)
		return -ERANGE;
	for (uint64_t i = first; i < first + count; i++)
		add(d, i);
	return 0;
}

static struct object *find(const struct database *d, const char *key, size_t length)
{
	struct entry *e = d->buckets[bucket_of(d, key, length)];

	while (e && (strncmp(e->key, key, length) || e->key[length]))
		e = e->next;
	return e ? e->value : NULL;
}

int database__set(struct database *d, const char *key, size_t key_length, uint64_t offset,
		  const char *bytes, size_t length)
{
	struct object *o =
		key_length < sizeof(((struct entry *)0)->key) ? find(d, key, key_length) : NULL;

	if (!o)
		return -ENOENT;
	if (length > o->length || offset > o->length - length)
		return -ERANGE;
	memcpy(o->bytes + offset, bytes, length);
	o->writes++;
	return 0;
}

/* A file that is written. */
struct dump {
	FILE *out;
	uint64_t hash;
	int64_t written, synced;
};

/*
 * Begins to send the last 4 MiB to the disk, and waits for those before them: so the disk never has
 * much to do at once, and a slow one slows the child.
 */
static void sync_part(struct dump *d)
{
	int64_t length = d->written - d->synced;
	int fd = fileno(d->out);

	fflush(d->out);
	sync_file_range(fd, d->synced, length, SYNC_FILE_RANGE_WRITE);
	if (d->synced)
		sync_file_range(fd, d->synced - SYNC_BYTES, SYNC_BYTES,
				SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
					SYNC_FILE_RANGE_WAIT_AFTER);
	d->synced = d->written;
}

static void put(struct dump *d, const void *bytes, size_t length)
{
	fwrite(bytes, 1, length, d->out);
	d->hash = hash_bytes(d->hash, bytes, length);
	d->written += (int64_t)length;
	if (d->written - d->synced >= SYNC_BYTES)
		sync_part(d);
}

static void put_entry(struct dump *d, const struct entry *e)
{
	unsigned char key_length = (unsigned char)strlen(e->key);

	put(d, &key_length, sizeof(key_length));
	put(d, e->key, key_length);
	put(d, &e->value->length, sizeof(e->value->length));
	put(d, e->value->bytes, e->value->length);
}

int database__dump(const struct database *d, int fd)
{
	struct dump to = {.out = fdopen(fd, "w"), .hash = HASH_BEGIN};
	bool failed;

	if (!to.out) {
		close(fd);
		return -ENOMEM;
	}
	for (uint64_t i = 0; i < d->keys && !ferror(to.out); i++)
		for (const struct entry *e = d->buckets[i]; e; e = e->next)
			put_entry(&to, e);
	fwrite(&to.hash, sizeof(to.hash), 1, to.out);
	failed = fflush(to.out) || ferror(to.out) || fsync(fd);
	return fclose(to.out) || failed ? -EIO : 0;
}
