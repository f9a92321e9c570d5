/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A folder for the files of a test program. Include it after cmocka's header. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/spawnscope-test-XXXXXX";

/* Path of a file in the test's own folder; valid until the next call. */
static inline const char *in_folder(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static inline const char *file_with(const void *bytes, size_t size)
{
	const char *path = in_folder("given.jsonl");
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
	return path;
}

static inline int make_folder(void **state)
{
	return !mkdtemp(folder);
}

static inline int remove_folder(void **state)
{
	static const char *const names[] = {"given.jsonl", "run.jsonl", "socket", "link", "target"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_folder(names[i]));
	return rmdir(folder);
}
