// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/crew.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void crew__begin(struct crew *c)
{
	*c = (struct crew){.guard_fd = -1};
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	/* Under sudo we have become the caller, who then may not look at us in /proc: proc(5). */
	prctl(PR_SET_DUMPABLE, 1);
}

void crew_die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have died before. */
	if (getppid() != parent)
		_exit(1);
}

pid_t crew__fork(struct crew *c)
{
	pid_t parent = getpid(), pid;

	if (c->count == CREW_MAX)
		return -EAGAIN;
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		crew_die_with(parent);
		setpgid(0, 0);
		return 0;
	}
	/* Both do so: whoever comes first. */
	setpgid(pid, pid);
	c->pids[c->count++] = pid;
	return pid;
}

static void forget(struct crew *c, pid_t pid)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->pids[i] == pid) {
			c->pids[i] = c->pids[--c->count];
			return;
		}
}

int crew__wait(struct crew *c, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	forget(c, pid);
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ECANCELED;
}

void crew__kill(struct crew *c, pid_t pid)
{
	kill(-pid, SIGKILL);
	crew__wait(c, pid);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	return remove(path) && errno != ENOENT ? -1 : 0;
}

/* Waits for the end of the pipe, which comes when no process that could use the folder is left. */
static void guard(int fd, const char *path)
{
	pid_t leader = 0, said;

	while (read(fd, &said, sizeof(said)) == sizeof(said))
		leader = said;
	/* What it has started may go on without it, and create files until the folder is gone. */
	for (int tries = 0; tries < 500 && !access(path, F_OK); tries++) {
		if (tries)
			usleep(10000);
		if (leader)
			kill(-leader, SIGKILL);
		nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	}
	if (leader)
		kill(-leader, SIGKILL);
	_exit(0);
}

/* No other process has this name: else the guard could remove what is not ours. */
static int choose_name(const char *where, char *path)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -errno;
	if (snprintf(path, PATH_MAX, "%s/spawnscope.%016" PRIx64, where, random) >= PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

/* 0 or -errno. No Ctrl-C reaches the guard, and no pipe of the caller waits for it. */
static int start_guard(struct crew *c, const char *path)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	c->guard = fork();
	if (!c->guard) {
		setsid();
		dup2(ends[0], STDIN_FILENO);
		close_range(STDIN_FILENO + 1, ~0U, 0);
		guard(STDIN_FILENO, path);
	}
	close(ends[0]);
	if (c->guard < 0) {
		int err = -errno;

		close(ends[1]);
		return err;
	}
	c->guard_fd = ends[1];
	return 0;
}

/* The guard removes by name: nobody else may rename what is there. */
static int check_place(const char *where, struct fault *why)
{
	struct stat st;

	if (stat(where, &st))
		return fault__set(why, -errno, "%s: %s", where, strerror(errno));
	if (st.st_uid && st.st_uid != geteuid())
		return fault__set(why, -EPERM,
				  "%s is another user's: set TMPDIR to a folder of your own",
				  where);
	if (st.st_mode & (S_IWGRP | S_IWOTH) && !(st.st_mode & S_ISVTX))
		return fault__set(why, -EPERM, "others can rename files in %s: chmod +t %s", where,
				  where);
	return 0;
}

static int make_folder(struct crew *c, const char *where, char *path)
{
	int err = choose_name(where, path);

	/* The guard first: the folder never is without one. */
	if (!err)
		err = start_guard(c, path);
	if (!err && mkdir(path, 0700)) {
		err = -errno;
		kill(c->guard, SIGKILL);
		crew__end_folder(c);
	}
	return err;
}

int crew__folder(struct crew *c, const char *where, char *path, struct fault *why)
{
	int err = check_place(where, why);

	if (err)
		return err;
	err = make_folder(c, where, path);
	return err ? fault__set(why, err, "%s: %s", where, strerror(-err)) : 0;
}

void crew__guard(struct crew *c, pid_t leader)
{
	if (write(c->guard_fd, &leader, sizeof(leader)) != sizeof(leader))
		perror("spawnscope");
}

void crew__end_folder(struct crew *c)
{
	if (c->guard_fd < 0)
		return;
	close(c->guard_fd);
	c->guard_fd = -1;
	while (waitpid(c->guard, NULL, 0) < 0 && errno == EINTR)
		;
}

void crew__end(struct crew *c)
{
	for (size_t i = 0; i < c->count; i++) {
		kill(-c->pids[i], SIGKILL);
		while (waitpid(-c->pids[i], NULL, 0) > 0 || errno == EINTR)
			;
	}
	crew__end_folder(c);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	c->count = 0;
}
