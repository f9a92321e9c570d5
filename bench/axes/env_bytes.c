// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/axes/exec.h"
#include "bench/axes/parse.h"

/* Of a variable, with its name and the zero at its end. */
#define VARIABLE_BYTES 64

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	int err = axis_check_exec("env_bytes", method, why);

	return err ? err : axis_check_strings(shape, why);
}

static int64_t count_bytes(void)
{
	int64_t bytes = 0;

	for (char **variable = environ; *variable; variable++)
		bytes += (int64_t)strlen(*variable) + 1;
	return bytes;
}

/* The last variable takes what is left, so that the sum is exact. */
static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int64_t bytes = shape->axis[AXIS_env_bytes], wanted = count_bytes() + bytes;

	for (int64_t at = 0; at < bytes;) {
		int64_t length = bytes - at < 2 * VARIABLE_BYTES ? bytes - at : VARIABLE_BYTES;
		char name[32], value[2 * VARIABLE_BYTES];
		int used =
			snprintf(name, sizeof(name), "SPAWNSCOPE_%07d", (int)(at / VARIABLE_BYTES));

		/* With = and the zero at its end. */
		if (length < used + 2)
			break;
		memset(value, 'e', sizeof(value));
		value[length - used - 2] = '\0';
		if (setenv(name, value, 1) != 0)
			return fault__set(why, -errno, "env_bytes: %s", strerror(errno));
		at += length;
	}
	if (count_bytes() == wanted)
		return 0;
	return fault__set(why, -EINVAL, "env_bytes=%d: it takes no, or at least 32 bytes",
			  (int)bytes);
}

/* In variables of 64 bytes. */
const struct axis_effect axis_env_bytes = {
	.parse = axis_parse_bytes,
	.cost = {.per = 1, .bytes = 2},
	.check = check,
	.build = build,
};
