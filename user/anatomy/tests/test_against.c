// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/units.h"
#include "bench/tests/unit.h"
#include "user/anatomy/against.h"
#include "user/anatomy/relocations.h"

/* The kind of a file with these bytes at this place. */
static int kind_of(const char *bytes, long at, bool has_program, struct fault *why)
{
	char path[] = "/tmp/test_against.XXXXXX";
	int fd = mkstemp(path), kind;

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, strlen(bytes), at), strlen(bytes));
	close(fd);
	kind = against_of(path, has_program, why);
	unlink(path);
	return kind;
}

TEST(a_file_is_what_it_holds)
{
	struct fault why;

	assert_int_equal(kind_of("{\"type\":\"run\"}", 0, true, &why), AGAINST_FILE);
	assert_int_equal(kind_of("HdrS", 0x202, true, &why), AGAINST_KERNEL);
	assert_int_equal(kind_of("\177ELF", 0, true, &why), AGAINST_PROGRAM);
	assert_int_equal(kind_of("#!/bin/sh\n", 0, true, &why), AGAINST_PROGRAM);
	assert_int_equal(kind_of("hello", 0, true, &why), -EINVAL);
	assert_non_null(strstr(why.text, "is no result file, program or kernel image"));
	assert_int_equal(kind_of("\177ELF", 0, false, &why), -EINVAL);
	assert_non_null(strstr(why.text, "name the one to compare it with by --program"));
}

TEST(what_is_no_file_is_a_size_or_a_kernel)
{
	struct fault why;

	assert_int_equal(against_of("64M", false, &why), AGAINST_SIZE);
	assert_int_equal(against_of("debian:6.12", true, &why), AGAINST_KERNEL);
	assert_int_equal(against_of("./no/such/file", true, &why), -ENOENT);
	assert_string_equal(why.text, "--against: there is no file ./no/such/file");
}

/* It is a position-independent program, so it has some. */
TEST(relocations_of_a_program_are_counted)
{
	assert_true(relocations_of("/proc/self/exe") > 0);
	assert_int_equal(relocations_of("/etc/passwd"), MISSING);
	assert_int_equal(relocations_of("/no/such/file"), MISSING);
}
