// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/parent/cgroup.h"
#include "bench/parent/memory.h"
#include "bench/parent/tests/shape_of.h"
#include "bench/shared/fault.h"
#include "bench/shared/text.h"
#include "bench/tests/unit.h"

static const struct memory_facts no_limits = {
	.total = -1,
	.available = -1,
	.cgroup_limit = -1,
	.cgroup_room = -1,
	.commit_room = -1,
	.address_room = -1,
};

static const char meminfo[] = "MemTotal:       24684312 kB\n"
			      "MemFree:        23834112 kB\n"
			      "MemAvailable:   24301220 kB\n"
			      "Buffers:               4 kB\n"
			      "CommitLimit:    12342156 kB\n"
			      "Committed_AS:     342156 kB\n"
			      "HugePages_Total:       3\n";

TEST(test_meminfo)
{
	struct memory_facts facts = no_limits;

	memory_parse(meminfo, 0, &facts);
	assert_int_equal(facts.total, 24684312 * KIB);
	assert_int_equal(facts.available, 24301220 * KIB);
	assert_int_equal(facts.commit_room, -1);
	memory_parse(meminfo, 2, &facts);
	assert_int_equal(facts.commit_room, 12000000 * KIB);
	memory_parse("", 2, &facts);
	assert_int_equal(facts.total, -1);
	assert_int_equal(facts.available, -1);
	assert_int_equal(facts.commit_room, -1);
}

TEST(test_reserve)
{
	struct memory_facts facts = no_limits;
	const char *name;

	assert_int_equal(memory_room(&facts, &name), INT64_MAX);
	/* 5 % of a large machine, 32 MiB of a small one. */
	facts.total = 100 * GIB;
	facts.available = 50 * GIB;
	assert_int_equal(memory_room(&facts, &name), 45 * GIB);
	assert_string_equal(name, "MemAvailable");
	facts.total = 256 * MIB;
	facts.available = 180 * MIB;
	assert_int_equal(memory_room(&facts, &name), 148 * MIB);
	facts.available = 20 * MIB;
	assert_int_equal(memory_room(&facts, &name), 0);
}

TEST(test_lowest_limit_counts)
{
	struct memory_facts facts = {
		.total = 16 * GIB,
		.available = 10 * GIB,
		.cgroup_limit = 2 * GIB,
		.cgroup_room = 1 * GIB,
		.commit_room = 900 * MIB,
		.address_room = 800 * MIB,
	};
	const char *name;

	assert_int_equal(memory_room(&facts, &name), 800 * MIB);
	assert_string_equal(name, "RLIMIT_AS");
	facts.address_room = -1;
	assert_int_equal(memory_room(&facts, &name), 900 * MIB);
	assert_non_null(strstr(name, "CommitLimit"));
	facts.commit_room = -1;
	assert_int_equal(memory_room(&facts, &name), GIB - 2 * GIB / 20);
	assert_non_null(strstr(name, "cgroup"));
	facts.cgroup_room = 0;
	assert_int_equal(memory_room(&facts, &name), 0);
}

TEST(test_small_guest_takes_64_mib)
{
	struct shape shape = shape_of(64 * MIB);
	struct memory_facts facts = no_limits;
	struct fault why;

	facts.total = 220 * MIB;
	facts.available = 150 * MIB;
	assert_int_equal(memory_check(&shape, &facts, &why), 0);
}

TEST(test_what_does_not_fit)
{
	struct shape shape = shape_of(GIB);
	struct memory_facts facts = no_limits;
	struct fault why;

	facts.total = 1 * GIB;
	facts.available = 500 * MIB;
	assert_int_equal(memory_check(&shape, &facts, &why), -ENOMEM);
	assert_string_equal(why.text, "needs 1.1 GiB, 0.4 GiB are available (MemAvailable)");
	shape = shape_of(512 * MIB);
	facts.available = 100 * MIB;
	assert_int_equal(memory_check(&shape, &facts, &why), -ENOMEM);
	assert_string_equal(why.text, "needs 518.0 MiB, 48.8 MiB are available (MemAvailable)");
	/* The extremes do not overflow. */
	shape = shape_of(INT64_MAX - 4095);
	assert_int_equal(memory_check(&shape, &facts, &why), -ENOMEM);
	shape.axis[AXIS_child_write] = INT64_MAX - 4095;
	assert_int_equal(memory_needed(&shape), INT64_MAX);
}

TEST(test_writes_need_copies)
{
	struct shape shape = shape_of(64 * MIB);
	int64_t plain = memory_needed(&shape);

	shape.axis[AXIS_child_write] = 16 * MIB;
	shape.axis[AXIS_parent_write] = 8 * MIB;
	assert_int_equal(memory_needed(&shape) - plain, 16 * MIB);
	shape.axis[AXIS_vmas] = 1000;
	assert_true(memory_needed(&shape) - plain > 16 * MIB + 1000 * 4096);
}

TEST(test_each_child_of_many_threads_needs_its_own)
{
	struct shape shape = shape_of(64 * MIB);
	int64_t one, four;

	shape.axis[AXIS_child_write] = 16 * MIB;
	shape.axis[AXIS_spawners] = 1;
	one = memory_needed(&shape);
	shape.axis[AXIS_spawners] = 4;
	four = memory_needed(&shape);
	assert_true(four - one >= 3 * 16 * MIB);
	assert_true(four - one < 4 * 16 * MIB);
}

TEST(test_cgroup_mount)
{
	static const char *const others[] = {
		"32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,memory2\n",
		"22 27 0:21 / /proc rw - proc proc rw\n",
		"",
		" - ",
	};
	struct cgroup_mount mount;

	assert_int_equal(cgroup_parse_mount("35 31 0:32 / /sys/fs/cgroup/memory rw,relatime "
					    "shared:9 - cgroup cgroup rw,memory\n",
					    &mount),
			 0);
	assert_int_equal(mount.version, 1);
	assert_string_equal(mount.path, "/sys/fs/cgroup/memory");
	assert_string_equal(mount.root, "/");
	assert_int_equal(cgroup_parse_mount("30 23 0:26 /docker/ab /sys/fs/cgroup ro,nosuid - "
					    "cgroup2 cgroup rw,nsdelegate\n",
					    &mount),
			 0);
	assert_int_equal(mount.version, 2);
	assert_string_equal(mount.root, "/docker/ab");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(cgroup_parse_mount(others[i], &mount), -ENOENT);
}

TEST(test_cgroup_own)
{
	static const char hybrid[] = "9:name=systemd:/\n"
				     "5:cpu,memory:/jobs/a b\n"
				     "0::/unified\n";
	char path[64], tiny[8];

	assert_int_equal(cgroup_parse_own(hybrid, 1, path, sizeof(path)), 0);
	assert_string_equal(path, "/jobs/a b");
	assert_int_equal(cgroup_parse_own(hybrid, 2, path, sizeof(path)), 0);
	assert_string_equal(path, "/unified");
	assert_int_equal(cgroup_parse_own(hybrid, 1, tiny, sizeof(tiny)), -ENAMETOOLONG);
	assert_int_equal(cgroup_parse_own("0::/only", 2, path, sizeof(path)), 0);
	assert_string_equal(path, "/only");
	assert_int_equal(cgroup_parse_own("0::/only", 1, path, sizeof(path)), -ENOENT);
	assert_int_equal(cgroup_parse_own("", 2, path, sizeof(path)), -ENOENT);
	assert_int_equal(cgroup_parse_own("nonsense\n:\n", 2, path, sizeof(path)), -ENOENT);
}

TEST(test_cgroup_room)
{
	static const struct {
		const char *limit, *usage, *stat;
		int64_t room; /* or -ENOENT */
	} groups[] = {
		{"max\n", "4096\n", "", -ENOENT},
		{"9223372036854771712\n", "4096\n", "", -ENOENT},
		{"1000\n", "", "", -ENOENT},
		{"1073741824\n", "73741824\n", "", 1000000000},
		/* Pages of files that were read once are as good as free. */
		{"1000\n", "900\n", "anon 5\ninactive_file 300\n", 400},
		{"1000\n", "900\n", "inactive_file 1\ntotal_inactive_file 300\n", 400},
		/* Usage can be above a limit that was lowered. */
		{"1000\n", "2000\n", "", 0},
	};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		int64_t limit = 0, room = 0;
		int err = cgroup_parse_room(groups[i].limit, groups[i].usage, groups[i].stat,
					    &limit, &room);

		assert_int_equal(err ? err : room, groups[i].room);
		if (!err)
			assert_int_equal(limit, atoll(groups[i].limit));
	}
}
