// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/profile_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench/shared/fault.h"
#include "spawnscope.skel.h"
#include "user/base/privilege.h"
#include "user/base/proc.h"
#include "user/probe/global_pid.h"

#define TASKS_MAX (1U << 22) /* ids of processes; PID_MAX_LIMIT of include/linux/threads.h */

/* A number in a file of /proc; 0: not known. */
static unsigned int number_of(const char *path)
{
	FILE *f = fopen(path, "re");
	unsigned int n = 0;

	if (f) {
		if (fscanf(f, "%u", &n) != 1)
			n = 0;
		fclose(f);
	}
	return n;
}

/* The most tasks that can be alive; 0: not known. pid_max can be that of a pid namespace
 * since 6.14. */
static unsigned int most_tasks(void)
{
	unsigned int tasks = number_of("/proc/sys/kernel/threads-max");
	unsigned int ids = proc_pid_namespace() == FIRST_PID_NAMESPACE
				   ? number_of("/proc/sys/kernel/pid_max")
				   : 0;

	tasks = tasks < TASKS_MAX ? tasks : TASKS_MAX;
	return ids && ids < tasks ? ids : tasks;
}

/*
 * A hash that takes memory as it fills is safe in such programs since 6.1 (96da3f7d489d). The
 * kernel gives it a word or two for each possible value at once, which takes some 10 ms for
 * 200,000.
 */
static int let_grow(struct bpf_map *map)
{
	unsigned int major = 0, minor = 0, tasks = most_tasks();
	struct utsname name;
	int err;

	if (uname(&name) || sscanf(name.release, "%u.%u", &major, &minor) != 2 || major < 6 ||
	    (major == 6 && minor < 1))
		return 0;
	err = bpf_map__set_map_flags(map, BPF_F_NO_PREALLOC);
	if (!err && tasks > bpf_map__max_entries(map))
		err = bpf_map__set_max_entries(map, tasks);
	return err;
}

int probe_profile_set_up(struct spawnscope *skel, const struct profile_options *o)
{
	int err = bpf_map__set_autocreate(skel->maps.stacks, o && o->group_by == GROUP_BY_STACK);

	if (err)
		return err;
	if (!o) {
		err = bpf_map__set_max_entries(skel->maps.followed, 1);
		return err ? err : bpf_map__set_max_entries(skel->maps.groups, 1);
	}
	/* Everything is traced without looking there. */
	err = o->everything ? bpf_map__set_max_entries(skel->maps.followed, 1)
			    : let_grow(skel->maps.followed);
	if (!err)
		err = let_grow(skel->maps.tasks_spilled);
	if (err)
		return err;
	skel->rodata_flags->profiling = true;
	skel->rodata->trace_all = o->everything;
	skel->rodata->follow_children = o->children;
	skel->rodata->filter = o->filter;
	skel->rodata_flags->filtering =
		memcmp(&o->filter, &(struct birth_filter){0}, sizeof(o->filter));
	skel->rodata->group_by = o->group_by;
	skel->rodata->command_args_max = o->args_max;
	return bpf_program__set_autoload(skel->progs.tp_sched_process_exec, true);
}

int probe_profile_start(struct spawnscope *skel, const struct profile_options *o, int *stats_fd)
{
	__u32 zero = 0;
	int err = 0;

	if (o->filter.by_cgroup)
		err = bpf_map__update_elem(skel->maps.wanted_cgroup, &zero, sizeof(zero),
					   &o->cgroup_fd, sizeof(o->cgroup_fd), BPF_ANY);
	if (err)
		return err;
	if (o->run_time && *stats_fd < 0) {
		*stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
		if (*stats_fd < 0)
			*stats_fd = -1;
	}
	return 0;
}

int probe_profile_check_stacks(struct fault *why)
{
	/* libbpf cannot probe for tp_btf programs; raw tracepoints have the same helpers. */
	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_task_pt_regs, NULL) == 1)
		return 0;
	return fault__set(why, -ENOTSUP,
			  "--by stack needs a kernel that shows user registers to probes: "
			  "5.15 or later");
}

int probe_profile_follow(struct spawnscope *skel, pid_t pid)
{
	pid_t global = probe_global_pid(skel, pid);
	__u32 tgid = global, one = 1;
	int err;

	if (global < 0)
		return global == -ESRCH ? 0 : global; /* it has ended */
	privilege_raise();
	err = bpf_map__update_elem(skel->maps.followed, &tgid, sizeof(tgid), &one, sizeof(one),
				   BPF_ANY);
	privilege_lower();
	return err;
}

int probe_profile_groups(struct spawnscope *skel, probe_group_fn *fn, void *context)
{
	const struct bpf_map *map = skel->maps.groups;
	struct group_key key, *last = NULL;
	struct group_counts counts;
	int err = 0;

	privilege_raise();
	while (!bpf_map__get_next_key(map, last, &key, sizeof(key))) {
		err = bpf_map__lookup_elem(map, &key, sizeof(key), &counts, sizeof(counts), 0);
		if (err)
			break;
		fn(context, &key, &counts);
		last = &key;
	}
	privilege_lower();
	return err;
}
