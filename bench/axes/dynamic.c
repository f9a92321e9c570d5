// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/axes/dynamic.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dynamic_child.h"
#include "library.h"

/* "/proc/self/fd/123" */
#define PATH_BYTES 32

/* Children need the descriptor, since they open the file by it. */
static int make_file(const unsigned char *content, size_t size, char path[PATH_BYTES])
{
	int fd = memfd_create("spawnscope", 0);

	if (fd < 0 || write(fd, content, size) != (ssize_t)size || fchmod(fd, 0755) != 0)
		return -errno;
	snprintf(path, PATH_BYTES, "/proc/self/fd/%d", fd);
	return 0;
}

int dynamic_use(struct stage *stage, struct fault *why)
{
	char path[PATH_BYTES];
	int err = make_file(dynamic_child, sizeof(dynamic_child), path);

	if (!err)
		err = stage__replace(stage, path, NULL);
	return err ? fault__set(why, err, "a dynamic program in memory: %s", strerror(-err)) : 0;
}

/* How many of the libraries ld.so(8) lists for the program; -errno: it did not start. */
static int count_loaded(const struct stage *stage)
{
	posix_spawn_file_actions_t actions;
	int pipes[2], error, found = 0;
	char line[256];
	FILE *list;
	pid_t pid;

	if (pipe(pipes) != 0)
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
	setenv("LD_TRACE_LOADED_OBJECTS", "1", 1);
	error = posix_spawn(&pid, stage->file, &actions, NULL, stage->child_argv, environ);
	unsetenv("LD_TRACE_LOADED_OBJECTS");
	posix_spawn_file_actions_destroy(&actions);
	close(pipes[1]);
	list = fdopen(pipes[0], "r");
	while (list && fgets(line, sizeof(line), list))
		found += strstr(line, "/proc/self/fd/") != NULL;
	if (list)
		fclose(list);
	if (error)
		return -error;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return found;
}

int dynamic_preload(const struct stage *stage, int count, struct fault *why)
{
	char *list = malloc((size_t)count * PATH_BYTES + 1), *at = list;
	int err = list ? 0 : -ENOMEM, loaded;

	for (int i = 0; i < count && !err; i++) {
		char path[PATH_BYTES];

		err = make_file(library, sizeof(library), path);
		if (!err)
			at += sprintf(at, "%s%s", i ? ":" : "", path);
	}
	if (!err && count)
		err = setenv("LD_PRELOAD", list, 1) != 0 ? -errno : 0;
	free(list);
	if (err)
		return fault__set(why, err, "shared_libraries=%d: %s", count, strerror(-err));
	loaded = count_loaded(stage);
	if (loaded == -ENOENT)
		return fault__set(
			why, -ENOTSUP,
			"dynamic programs cannot run here: the dynamic loader is missing");
	if (loaded == count)
		return 0;
	return fault__set(why, loaded < 0 ? loaded : -EINVAL,
			  loaded < 0 ? "a dynamic program: %s"
				     : "the dynamic loader took other "
				       "libraries than asked for",
			  strerror(-loaded));
}
