// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/methods/own_cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/shared/text.h"

#ifndef SYS_close_range
#define SYS_close_range 436 /* the same on every architecture */
#endif

#define NAME "spawnscope."

/* How long a group may stay busy after its last process has ended. */
#define REMOVE_TRIES	500
#define REMOVE_PAUSE_US 10000

/* Whether version 2, mounted at `root`, has the controller. */
static bool unified_has(const char *root, const char *controller)
{
	char path[OWN_CGROUP_MAX], list[1024], *next = list, *word;

	if (!controller)
		return true;
	snprintf(path, sizeof(path), "%s/cgroup.controllers", root);
	if (text_read(path, list, sizeof(list)) < 0)
		return false;
	while ((word = strsep(&next, " \n"))) {
		if (!strcmp(word, controller))
			return true;
	}
	return false;
}

/* Where the hierarchy is mounted. 0 or -ENOENT. */
static int find_root(const char *controller, char root[OWN_CGROUP_MAX], bool *unified)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent entry;
	char text[4096];
	int err = -ENOENT;

	while (err && mounts && getmntent_r(mounts, &entry, text, sizeof(text))) {
		*unified = !strcmp(entry.mnt_type, "cgroup2");
		if (strlen(entry.mnt_dir) >= OWN_CGROUP_MAX / 2)
			continue;
		if (*unified ? unified_has(entry.mnt_dir, controller)
			     : controller && !strcmp(entry.mnt_type, "cgroup") &&
				       hasmntopt(&entry, controller)) {
			strcpy(root, entry.mnt_dir);
			err = 0;
		}
	}
	if (mounts)
		endmntent(mounts);
	return err;
}

/* This process's own path there: of "4:memory,pids:/a" for pids, of "0::/a" for version 2. */
static void find_own(const char *controller, bool unified, char own[OWN_CGROUP_MAX / 2])
{
	char text[4096], *next = text, *line;

	strcpy(own, "");
	if (text_read("/proc/self/cgroup", text, sizeof(text)) < 0)
		return;
	while ((line = strsep(&next, "\n"))) {
		char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL, *word;
		bool found = path && unified && path == list + 1;

		if (!path)
			continue;
		*path++ = '\0';
		for (list++; !unified && (word = strsep(&list, ",")) && !found;)
			found = !strcmp(word, controller);
		if (found && strlen(path) < OWN_CGROUP_MAX / 2)
			strcpy(own, strcmp(path, "/") ? path : "");
	}
}

/* The folder of this process's own group; in a container perhaps the topmost that is visible. */
static int find_folder(const char *controller, char folder[OWN_CGROUP_MAX], struct fault *why)
{
	char root[OWN_CGROUP_MAX], own[OWN_CGROUP_MAX / 2];
	bool unified;

	if (find_root(controller, root, &unified) != 0)
		return fault__set(why, -ENOTSUP,
				  controller
					  ? "no control groups with the controller %s are mounted"
					  : "no control groups of version 2 are mounted%s; mount "
					    "-t cgroup2 none FOLDER",
				  controller ? controller : "");
	find_own(controller, unified, own);
	snprintf(folder, OWN_CGROUP_MAX, "%.255s%.255s", root, own);
	if (access(folder, F_OK) != 0)
		strcpy(folder, root);
	return 0;
}

int own_cgroup_check(const char *controller, struct fault *why)
{
	char folder[OWN_CGROUP_MAX];
	int err = find_folder(controller, folder, why);

	if (!err && access(folder, W_OK) != 0)
		err = fault__set(why, -errno,
				 "cannot make a control group in %s: %s; make it "
				 "writable, or run spawnscope-bench itself as root",
				 folder, strerror(errno));
	return err;
}

/*
 * Those of processes that are gone, whose removers were killed or are about to remove them. A busy
 * one is tried again.
 */
static void remove_stale(const char *folder, int tries)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		uint64_t pid;

		if (strncmp(entry->d_name, NAME, strlen(NAME)) ||
		    text_number(entry->d_name + strlen(NAME), 1, INT32_MAX, &pid) ||
		    kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			continue;
		while (unlinkat(dirfd(directory), entry->d_name, AT_REMOVEDIR) != 0 &&
		       errno == EBUSY && tries-- > 0)
			usleep(REMOVE_PAUSE_US);
	}
	if (directory)
		closedir(directory);
}

/*
 * Runs in a process of its own, outside the group that the driver kills, until every other holder
 * of the pipe is gone.
 */
static _Noreturn void remove_later(const char *path, int pipe)
{
	sigset_t all;
	char byte;

	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	dup2(pipe, 0);
	syscall(SYS_close_range, 1, ~0U, 0);
	while (read(0, &byte, 1) < 0 && errno == EINTR)
		;
	for (int i = 0; i < REMOVE_TRIES && rmdir(path) != 0 && errno == EBUSY; i++)
		usleep(REMOVE_PAUSE_US);
	_exit(0);
}

int own_cgroup_make(const char *controller, char path[OWN_CGROUP_MAX], struct fault *why)
{
	char folder[OWN_CGROUP_MAX];
	int pipes[2], err = find_folder(controller, folder, why);
	pid_t remover;

	if (err)
		return err;
	remove_stale(folder, 0);
	if ((size_t)snprintf(path, OWN_CGROUP_MAX, "%s/" NAME "%d", folder, getpid()) >=
	    OWN_CGROUP_MAX)
		return fault__set(why, -ENAMETOOLONG, "the path of the control group is too long");
	if (pipe2(pipes, O_CLOEXEC) != 0)
		return fault__set(why, -errno, "pipe: %s", strerror(errno));
	/* The remover first: whatever is made has one. It ends when the pipe's other end closes. */
	remover = fork();
	if (remover == 0) {
		close(pipes[1]);
		remove_later(path, pipes[0]);
	}
	close(pipes[0]);
	if (remover < 0)
		return fault__set(why, -errno, "fork: %s", strerror(errno));
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		return fault__set(why, -errno, "cannot make a control group in %s: %s", folder,
				  strerror(errno));
	return 0;
}

void own_cgroup_tidy(void)
{
	static const char *const controllers[] = {NULL, "pids"};
	char folder[OWN_CGROUP_MAX];
	struct fault why;

	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++)
		if (!find_folder(controllers[i], folder, &why))
			remove_stale(folder, REMOVE_TRIES);
}
