// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>

#include "bench/axes/axis.h"
#include "bench/axes/program_kind.h"
#include "bench/shared/text.h"

#define LIBRARIES_MAX 500

static int parse(const char *text, int64_t *value, struct fault *why)
{
	uint64_t number;

	if (text_number(text, 0, LIBRARIES_MAX, &number) != 0)
		return fault__set(why, -EINVAL, "bad number '%s'; must be from 0 to %d", text,
				  LIBRARIES_MAX);
	*value = (int64_t)number;
	return 0;
}

/* Loaded with the program, by LD_PRELOAD. */
static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	if (shape__get(shape, AXIS_program_kind) != PROGRAM_DYNAMIC)
		return fault__set(why, -EINVAL, "shared_libraries needs program_kind=dynamic");
	return 0;
}

/* Made with the kind of the program. */
const struct axis_effect axis_shared_libraries = {
	.parse = parse,
	.cost = {.per = 1, .bytes = 65536, .sample_us = 2000},
	.check = check,
};
