// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/axes/exec.h"
#include "bench/axes/parse.h"

/* A folder that each system has, without the program, as an entry of PATH. */
#define ENTRY "/.:"

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	return axis_check_exec("path", method, why);
}

/* For the program itself, which may search, too. */
static const char *path_before(void)
{
	static char *before;
	const char *now = getenv("PATH");

	if (!before)
		before = strdup(now ? now : "/usr/bin:/bin");
	return before ? before : "";
}

static int equip(const struct shape *shape, struct stage *stage, struct fault *why)
{
	size_t entries = (size_t)shape->axis[AXIS_path], length;
	const char *slash = strrchr(stage->file, '/');
	char *path, *at;
	int err;

	length = slash ? (size_t)(slash - stage->file) : 0;
	if (!length || (entries && access(slash, F_OK) == 0) || memchr(stage->file, ':', length))
		return fault__set(why, -EINVAL,
				  "path: %.200s is in /, or has a colon in its path: it cannot be "
				  "searched for",
				  stage->file);
	path = malloc(entries * strlen(ENTRY) + length + 1 + strlen(path_before()) + 1);
	if (!path)
		return fault__set(why, -ENOMEM, "out of memory");
	at = path;
	for (size_t i = 0; i < entries; i++)
		at = stpcpy(at, ENTRY);
	at = mempcpy(at, stage->file, length);
	*at++ = ':';
	strcpy(at, path_before());
	err = setenv("PATH", path, 1) != 0 ? -errno : stage__search(stage);
	free(path);
	return err ? fault__set(why, err, "path: %s", strerror(-err)) : 0;
}

/* Entries before the folder of the program, which ends the search. */
const struct axis_effect axis_path = {
	.parse = axis_parse_count,
	.check = check,
	.equip = equip,
};
