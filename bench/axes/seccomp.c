// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>

#include "bench/axes/axis.h"
#include "bench/axes/parse.h"
#include "bench/shared/text.h"

/* Looks at the number of the call, as real ones do, and allows it. */
static int add_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0 ? -errno : 0;
}

static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int64_t wanted = shape->axis[AXIS_seccomp], filters = -1;
	char status[8192];
	int err = 0;

	if (wanted > 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		err = -errno;
	for (int64_t i = 0; i < wanted && !err; i++)
		err = add_filter();
	if (err)
		return fault__set(why, err, "seccomp=%" PRId64 ": %s", wanted, strerror(-err));
	/* Linux 5.9. The process itself may run under further filters. */
	if (text_read("/proc/self/status", status, sizeof(status)) >= 0)
		text_field(status, "Seccomp_filters", &filters);
	if (filters >= 0 && filters < wanted)
		return fault__set(why, -EINVAL, "seccomp=%" PRId64 ": %" PRId64 " are active",
				  wanted, filters);
	return 0;
}

const struct axis_effect axis_seccomp = {
	.parse = axis_parse_count,
	.build = build,
};
