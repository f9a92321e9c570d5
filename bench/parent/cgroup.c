// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/parent/cgroup.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/text.h"

/* Room for a deep path, and for the longest file name in it. */
#define GROUP_PATH_MAX 512
#define FILE_PATH_MAX  (GROUP_PATH_MAX + 64)

/* "no limit" of version 1 is the largest multiple of a page in an int64_t. */
#define NO_LIMIT (INT64_MAX - (1 << 20))

/* Whether `list`, words separated by commas, contains `word`. */
static bool list_has(const char *list, size_t length, const char *word)
{
	size_t word_length = strlen(word);
	const char *end = list + length;

	while (list < end) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		const char *item_end = comma ? comma : end;

		if ((size_t)(item_end - list) == word_length && !strncmp(list, word, word_length))
			return true;
		list = item_end + 1;
	}
	return false;
}

int cgroup_parse_mount(const char *line, struct cgroup_mount *mount)
{
	char root[256], path[256], type[32], options[512];
	const char *rest = strstr(line, " - ");

	/* proc(5): id, parent, device, root, mount point, ... - type, source, super options */
	if (!rest || sscanf(line, "%*s %*s %*s %255s %255s", root, path) != 2 ||
	    sscanf(rest, " - %31s %*s %511s", type, options) != 2)
		return -ENOENT;
	if (!strcmp(type, "cgroup2"))
		mount->version = 2;
	else if (!strcmp(type, "cgroup") && list_has(options, strlen(options), "memory"))
		mount->version = 1;
	else
		return -ENOENT;
	/* Maybe truncated: a path that fits exactly looks the same. */
	if (strlen(root) + 1 == sizeof(root) || strlen(path) + 1 == sizeof(path))
		return -ENAMETOOLONG;
	strcpy(mount->root, root);
	strcpy(mount->path, path);
	return 0;
}

int cgroup_parse_own(const char *text, int version, char *path, size_t size)
{
	const char *line;

	for (line = text; line && *line; line = strchr(line, '\n')) {
		const char *list, *own;
		size_t length;

		line += *line == '\n';
		list = strchr(line, ':');
		own = list ? strchr(++list, ':') : NULL;
		if (!own)
			continue;
		/* Version 2 has an empty list of controllers. */
		length = (size_t)(own++ - list);
		if (version == 2 ? length > 0 : !list_has(list, length, "memory"))
			continue;
		length = strcspn(own, "\n");
		if (length >= size)
			return -ENAMETOOLONG;
		memcpy(path, own, length);
		path[length] = '\0';
		return 0;
	}
	return -ENOENT;
}

int cgroup_parse_room(const char *limit_text, const char *usage_text, const char *stat,
		      int64_t *limit, int64_t *room)
{
	/* Version 1 counts the group alone, and as total_* with the groups below it. */
	bool has_total = text_field(stat, "total_inactive_file", &(int64_t){0}) == 0;
	int64_t reclaimable = 0;
	int64_t usage;
	char *end;

	*limit = strtoll(limit_text, &end, 10);
	if (end == limit_text || *limit >= NO_LIMIT) /* "max" is not a number */
		return -ENOENT;
	usage = strtoll(usage_text, &end, 10);
	if (end == usage_text)
		return -ENOENT;
	text_field(stat, has_total ? "total_inactive_file" : "inactive_file", &reclaimable);
	if (reclaimable > 0 && reclaimable <= usage)
		usage -= reclaimable;
	*room = *limit > usage ? *limit - usage : 0;
	return 0;
}

static int read_room(const char *group, int version, int64_t *limit, int64_t *room)
{
	const char *limit_name = version == 2 ? "memory.max" : "memory.limit_in_bytes";
	const char *usage_name = version == 2 ? "memory.current" : "memory.usage_in_bytes";
	char path[FILE_PATH_MAX], limit_text[64], usage_text[64], stat[8192];

	/* A group without the memory controller has no such files. */
	snprintf(path, sizeof(path), "%s/%s", group, limit_name);
	if (text_read(path, limit_text, sizeof(limit_text)) < 0)
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/%s", group, usage_name);
	if (text_read(path, usage_text, sizeof(usage_text)) < 0)
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/memory.stat", group);
	if (text_read(path, stat, sizeof(stat)) < 0)
		stat[0] = '\0';
	return cgroup_parse_room(limit_text, usage_text, stat, limit, room);
}

/* From the process's own group up to the mounted one. */
static void walk_groups(const struct cgroup_mount *mount, const char *own, int64_t *limit,
			int64_t *room)
{
	size_t root_length = !strcmp(mount->root, "/") ? 0 : strlen(mount->root);
	char group[GROUP_PATH_MAX];
	char *slash;

	/*
	 * In a container without its own cgroup namespace, the paths are the host's and only part
	 * of the tree is mounted. An invisible group has no files: continue with the group above.
	 */
	if (strncmp(own, mount->root, root_length))
		own = "";
	else
		own += root_length;
	snprintf(group, sizeof(group), "%s%s", mount->path, own);
	for (;;) {
		int64_t group_limit, group_room;

		if (read_room(group, mount->version, &group_limit, &group_room) == 0 &&
		    group_room < *room) {
			*limit = group_limit;
			*room = group_room;
		}
		slash = strrchr(group, '/');
		if (!slash || (size_t)(slash - group) < strlen(mount->path))
			break;
		*slash = '\0';
	}
}

int cgroup_room(int64_t *limit, int64_t *room)
{
	struct cgroup_mount mount;
	char own_text[4096], own[256];
	char *line = NULL;
	size_t line_size = 0;
	FILE *mounts;

	if (text_read("/proc/self/cgroup", own_text, sizeof(own_text)) < 0)
		return -ENOENT;
	mounts = fopen("/proc/self/mountinfo", "re");
	if (!mounts)
		return -errno;
	*room = INT64_MAX;
	while (getline(&line, &line_size, mounts) > 0) {
		if (cgroup_parse_mount(line, &mount) == 0 &&
		    cgroup_parse_own(own_text, mount.version, own, sizeof(own)) == 0)
			walk_groups(&mount, own, limit, room);
	}
	free(line);
	fclose(mounts);
	return *room == INT64_MAX ? -ENOENT : 0;
}
