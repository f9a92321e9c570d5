// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "bench/shared/clock.h"

int proc_own_path(char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size);

	if (n < 0)
		return -errno;
	if ((size_t)n == size)
		return -ENAMETOOLONG;
	path[n] = '\0';
	return 0;
}

bool proc_is_mounted(void)
{
	return !access("/proc/self/fd", F_OK);
}

const char *proc_error_text(int err)
{
	return err == -ENOENT && !proc_is_mounted()
		       ? "/proc is not mounted: mount -t proc proc /proc"
		       : strerror(-err);
}

/* include/linux/proc_ns.h */
#define FIRST_USER_NAMESPACE 0xeffffffdU

bool proc_is_first_user_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) || st.st_ino == FIRST_USER_NAMESPACE;
}

int proc_own_folder(char *path, size_t size)
{
	int err = proc_own_path(path, size);
	char *slash = err ? NULL : strrchr(path, '/');

	if (slash)
		*slash = '\0';
	return err;
}

/* A number from /proc/PID/status; 0 if it has none. */
static pid_t status_number(pid_t pid, const char *name)
{
	char path[64], line[256];
	size_t length = strlen(name);
	pid_t number = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (!number && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, length) && line[length] == ':')
			number = atoi(line + length + 1);
	fclose(f);
	return number;
}

pid_t proc_process_of(pid_t id)
{
	return status_number(id, "Tgid");
}

unsigned int proc_pid_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) ? FIRST_PID_NAMESPACE : (unsigned int)st.st_ino;
}

int64_t proc_clock_offset(void)
{
	FILE *f = fopen("/proc/self/timens_offsets", "re");
	int64_t s = 0, ns = 0;

	if (!f)
		return 0;
	if (fscanf(f, " monotonic %" SCNd64 " %" SCNd64, &s, &ns) != 2)
		s = ns = 0;
	fclose(f);
	return s * NS_PER_S + ns;
}

static const char *const cgroup_mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};

/* nftw takes no context. A cgroup's id is the inode number of its folder. */
static struct {
	uint64_t id;
	size_t mount; /* length of its path */
	char *path;
	size_t size;
} wanted;

static int compare_folder(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (type != FTW_D || st->st_ino != wanted.id)
		return 0;
	snprintf(wanted.path, wanted.size, "%s", path[wanted.mount] ? path + wanted.mount : "/");
	return 1;
}

int proc_cgroup_path(uint64_t id, char *path, size_t size)
{
	struct statfs fs;

	for (size_t i = 0; i < sizeof(cgroup_mounts) / sizeof(cgroup_mounts[0]); i++) {
		const char *mount = cgroup_mounts[i];

		if (statfs(mount, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC)
			continue;
		wanted.id = id;
		wanted.mount = strlen(mount);
		wanted.path = path;
		wanted.size = size;
		if (nftw(mount, compare_folder, 16, FTW_PHYS | FTW_MOUNT) == 1)
			return 0;
	}
	return -ENOENT;
}

static int open_cgroup_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

int proc_cgroup_open(const char *path)
{
	int fd = open_cgroup_folder(path);
	char below[PATH_MAX];

	for (size_t i = 0; fd < 0 && i < sizeof(cgroup_mounts) / sizeof(cgroup_mounts[0]); i++) {
		int other;

		if (snprintf(below, sizeof(below), "%s/%s", cgroup_mounts[i], path) >=
		    (int)sizeof(below))
			return -ENAMETOOLONG;
		other = open_cgroup_folder(below);
		if (other >= 0 || fd == -ENOENT)
			fd = other;
	}
	return fd;
}

struct relative {
	pid_t pid, parent;
	bool is_in; /* a descendant */
};

static int read_processes(struct relative **all, size_t *n)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t cap = 0;
	int err = 0;

	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);
		struct relative *grown = *all;

		if (pid <= 0)
			continue;
		if (*n == cap) {
			cap = cap ? 2 * cap : 256;
			grown = reallocarray(*all, cap, sizeof(*grown));
		}
		if (grown) {
			*all = grown;
			grown[(*n)++] = (struct relative){pid, status_number(pid, "PPid"), false};
		} else {
			err = -ENOMEM;
		}
	}
	closedir(proc);
	return err;
}

static bool contains(const struct relative *all, size_t n, const pid_t *pids, size_t count,
		     pid_t pid)
{
	for (size_t i = 0; i < count; i++)
		if (pids[i] == pid)
			return true;
	for (size_t i = 0; i < n; i++)
		if (all[i].pid == pid)
			return all[i].is_in;
	return false;
}

int proc_for_descendants(const pid_t *pids, size_t count, int (*fn)(void *context, pid_t pid),
			 void *context)
{
	struct relative *all = NULL;
	bool more = true;
	size_t n = 0;
	int err = read_processes(&all, &n);

	/* A child's id may be lower than its parent's, so repeat until nothing is added. */
	while (!err && more) {
		more = false;
		for (size_t i = 0; i < n && !err; i++) {
			if (all[i].is_in || !contains(all, n, pids, count, all[i].parent))
				continue;
			all[i].is_in = more = true;
			err = fn(context, all[i].pid);
		}
	}
	free(all);
	return err;
}
