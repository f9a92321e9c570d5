// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/axes/vma_layout.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "bench/axes/axis.h"
#include "bench/axes/pages.h"

static const char *const names[] = {
	[VMAS_ADJACENT] = "adjacent",
	[VMAS_APART] = "apart",
	[VMAS_WITHIN] = "within",
	NULL,
};

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	int64_t vmas = shape__get(shape, AXIS_vmas), size = shape__get(shape, AXIS_size);

	if (shape->axis[AXIS_vmas] == AXIS_ABSENT)
		return fault__set(why, -EINVAL, "vma_layout needs vmas");
	if (shape->axis[AXIS_vma_layout] != VMAS_WITHIN)
		return 0;
	/* Each piece of a larger page would be pages of 4 KiB again. */
	if (shape__get(shape, AXIS_pages) != PAGES_4K)
		return fault__set(why, -EINVAL, "vma_layout=within has 4k pages only");
	if ((vmas + 1) * sysconf(_SC_PAGESIZE) > size)
		return fault__set(why, -EINVAL,
				  "vma_layout=within: a size of %" PRId64 "K has no %" PRId64
				  " pieces of a page or more",
				  size / 1024, vmas + 1);
	return 0;
}

/* Made with the VMAs. */
const struct axis_effect axis_vma_layout = {
	.names = names,
	.check = check,
};
