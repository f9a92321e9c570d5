// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Each row of the table is found by a stack that its runtime makes, and by no other. */
#include <string.h>

#include "bench/tests/unit.h"
#include "user/answers/forced.h"

#define FRAMES_MOST 8

static struct stack_table table;

static int tear_down(void **state)
{
	stack_table__free(&table);
	return 0;
}

/* Of frames with " < " between them, the first `libc` of the C library. */
static const struct stack *stack_of(const char *frames, size_t libc)
{
	char bytes[512], *to = bytes;
	size_t count = 1;

	assert_true(strlen(frames) < sizeof(bytes));
	for (const char *from = frames; *from; from++) {
		if (strncmp(from, " < ", 3)) {
			*to++ = *from;
			continue;
		}
		*to++ = '\0';
		count++;
		from += 2;
	}
	*to++ = '\0';
	return stack_table__intern(&table, bytes, (size_t)(to - bytes), count, libc);
}

/* As they were seen: of Debian 12, and of others. */
static const struct {
	const char *frames;
	size_t libc;
	bool execs;
	const char *runtime, *why; /* NULL: no row; else a part of its condition */
} stacks[] = {
	{"fork < _posixsubprocess.cpython-39-x86_64-linux-gnu.so+0x12 < _PyEval_EvalFrameDefault",
	 1, true, "CPython", "subprocess forks if preexec_fn"},
	{"_Fork < __libc_fork < do_fork_exec < subprocess_fork_exec < cfunction_call < "
	 "_PyEval_EvalFrameDefault",
	 2, true, "CPython", "in 3.12.0 unless"},
	{"fork < do_fork_exec.constprop.0 < PyEval_EvalCode", 1, true, "CPython", "subprocess"},
	{"fork < do_fork_exec < main", 1, true, NULL, NULL},
	{"__libc_fork < os_fork < cfunction_vectorcall_NOARGS < _PyEval_EvalFrameDefault", 1, false,
	 "CPython", "os.fork(), which"},
	{"__libc_fork < os_fork_impl < _PyEval_EvalFrameDefault", 1, true, "CPython",
	 "os.fork(), which"},
	{"_Fork < __libc_fork < python3.11+0x48fc8e < python3.11+0x6875ab < "
	 "_PyEval_EvalFrameDefault",
	 2, true, "CPython", "or os.fork() and an exec"},
	{"_Fork < __libc_fork < libpython3.9.so.1.0+0x673f58 < PyEval_EvalCode", 2, false,
	 "CPython", "os.fork(), which"},
	/* Another library's fork, that Python called. */
	{"fork < libother.so+0x12 < _PyEval_EvalFrameDefault", 1, true, NULL, NULL},
	{"_Fork < __libc_fork < _RNvMNtNtNtNtCsjrHSEGnQ3l9_3std3sys7process4unix4unixNtNtB4_"
	 "6common7Command5spawn < _ZN1s4main17h35151d0fd6a5d255E",
	 2, true, "Rust", "pre_exec, uid, gid, groups"},
	{"fork < _ZN3std3sys4unix7process12process_unix62_$LT$impl$GT$7Command5spawn17h0123E", 1,
	 true, "Rust", "pre_exec"},
	{"fork < _ZN5mylib7Command5spawn17h0123E < main", 1, true, NULL, NULL},
	{"_Fork < __libc_fork < Java_java_lang_ProcessImpl_forkAndExec < [no file] < "
	 "[cut: code of no file]",
	 2, true, "JDK", "launchMechanism=FORK is set"},
	{"fork < libjava.so+0x12 < Java_java_lang_UNIXProcess_forkAndExec", 1, true, "JDK",
	 "launchMechanism"},
	{"fork < libglib-2.0.so.0.7400.6+0x1 < g_spawn_sync < main", 1, true, "GLib",
	 "child_setup"},
	{"_Fork < __libc_fork < uv_spawn < _ZN4node17SyncProcessRunner5SpawnE", 2, true, "libuv",
	 "up to libuv 1.52.1"},
	{"syscall.rawVforkSyscall < syscall.forkAndExecInChild1 < syscall.forkAndExecInChild", 0,
	 true, "Go", "CLONE_NEWUSER"},
	{"__libc_fork < libc-2.17.so+0x12 < posix_spawnp < main", 3, true, "glibc",
	 "posix_spawn before 2.24"},
	{"__libc_fork < libc-2.17.so+0x12 < system < main", 3, true, "glibc", "system forks"},
	{"__libc_fork < libc-2.17.so+0x12 < popen < main", 3, true, "glibc", "popen forks"},
	/* A program's own function of that name. */
	{"fork < system < main", 1, true, NULL, NULL},
	{"_Fork < fork < redisFork < rdbSaveBackground < bgsaveCommand < call", 2, false, "Redis",
	 "BGSAVE, BGREWRITEAOF"},
	{"_Fork < fork < redisFork < main", 2, true, NULL, NULL},
	{"fork < c < b < a < main < __libc_start_main < _start", 1, true, NULL, NULL},
	{"[unknown: gone]", 0, true, NULL, NULL},
	{"(other stacks)", 0, false, NULL, NULL},
	{"fork < [*?\\\xff < \033[31m", 1, true, NULL, NULL},
};

#define STACKS (sizeof(stacks) / sizeof(stacks[0]))

static const struct forced *row_of(size_t i)
{
	return forced_of(stack_of(stacks[i].frames, stacks[i].libc), stacks[i].execs);
}

TEST_BETWEEN(a_stack_finds_the_row_of_its_runtime, NULL, tear_down)
{
	for (size_t i = 0; i < STACKS; i++) {
		const struct forced *row = row_of(i);

		if (!stacks[i].runtime != !row ||
		    (row &&
		     (strcmp(row->runtime, stacks[i].runtime) || !strstr(row->why, stacks[i].why))))
			fail_msg("%s: %s", stacks[i].frames, row ? row->why : "none");
	}
}

TEST_BETWEEN(each_row_is_found_and_has_a_dated_source, NULL, tear_down)
{
	for (size_t r = 0; r < forced_row_count; r++) {
		const struct forced *row = &forced_rows[r];
		size_t found = 0;

		for (size_t i = 0; i < STACKS; i++)
			found += row_of(i) == row;
		if (!found)
			fail_msg("no stack finds '%s' of %s", row->frame, row->runtime);
		assert_memory_equal(row->source, "https://", 8);
		assert_int_equal(strlen(row->checked), strlen("2026-11-29"));
		assert_null(strchr(row->source, ' '));
	}
}

static void has_path(const char *frames, size_t libc, const char *path)
{
	struct strbuf text = {0};

	forced_add_path(&text, stack_of(frames, libc));
	assert_string_equal(strbuf__text(&text), path);
	strbuf__free(&text);
}

TEST_BETWEEN(a_path_has_the_call_and_the_last_few_before_it, NULL, tear_down)
{
	has_path("_Fork < fork < c < b < a < main", 2, "fork < c < b < a < ..");
	has_path("fork < c < b < a", 1, "fork < c < b < a");
	has_path("fork < main", 1, "fork < main");
	has_path("clone < b < a < main", 0, "clone < b < a < ..");
	has_path("[unknown: gone]", 0, "[unknown: gone]");
	has_path("fork < a_name_of_a_function_that_is_longer_than_forty_bytes", 1,
		 "fork < a_name_of_a_function_that_is_longer_than...");
}
