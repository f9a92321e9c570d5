// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/given_btf.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "user/probe/trial.h"

/* Structs in structs, of which none has a name. */
#define DEPTH_MAX 8

/* The member's offset in bytes, also in a struct without a name; -1: there is none. */
static long offset_of(const struct kernel_btf *btf, const struct btf_type *t, const char *name,
		      int depth)
{
	const struct btf_member *m = btf_members(t);

	for (__u32 i = 0; i < btf_vlen(t); i++) {
		const struct btf_type *inner = kernel_btf__type(btf, m[i].type);
		const char *own = kernel_btf__string(btf, m[i].name_off);
		long start = btf_member_bit_offset(t, i) / 8, within;

		if (!strcmp(own, name))
			return start;
		if (*own || !inner || !btf_is_composite(inner) || depth == DEPTH_MAX)
			continue;
		within = offset_of(btf, inner, name, depth + 1);
		if (within >= 0)
			return start + within;
	}
	return -1;
}

static const struct btf_type *find_struct(const struct kernel_btf *btf, const char *name)
{
	for (__u32 id = 1; id < kernel_btf__count(btf); id++) {
		const struct btf_type *t = kernel_btf__type(btf, id);

		if (btf_is_struct(t) && !strcmp(kernel_btf__name(btf, t), name))
			return t;
	}
	return NULL;
}

/*
 * Where the kernel hides its BTF: whether the task that runs has its ids and its name where the
 * file says. Each version and most configurations have another task_struct.
 */
static int check_task(const struct kernel_btf *btf)
{
	const struct btf_type *task = find_struct(btf, "task_struct");
	struct trial_task at;

	if (!task)
		return -EINVAL;
	at = (struct trial_task){
		.pid = offset_of(btf, task, "pid", 0),
		.tgid = offset_of(btf, task, "tgid", 0),
		.comm = offset_of(btf, task, "comm", 0),
	};
	return at.pid < 0 || at.tgid < 0 || at.comm < 0 ? -EINVAL : trial_task(&at);
}

static int check(const struct kernel_btf *btf, const char *path, struct fault *why)
{
	struct kernel_btf *own;
	int err = kernel_btf__open(KERNEL_BTF, &own);

	if (!err) {
		if (!kernel_btf__same(btf, own))
			err = fault__set(why, -EINVAL,
					 "--btf '%s' is not the BTF of this kernel, which has its "
					 "own: leave "
					 "--btf out",
					 path);
		kernel_btf__close(own);
		return err;
	}
	err = check_task(btf);
	if (err == -EINVAL)
		return fault__set(
			why, err,
			"--btf '%s' does not fit this kernel: its tasks have another form", path);
	if (err)
		return fault__set(why, err, "cannot try whether --btf '%s' fits this kernel: %s",
				  path, strerror(-err));
	return 0;
}

int given_btf__open(const char *path, struct kernel_btf **btf, struct fault *why)
{
	int err = kernel_btf__open(path, btf);

	if (err == -EINVAL)
		return fault__set(why, err,
				  "--btf '%s' has no BTF: name a copy of " KERNEL_BTF
				  " of this kernel",
				  path);
	if (err)
		return fault__set(why, err, "--btf '%s': %s", path, strerror(-err));
	err = check(*btf, path, why);
	if (err) {
		kernel_btf__close(*btf);
		*btf = NULL;
	}
	return err;
}
