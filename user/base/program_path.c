// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/program_path.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_program(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISREG(status.st_mode) && !access(path, X_OK);
}

char *program_path(const char *name)
{
	const char *folder = strchr(name, '/') ? NULL : getenv("PATH");

	while (folder && *name) {
		int length = (int)strcspn(folder, ":");
		char *path;

		/* An empty entry is the current folder. */
		if (asprintf(&path, "%.*s/%s", length ? length : 1, length ? folder : ".", name) <
		    0)
			return NULL;
		if (is_program(path))
			return path;
		free(path);
		folder = folder[length] ? folder + length + 1 : NULL;
	}
	return strdup(name);
}
