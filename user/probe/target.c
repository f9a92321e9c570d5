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

/* Gives a task a new slot, that of a target. */
static void set_target(struct slot_head *slot, size_t size, __u32 tid, __u32 tgid)
{
	memset(slot, 0, size);
	slot->tid = tid;
	slot->tgid = tgid;
	slot->state = TASK_TARGET;
}

static int set_spilled_target(struct spawnscope *skel, __u32 tid, __u32 tgid)
{
	const struct bpf_map *map = skel->maps.tasks_spilled;
	size_t size = bpf_map__value_size(map);
	struct slot_head *slot = malloc(size);
	int err;

	if (!slot)
		return -ENOMEM;
	set_target(slot, size, tid, tgid);
	privilege_raise();
	err = bpf_map__update_elem(map, &tid, sizeof(tid), slot, size, BPF_ANY);
	privilege_lower();
	free(slot);
	if (!err)
		__sync_fetch_and_add(&skel->bss->totals.spilled, 1);
	return err;
}

/* Both ids are of the first namespace. */
static int add_target(struct spawnscope *skel, pid_t tid, pid_t tgid)
{
	struct slot_head *home = (struct slot_head *)skel->bss->bench_tasks[tid % BENCH_SLOTS];

	if (home->tid && home->tid != (__u32)tid)
		return set_spilled_target(skel, tid, tgid);
	if (!is_target(home, tid))
		set_target(home, sizeof(skel->bss->bench_tasks[0]), tid, tgid);
	return 0;
}

pid_t probe_target(struct spawnscope *skel, pid_t pid)
{
	pid_t global = probe_global_pid(skel, pid);
	int err = global < 0 ? global : add_target(skel, global, global);

	return err ? err : global;
}

int probe_target_threads(struct spawnscope *skel, pid_t pid)
{
	pid_t leader = probe_global_pid(skel, pid);
	struct dirent *entry;
	char path[64];
	DIR *threads;
	int err = 0;

	if (leader < 0)
		return leader;
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	threads = opendir(path);
	if (!threads)
		return -errno;
	while (!err && (entry = readdir(threads))) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (tid <= 0 || tid == pid)
			continue;
		tid = probe_global_pid(skel, tid);
		err = tid < 0 ? tid : add_target(skel, tid, leader);
	}
	closedir(threads);
	return err;
}
