// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/axes/pages.h"

#include <errno.h>

#include "bench/axes/axis.h"

static const char *const names[PAGES_COUNT + 1] = {
	[PAGES_4K] = "4k",
	[PAGES_THP] = "thp",
};

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	if (shape->axis[AXIS_pages] == PAGES_THP && shape__get(shape, AXIS_size) % THP_BYTES != 0)
		return fault__set(why, -EINVAL, "pages=thp needs a size that is a multiple of 2M");
	return 0;
}

/* Built with the size. */
const struct axis_effect axis_pages = {
	.names = names,
	.always = true,
	.check = check,
};
