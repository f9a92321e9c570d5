// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/overwrite.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "user/base/say.h"

/* Whether both name one file that is there, or that will be. */
static bool is_same(const char *a, const char *b)
{
	struct stat of_a, of_b;

	if (!a || !b || !strcmp(a, "-") || !strcmp(b, "-"))
		return false;
	if (stat(a, &of_a))
		return errno == ENOENT && !strcmp(a, b);
	return !stat(b, &of_b) && S_ISREG(of_a.st_mode) && of_a.st_dev == of_b.st_dev &&
	       of_a.st_ino == of_b.st_ino;
}

int overwrite_refuse(const struct output_name *outputs, size_t count, const char *const *read,
		     size_t read_count)
{
	for (size_t i = 0; i < count; i++) {
		const struct output_name *o = &outputs[i];

		for (size_t k = 0; k < read_count; k++)
			if (is_same(o->path, read[k])) {
				complain("%s %s: that file is read, too; name another", o->option,
					 o->path);
				return -EINVAL;
			}
		for (size_t k = 0; k < i; k++)
			if (is_same(o->path, outputs[k].path)) {
				complain("%s %s: %s writes that file, too; name another", o->option,
					 o->path, outputs[k].option);
				return -EINVAL;
			}
	}
	return 0;
}
