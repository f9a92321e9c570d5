/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "user/report/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "user/command.h"
#include "user/escape.h"
#include "user/store.h"
#include "user/table_part.h"

static bool has_values(const struct run *r)
{
	size_t i;

	if (r->birth_count > 0)
		return true;
	for (i = 0; i < r->cell_count; i++) {
		if (table_has_data(&r->cells[i]))
			return true;
	}
	return false;
}

static int read_one(const char *path, bool truncated, struct run *run)
{
	char why[5120], name[256];
	int err = store_read(path, run, why, sizeof(why));

	if (err) {
		complain("%s", why);
		return err;
	}
	escape_text(strcmp(path, "-") == 0 ? "standard input" : path, name, sizeof(name));
	if (!run->ended && !truncated) {
		complain("%s: the run broke off, it has no end line; --truncated takes what is "
			 "there",
			 name);
		return -EINVAL;
	}
	if (!has_values(run)) {
		complain("%s: holds no measurement", name);
		return -EINVAL;
	}
	return 0;
}

int input_read(char *const *paths, size_t count, bool truncated, struct run **runs)
{
	size_t i;
	int err = 0;

	*runs = calloc(count, sizeof(**runs));
	if (*runs == NULL) {
		complain("%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	for (i = 0; i < count && err == 0; i++)
		err = read_one(paths[i], truncated, &(*runs)[i]);
	return err;
}

bool input_is_output(char *const *paths, size_t count, const char *output)
{
	struct stat in, out;
	char name[256];
	size_t i;

	if (output == NULL || strcmp(output, "-") == 0 || stat(output, &out) != 0 ||
	    !S_ISREG(out.st_mode))
		return false;
	for (i = 0; i < count; i++) {
		if (strcmp(paths[i], "-") == 0 || stat(paths[i], &in) != 0 ||
		    in.st_dev != out.st_dev || in.st_ino != out.st_ino)
			continue;
		escape_text(output, name, sizeof(name));
		complain("-o %s: that is the run itself; name another file", name);
		return true;
	}
	return false;
}

void input_free(struct run *runs, size_t count)
{
	size_t i;

	for (i = 0; runs && i < count; i++)
		run__free(&runs[i]);
	free(runs);
}
