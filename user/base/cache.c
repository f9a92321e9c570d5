// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/shared/fault.h"

#define TEMPORARY ".new-"
/* Older ones were left by processes that were killed. */
#define TEMPORARY_MAX_S 60

static bool is_our_folder(const char *path)
{
	struct stat st;

	return path && *path == '/' && !stat(path, &st) && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid();
}

/*
 * After privileges were dropped, the environment may still name another user's folders. Use only
 * those that belong to the current user.
 */
static int parent_path(bool make, char *path, size_t size)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	const struct passwd *user;
	int n;

	if (is_our_folder(xdg)) {
		n = snprintf(path, size, "%s", xdg);
	} else if (geteuid() == 0) {
		n = snprintf(path, size, "/var/cache");
	} else {
		if (!is_our_folder(home)) {
			user = getpwuid(geteuid());
			home = user && is_our_folder(user->pw_dir) ? user->pw_dir : NULL;
		}
		if (!home)
			return -ENOENT;
		n = snprintf(path, size, "%s/.cache", home);
		if (make && n > 0 && (size_t)n < size && mkdir(path, 0700) && errno != EEXIST)
			return -errno;
	}
	return n > 0 && (size_t)n < size ? 0 : -ENAMETOOLONG;
}

/* Whether only we can write to it. */
static bool is_ours_alone(const struct stat *st)
{
	return st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

static int open_folder(bool make, const char *path)
{
	int parent = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), folder, err = 0;
	struct stat st;

	if (parent < 0)
		return -errno;
	if (make && mkdirat(parent, "spawnscope", 0700) && errno != EEXIST)
		err = -errno;
	folder =
		err ? err
		    : openat(parent, "spawnscope", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (!err && folder < 0)
		err = -errno;
	close(parent);
	if (err)
		return err;
	if (!fstat(folder, &st) && is_ours_alone(&st))
		return folder;
	close(folder);
	return -EPERM;
}

int cache_open(bool make, struct fault *why)
{
	char path[PATH_MAX];
	int folder = parent_path(make, path, sizeof(path));

	if (folder) {
		fault__set(why, 0, "there is no cache folder: %s", strerror(-folder));
		return folder;
	}
	folder = open_folder(make, path);
	if (folder < 0) {
		fault__set(why, 0, "%.200s/spawnscope: %s", path,
			   folder == -EPERM ? "others may write there" : strerror(-folder));
	}
	return folder;
}

FILE *cache_read(int folder, const char *name, off_t max)
{
	/* O_NONBLOCK: do not wait for a FIFO's writer. */
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	FILE *in = NULL;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && is_ours_alone(&st) && st.st_size <= max)
		in = fdopen(fd, "r");
	if (!in)
		close(fd);
	return in;
}

int cache_write(int folder, struct cache_file *f)
{
	int fd;

	snprintf(f->temporary, sizeof(f->temporary), TEMPORARY "%d", (int)getpid());
	/* An earlier process with this id may have left one. */
	unlinkat(folder, f->temporary, 0);
	fd = openat(folder, f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	f->out = fdopen(fd, "w");
	if (f->out)
		return 0;
	close(fd);
	unlinkat(folder, f->temporary, 0);
	return -ENOMEM;
}

int cache_keep(int folder, const struct cache_file *f, const char *name)
{
	int err = renameat(folder, f->temporary, folder, name) ? -errno : 0;

	if (err)
		unlinkat(folder, f->temporary, 0);
	return err;
}

void cache_drop(int folder, const struct cache_file *f)
{
	unlinkat(folder, f->temporary, 0);
}

static bool is_leftover(int folder, const char *name)
{
	struct stat st;

	return !strncmp(name, TEMPORARY, strlen(TEMPORARY)) &&
	       !fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) &&
	       time(NULL) - st.st_mtime > TEMPORARY_MAX_S;
}

void cache_prune(int folder, const char *prefix, const char *name)
{
	/* fdopendir takes over the descriptor, so give it a new one. */
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *names = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!names) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(names)))
		if ((!strncmp(entry->d_name, prefix, strlen(prefix)) &&
		     strcmp(entry->d_name, name)) ||
		    is_leftover(folder, entry->d_name))
			unlinkat(folder, entry->d_name, 0);
	closedir(names);
}
