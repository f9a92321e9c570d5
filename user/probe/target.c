// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/target.h"

#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/record.h"
#include "spawnscope.skel.h"
#include "user/base/privilege.h"
#include "user/probe/global_pid.h"

static bool is_target(const struct slot_head *slot, __u32 tid)
{
	return slot->tid == tid && (slot->state & TASK_TARGET);
}

/* Gives a task, which leads its thread group, a new slot, that of a target. */
static void set_target(struct slot_head *slot, size_t size, __u32 tid)
{
	memset(slot, 0, size);
	slot->tid = slot->tgid = tid;
	slot->state = TASK_TARGET;
}

static int set_spilled_target(struct spawnscope *skel, __u32 tid)
{
	const struct bpf_map *map = skel->maps.tasks_spilled;
	size_t size = bpf_map__value_size(map);
	struct slot_head *slot = malloc(size);
	int err;

	if (!slot)
		return -ENOMEM;
	set_target(slot, size, tid);
	privilege_raise();
	err = bpf_map__update_elem(map, &tid, sizeof(tid), slot, size, BPF_ANY);
	privilege_lower();
	free(slot);
	if (!err)
		__sync_fetch_and_add(&skel->bss->totals.spilled, 1);
	return err;
}

pid_t probe_target(struct spawnscope *skel, pid_t pid)
{
	pid_t global = probe_global_pid(skel, pid);
	struct slot_head *home;
	int err = 0;

	if (global < 0)
		return global;
	home = (struct slot_head *)skel->bss->bench_tasks[global % BENCH_SLOTS];
	if (home->tid && home->tid != (__u32)global)
		err = set_spilled_target(skel, global);
	else if (!is_target(home, global))
		set_target(home, sizeof(skel->bss->bench_tasks[0]), global);
	return err ? err : global;
}

int probe_target_threads(struct spawnscope *skel, pid_t pid)
{
	struct dirent *entry;
	char path[64];
	DIR *threads;
	int err = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	threads = opendir(path);
	if (!threads)
		return -errno;
	while (err >= 0 && (entry = readdir(threads))) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (tid > 0 && tid != pid)
			err = probe_target(skel, tid);
	}
	closedir(threads);
	return err < 0 ? err : 0;
}
