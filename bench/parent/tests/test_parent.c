// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/axes/pages.h"
#include "bench/axes/smaps.h"
#include "bench/parent/parent.h"
#include "bench/parent/tests/shape_of.h"
#include "bench/shared/fault.h"
#include "bench/shared/text.h"
#include "bench/tests/unit.h"

static const char smaps[] =
	"55d5c0a00000-55d5c0a21000 rw-p 00000000 00:00 0                          [heap]\n"
	"Size:                132 kB\n"
	"Rss:                   8 kB\n"
	"AnonHugePages:         0 kB\n"
	"VmFlags: rd wr mr mw me ac sd\n"
	"7f0000000000-7f0004000000 rw-p 00000000 00:00 0 \n"
	"Size:              65536 kB\n"
	"Rss:               65536 kB\n"
	"Pss:               65000 kB\n"
	"Anonymous:         65532 kB\n"
	"AnonHugePages:     63488 kB\n"
	"Private_Hugetlb:    2048 kB\n"
	"Locked:               12 kB\n"
	"VmFlags: rd wr mr mw me ac dc sd hg\n"
	"7f0004000000-7f0004001000 r--p 00000000 00:00 0 \n"
	"Rss:                   4 kB\n"
	"AnonHugePages:         0 kB\n";

static int parse_smaps(uint64_t start, uint64_t end, struct smaps_facts *facts)
{
	FILE *file = fmemopen((void *)smaps, sizeof(smaps) - 1, "r");
	int err;

	assert_non_null(file);
	err = smaps_parse(file, start, end, facts);
	fclose(file);
	return err;
}

TEST(test_smaps)
{
	struct smaps_facts facts;

	assert_int_equal(parse_smaps(0x7f0000000000, 0x7f0004000000, &facts), 0);
	assert_int_equal(facts.rss_bytes, 64 * MIB);
	assert_int_equal(facts.anon_huge_bytes, 62 * MIB);
	assert_int_equal(facts.anon_bytes, 64 * MIB - 4 * KIB);
	assert_int_equal(facts.hugetlb_bytes, 2 * MIB);
	assert_int_equal(facts.locked_bytes, 12 * KIB);
	assert_true(facts.dontfork);
	assert_false(facts.wipeonfork);
	/* A range of two VMAs, and one that no VMA is in. */
	assert_int_equal(parse_smaps(0x7f0003fff000, 0x7f0004001000, &facts), 0);
	assert_int_equal(facts.rss_bytes, 64 * MIB + 4 * KIB);
	assert_int_equal(parse_smaps(0x7f0004001000, 0x7f0004002000, &facts), -ENOENT);
}

/* In a separate process, because a shape cannot be undone. 0 if all is as asked for. */
static int build_in_child(const struct shape *shape, int64_t vmas, int64_t fds, int64_t threads)
{
	struct parent_facts before, after;
	struct parent_memory memory = {0};
	struct fault why = {""};
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		parent_measure(&before);
		if (parent_build(shape, &memory, &why) != 0 || parent_measure(&after) != 0) {
			print_message("%s\n", why.text);
			_exit(1);
		}
		if (after.rss_anon_bytes - before.rss_anon_bytes < shape->axis[AXIS_size])
			_exit(2);
		if (after.vmas - before.vmas < vmas)
			_exit(3);
		if (after.fds - before.fds != fds)
			_exit(4);
		_exit(after.threads - before.threads == threads ? 0 : 5);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(test_shapes_are_as_asked_for)
{
	struct shape shape = shape_of(8 * MIB);

	assert_int_equal(build_in_child(&shape, 1, 0, 0), 0);
	shape.axis[AXIS_vmas] = 100;
	assert_int_equal(build_in_child(&shape, 101, 0, 0), 0);
	shape.axis[AXIS_vmas] = 101;
	shape.axis[AXIS_fds] = 50;
	shape.axis[AXIS_threads] = 5;
	assert_int_equal(build_in_child(&shape, 102, 50, 5), 0);
	shape = shape_of(0);
	assert_int_equal(build_in_child(&shape, 0, 0, 0), 0);
}

TEST(test_invalid_shapes)
{
	struct shape shape = shape_of(MIB);
	struct fault why;

	assert_int_equal(parent_check(&shape, &method_vfork, &why), 0);
	shape.axis[AXIS_pages] = PAGES_THP;
	assert_int_equal(parent_check(&shape, &method_fork, &why), -EINVAL);
	shape.axis[AXIS_size] = 2 * MIB;
	assert_int_equal(parent_check(&shape, &method_fork, &why), 0);
	shape.axis[AXIS_child_write] = 0;
	assert_int_equal(parent_check(&shape, &method_vfork, &why), 0);
	shape.axis[AXIS_child_write] = 4 * MIB;
	assert_int_equal(parent_check(&shape, &method_fork, &why), -EINVAL);
	assert_string_equal(why.text, "child_write=4M is more than the size, 2M");
	shape.axis[AXIS_child_write] = MIB;
	assert_int_equal(parent_check(&shape, &method_fork, &why), 0);
	assert_int_equal(parent_check(&shape, &method_vfork, &why), -EINVAL);
	assert_string_equal(why.text, "this method does not support child_write");
}
