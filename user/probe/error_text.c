// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "user/base/proc.h"
#include "user/probe/probe.h"

/*
 * Fewer descriptors than any set of probes takes: one for each map, program and link. libbpf then
 * tries what needs none, and passes on how that failed.
 */
#define TOO_FEW_DESCRIPTORS 48

static bool has_few_descriptors(void)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < TOO_FEW_DESCRIPTORS;
}

const char *probe_error_text(int err)
{
	switch (err) {
	case -EMFILE:
		return "too many open files: raise the limit (ulimit -n)";
	case -EINVAL:
	case -EBADF:
		return has_few_descriptors() ? probe_error_text(-EMFILE) : proc_error_text(err);
	case -EPERM:
		return proc_is_first_user_namespace() ? proc_error_text(err)
						      : "root of a user namespace may not trace "
							"the kernel: run it as root "
							"outside of the namespace";
	default:
		return proc_error_text(err);
	}
}
