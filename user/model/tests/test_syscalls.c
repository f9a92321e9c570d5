// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include "bench/tests/unit.h"
#include "user/model/syscalls.h"

TEST(system_calls_have_the_names_of_this_machine)
{
	char name[SYSCALL_NAME_MAX];
	uint32_t nr;

	assert_string_equal(syscall_name(SYS_rt_sigaction, name), "rt_sigaction");
	assert_int_equal(syscall_by_name("execveat", &nr), 0);
	assert_int_equal(nr, SYS_execveat);
	assert_string_equal(syscall_name(1999999999, name), "syscall_1999999999");
	assert_int_equal(syscall_by_name(name, &nr), 0);
	assert_int_equal(nr, 1999999999);
	assert_int_equal(syscall_by_name("no_such_call", &nr), -ENOENT);
	assert_int_equal(syscall_by_name("syscall_", &nr), -ENOENT);
	assert_int_equal(syscall_by_name("syscall_7x", &nr), -ENOENT);
	assert_int_equal(syscall_by_name("syscall_-7", &nr), -ENOENT);
	assert_int_equal(syscall_by_name("syscall_4294967296", &nr), -ENOENT);
	assert_string_equal(syscall_name(SYSCALL_COMPAT, name), "(32-bit)");
	assert_int_equal(syscall_by_name("(32-bit)", &nr), 0);
	assert_int_equal(nr, SYSCALL_COMPAT);
}

TEST(the_syscalls_of_births_add_up_by_kind)
{
	struct life a = {.syscall = {{SYS_close, 3}, {SYS_dup2, 1}}, .other_syscalls = 2},
		    b = {.syscall = {{SYS_dup2, 7}}}, uncounted = {.syscall = {{SYS_close, 100}}};
	struct syscalls sum = {0};

	a.count[COUNT_child_syscalls] = 6;
	b.count[COUNT_child_syscalls] = 7;
	uncounted.count[COUNT_child_syscalls] = MISSING;
	syscalls__add_birth(&sum, &a);
	syscalls__add_birth(&sum, &b);
	syscalls__add_birth(&sum, &uncounted);
	syscalls__sort(&sum);
	assert_int_equal(sum.kinds, 2);
	assert_int_equal(sum.kind[0].nr, SYS_dup2);
	assert_int_equal(sum.kind[0].n, 8);
	assert_int_equal(syscalls__of(&sum, "close"), 3);
	assert_int_equal(syscalls__of(&sum, "open"), 0);
	assert_int_equal(sum.others, 2);
}

TEST(kinds_beyond_the_table_are_the_others)
{
	struct syscalls sum = {0};

	for (uint32_t nr = 0; nr < SYSCALL_KINDS_MAX + 5; nr++)
		syscalls__add(&sum, nr, 2);
	assert_int_equal(sum.kinds, SYSCALL_KINDS_MAX);
	assert_int_equal(sum.others, 10);
}
