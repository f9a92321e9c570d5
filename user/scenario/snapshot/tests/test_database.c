// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/tests/unit.h"
#include "user/scenario/snapshot/database.h"

#define KEYS 5000 /* more than 4 MiB: a part is sent to the disk on its own */

/* A database lives as long as its process. */
static struct database *kept[4];
static size_t kept_count;

static struct database *filled(uint64_t keys)
{
	struct database *d = kept[kept_count++] = database__new(keys, 0);

	assert_non_null(d);
	assert_int_equal(database__fill(d, 0, keys), 0);
	return d;
}

TEST(is_filled_by_parts)
{
	struct database *d = kept[kept_count++] = database__new(100, 0);

	assert_non_null(d);
	assert_int_equal(database__fill(d, 10, 80), 0);
	assert_int_equal(database__set(d, "key:0000000009", 14, 0, "abc", 3), -ENOENT);
	assert_int_equal(database__set(d, "key:0000000089", 14, 0, "abc", 3), 0);
	assert_int_equal(database__fill(d, 90, 11), -ERANGE);
	assert_int_equal(database__fill(d, 101, 0), -ERANGE);
	assert_int_equal(database__fill(d, 1, UINT64_MAX), -ERANGE);
	assert_int_equal(database__fill(d, 90, 10), 0);
	assert_int_equal(database__set(d, "key:0000000099", 14, 0, "abc", 3), 0);
}

TEST(set_finds_each_key_and_keeps_inside_the_value)
{
	struct database *d = filled(KEYS);

	assert_int_equal(database__set(d, "key:0000000000", 14, 0, "abc", 3), 0);
	assert_int_equal(database__set(d, "key:0000004999", 14, 997, "abc", 3), 0);
	assert_int_equal(database__set(d, "key:0000005000", 14, 0, "abc", 3), -ENOENT);
	assert_int_equal(database__set(d, "key:000000000", 13, 0, "abc", 3), -ENOENT);
	assert_int_equal(database__set(d, "key:00000000000000000", 21, 0, "abc", 3), -ENOENT);
	assert_int_equal(database__set(d, "key:0000000001", 14, 998, "abc", 3), -ERANGE);
	assert_int_equal(database__set(d, "key:0000000001", 14, UINT64_MAX, "abc", 3), -ERANGE);
}

/* One entry: the length of the key, the key, the length of the value, the value. */
static int read_entry(FILE *in, unsigned int *number, char *value)
{
	unsigned char key_length;
	char key[16] = "";
	uint32_t length;

	if (fread(&key_length, 1, 1, in) != 1 || key_length != 14 || fread(key, 14, 1, in) != 1 ||
	    sscanf(key, "key:%u", number) != 1 || fread(&length, sizeof(length), 1, in) != 1 ||
	    length != DATABASE_VALUE_BYTES)
		return -1;
	return fread(value, DATABASE_VALUE_BYTES, 1, in) == 1 ? 0 : -1;
}

TEST(dump_has_each_key_once_with_what_was_set)
{
	struct database *d = filled(KEYS);
	FILE *file = tmpfile();
	unsigned int seen[KEYS] = {0}, number = KEYS;
	char value[DATABASE_VALUE_BYTES];

	assert_non_null(file);
	assert_int_equal(database__set(d, "key:0000000042", 14, 10, "abc", 3), 0);
	assert_int_equal(database__dump(d, dup(fileno(file))), 0);
	rewind(file);
	for (unsigned int i = 0; i < KEYS; i++) {
		assert_int_equal(read_entry(file, &number, value), 0);
		assert_in_range(number, 0, KEYS - 1);
		seen[number]++;
		assert_memory_equal(value + 8, number == 42 ? "xxabcxx" : "xxxxxxx", 7);
	}
	for (unsigned int i = 0; i < KEYS; i++)
		assert_int_equal(seen[i], 1);
	/* Then only the checksum. */
	assert_int_equal(fread(value, 1, sizeof(value), file), sizeof(uint64_t));
	fclose(file);
}

TEST(dump_says_that_the_disk_is_full)
{
	struct database *d = filled(100);
	FILE *full = fopen("/dev/full", "w");

	assert_non_null(full);
	assert_int_equal(database__dump(d, dup(fileno(full))), -EIO);
	fclose(full);
}
