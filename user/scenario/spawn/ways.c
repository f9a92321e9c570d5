// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/spawn/ways.h"

#include <errno.h>
#include <spawn.h>
#include <unistd.h>

#include "user/scenario/spawn/zygote.h"

static struct zygote zygote;

static int start_fork(const struct launch *l, pid_t *pid)
{
	*pid = fork();
	if (!*pid) {
		launch__prepare(l);
		l->inner();
		_exit(0);
	}
	return *pid < 0 ? -errno : 0;
}

static int start_fork_exec(const struct launch *l, pid_t *pid)
{
	*pid = fork();
	if (!*pid)
		launch__exec(l);
	return *pid < 0 ? -errno : 0;
}

/* Not inlined: what the child does to the stack must not reach the caller's frame. */
static __attribute__((noinline)) pid_t vfork_child(const struct launch *l)
{
	pid_t pid = vfork();

	if (!pid)
		launch__exec(l);
	return pid;
}

static int start_vfork_exec(const struct launch *l, pid_t *pid)
{
	*pid = vfork_child(l);
	return *pid < 0 ? -errno : 0;
}

static int start_posix_spawn(const struct launch *l, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int err = posix_spawn_file_actions_init(&actions);

	if (err)
		return -err;
	posix_spawnattr_init(&attr);
	err = posix_spawn_file_actions_adddup2(&actions, l->in, STDIN_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&actions, l->out, STDOUT_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&actions, l->out, STDERR_FILENO);
	if (!err && l->folder)
		err = posix_spawn_file_actions_addchdir_np(&actions, l->folder);
	if (!err && l->session)
		err = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
	if (!err)
		err = posix_spawn(pid, l->argv[0], &actions, &attr, (char *const *)l->argv,
				  environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

static int start_zygote(const struct launch *l, pid_t *pid)
{
	return zygote__launch(&zygote, l, pid);
}

static int start_forkserver(const struct launch *l, pid_t *pid)
{
	struct launch without = *l;

	without.argv = (const char *const[]){NULL};
	return zygote__launch(&zygote, &without, pid);
}

int ways_begin(void)
{
	return zygote__start(&zygote);
}

const struct way way_fork = {"fork", start_fork};
const struct way way_fork_exec = {"fork-exec", start_fork_exec};
const struct way way_vfork_exec = {"vfork-exec", start_vfork_exec};
const struct way way_posix_spawn = {"posix_spawn", start_posix_spawn};
const struct way way_zygote = {"zygote", start_zygote};
const struct way way_forkserver = {"forkserver", start_forkserver};

const struct way *const ways_exec[WAYS_EXEC_COUNT] = {
	&way_fork_exec,
	&way_vfork_exec,
	&way_posix_spawn,
	&way_zygote,
};
