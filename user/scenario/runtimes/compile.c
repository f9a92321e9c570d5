// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/runtimes/compile.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/base/interrupt.h"

/* All that it writes goes into the folder, and no network is used. */
static _Noreturn void run_compiler(const char *go, const char *folder)
{
	static const char *const folders[] = {"HOME", "GOCACHE", "GOPATH", "GOTMPDIR", "TMPDIR"};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || chdir(folder))
		_exit(1);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		setenv(folders[i], folder, 1);
	setenv("GO111MODULE", "off", 1);
	setenv("GOTOOLCHAIN", "local", 1);
	setenv("GOFLAGS", "", 1);
	interrupt_restore();
	execl(go, "go", "build", "-o", "spawn", "spawn.go", (char *)NULL);
	_exit(1);
}

static int write_script(const char *folder, const char *script)
{
	char path[PATH_MAX + 16];
	FILE *out;
	int err;

	snprintf(path, sizeof(path), "%s/spawn.go", folder);
	out = fopen(path, "wxe");
	if (!out)
		return -1;
	err = fputs(script, out) < 0;
	return fclose(out) || err ? -1 : 0;
}

char *compile_go(struct stage *s, const char *go, const char *script, struct fault *why)
{
	const char *temporary = getenv("TMPDIR");
	char folder[PATH_MAX], *path = NULL;
	pid_t pid;

	if (crew__folder(&s->crew, temporary && *temporary ? temporary : "/tmp", folder, why) ||
	    write_script(folder, script))
		return NULL;
	pid = crew__fork(&s->crew);
	if (!pid)
		run_compiler(go, folder);
	if (pid < 0)
		return NULL;
	crew__guard(&s->crew, pid);
	if (crew__wait(&s->crew, pid))
		return NULL;
	/* The group is gone: its number may become another's. */
	crew__guard(&s->crew, 0);
	return asprintf(&path, "%s/spawn", folder) < 0 ? NULL : path;
}
