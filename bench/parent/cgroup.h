/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How much memory this process's control groups leave it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Where a hierarchy is mounted, and which of its groups is mounted there. */
struct cgroup_mount {
	int version; /* 1: the memory controller's own hierarchy; 2: the unified one */
	char path[256];
	char root[256];
};

/* From a line of /proc/self/mountinfo. 0, -ENOENT (not such a mount) or -ENAMETOOLONG. */
int cgroup_parse_mount(const char *line, struct cgroup_mount *mount);

/*
 * From the text of /proc/self/cgroup: the path of this process's group in the hierarchy of
 * `version` (see above). 0, -ENOENT or -ENAMETOOLONG.
 */
int cgroup_parse_own(const char *text, int version, char *path, size_t size);

/*
 * What one group leaves: limit minus usage. File pages that the kernel can drop at once
 * (inactive_file in `stat`, which may be "") do not count as used. 0, or -ENOENT if the group sets
 * no limit. *limit and *room are bytes; room is never negative.
 */
int cgroup_parse_room(const char *limit_text, const char *usage_text, const char *stat,
		      int64_t *limit, int64_t *room);

/*
 * The least room that this process's groups and those above them leave, and the limit that causes
 * it. 0, or -ENOENT if none of them sets a limit.
 */
int cgroup_room(int64_t *limit, int64_t *room);
