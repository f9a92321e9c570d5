// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/axes/axis.h"
#include "bench/axes/fds.h"
#include "bench/axes/parse.h"

/* Descriptors that the parent process itself needs. */
#define OWN_FDS 32

#define FD_BYTES 512

static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int64_t count = shape->axis[AXIS_fds];
	rlim_t needed = (rlim_t)count + OWN_FDS;
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	struct rlimit limit;

	if (count == 0)
		return 0;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return fault__set(why, -errno, "getrlimit: %s", strerror(errno));
	if (needed > limit.rlim_max)
		return fault__set(why, -EMFILE,
				  "fds=%" PRId64 " is too many: the hard RLIMIT_NOFILE is %llu",
				  count, (unsigned long long)limit.rlim_max);
	if (needed > limit.rlim_cur) {
		limit.rlim_cur = needed;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			return fault__set(why, -errno, "RLIMIT_NOFILE: %s", strerror(errno));
	}
	if (shape__get(shape, AXIS_fd_kind) != FDS_CLOEXEC)
		flags = O_RDONLY | O_DIRECTORY;
	/* Each has its own struct file, like real descriptors. */
	for (int64_t i = 0; i < count; i++) {
		if (open("/", flags) < 0)
			return fault__set(why, -errno, "fds=%" PRId64 ": %s", count,
					  strerror(errno));
	}
	return 0;
}

const struct axis_effect axis_fds = {
	.parse = axis_parse_count,
	.cost = {.per = 1, .bytes = FD_BYTES},
	.build = build,
};
