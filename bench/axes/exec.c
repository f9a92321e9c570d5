// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/axes/exec.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/resource.h>

/* The pointers to them count, too, and what there is without the axes. */
#define WORD_BYTES  64
#define OTHER_BYTES 16384

int axis_check_exec(const char *name, const struct method *method, struct fault *why)
{
	if (!method->execs)
		return fault__set(why, -EINVAL, "%s: this method does not exec", name);
	if (method->early)
		return fault__set(why, -EINVAL, "%s: this method's helper has its own", name);
	return 0;
}

int axis_check_strings(const struct shape *shape, struct fault *why)
{
	int64_t bytes = shape__get(shape, AXIS_env_bytes) + shape__get(shape, AXIS_arg_bytes);
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) != 0)
		return 0;
	/* execve(2): a quarter of the limit, and never more than 6 MiB, three quarters of 8. */
	if (limit.rlim_cur > 24 * MIB_BYTES)
		limit.rlim_cur = 24 * MIB_BYTES;
	bytes += bytes / WORD_BYTES * (int64_t)sizeof(char *) + OTHER_BYTES;
	if (bytes <= (int64_t)limit.rlim_cur / 4)
		return 0;
	return fault__set(why, -E2BIG,
			  "environment and arguments take %" PRId64 " KiB, exec takes %" PRId64
			  ", a quarter of RLIMIT_STACK, but at most 6 MiB: see ulimit -s",
			  (bytes + 1023) / 1024, (int64_t)limit.rlim_cur / 4 / 1024);
}
