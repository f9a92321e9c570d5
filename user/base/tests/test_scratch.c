// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/tests/unit.h"
#include "user/base/scratch.h"

static void write_file(const char *folder)
{
	char path[PATH_MAX + 8];
	FILE *out;

	snprintf(path, sizeof(path), "%s/file", folder);
	out = fopen(path, "we");
	assert_non_null(out);
	fclose(out);
}

TEST(the_folder_goes_with_all_that_is_in_it)
{
	struct scratch s;
	struct fault why;
	char path[PATH_MAX];

	assert_int_equal(scratch__make(&s, &why), 0);
	snprintf(path, sizeof(path), "%s", s.path);
	write_file(path);
	scratch__remove(&s);
	assert_int_not_equal(access(path, F_OK), 0);
}

TEST(it_also_goes_if_its_keeper_was_killed)
{
	struct scratch s;
	struct fault why;
	char path[PATH_MAX];
	siginfo_t ended;

	assert_int_equal(scratch__make(&s, &why), 0);
	snprintf(path, sizeof(path), "%s", s.path);
	write_file(path);
	assert_int_equal(kill(s.keeper, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)s.keeper, &ended, WEXITED | WNOWAIT), 0);
	assert_int_equal(access(path, F_OK), 0);
	scratch__remove(&s);
	assert_int_not_equal(access(path, F_OK), 0);
}
