/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For tests of the driver's caller: each test writes the driver that it talks to, as a shell
 * script. user/driver/process.c looks for the driver beside the running program, so the test
 * program runs again from a folder of its own, where the scripts are written.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "bench/tests/unit.h"
#include "user/driver/driver.h"

#define FOLDER	     "SPAWNSCOPE_TEST_FOLDER"
#define SCRIPT	     "spawnscope-bench"
#define PATIENCE     20
#define HELLO	     "echo spawnscope-bench 5\n"
#define GRID	     HELLO "echo runs 5\necho seed 42\necho cell 0 method=fork\necho cell 1 method=vfork\n"
#define READY	     GRID "echo ready\n"
#define UNTIL_QUIT   "while read -r command; do :; done\n"
#define ANSWER(text) READY "read -r command\ncat <<'END'\n" text "\nEND\n" UNTIL_QUIT

/* What each test begins with. */
static struct driver *driver;
static struct fault why;
static int open_fds;

static inline int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static inline int set_up(void **state)
{
	open_fds = count_fds();
	memset(why.text, 'x', sizeof(why.text) - 1);
	return 0;
}

/* Whatever happened: no process and no open file is left behind. */
static inline int tear_down(void **state)
{
	driver__stop(driver);
	driver = NULL;
	unlink(SCRIPT);
	return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD && count_fds() == open_fds ? 0
											      : -1;
}

static inline void write_script(const char *text)
{
	FILE *f = fopen(SCRIPT, "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s", text);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(SCRIPT, 0755), 0);
}

static inline int start_for(const char *script, unsigned int timeout_s)
{
	char *const args[] = {"--method", "fork", NULL};

	driver__stop(driver);
	write_script(script);
	return driver__start(args, &(struct driver_options){.timeout_s = timeout_s}, &driver, &why);
}

static inline int start(const char *script)
{
	return start_for(script, PATIENCE);
}

static inline void start_well(const char *script)
{
	int err = start(script);

	if (err)
		fail_msg("%d: %s", err, why.text);
	assert_non_null(driver);
}

static inline void why_has(const char *part)
{
	if (!strstr(why.text, part))
		fail_msg("'%s' does not say '%s'", why.text, part);
	assert_null(strchr(why.text, '\n'));
}

static inline void fails_to_start(const char *script, int err, const char *part)
{
	assert_int_equal(start(script), err);
	assert_null(driver);
	why_has(part);
}

/* Runs this program again in a new folder beside it, which is removed. */
static inline int run_in_folder(char **argv)
{
	char *self = realpath("/proc/self/exe", NULL), *folder = NULL, *program = NULL;
	int status = -1;
	pid_t pid = -1;

	if (!self || asprintf(&folder, "%s.XXXXXX", self) < 0 || !mkdtemp(folder) ||
	    asprintf(&program, "%s/program", folder) < 0 || link(self, program)) {
		perror(self);
		return 1;
	}
	pid = fork();
	if (!pid) {
		setenv(FOLDER, folder, 1);
		execv(program, argv);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	unlink(program);
	rmdir(folder);
	free(self);
	free(folder);
	free(program);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* What main() does: runs the tests from a folder of their own. */
static inline int run_scripted(char **argv, int (*run_all)(void))
{
	const char *folder = getenv(FOLDER);

	if (!folder)
		return run_in_folder(argv);
	/* As bench does. Without SUDO_UID the driver keeps the user, who can read the scripts. */
	signal(SIGPIPE, SIG_IGN);
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	return chdir(folder) ? 1 : run_all();
}
