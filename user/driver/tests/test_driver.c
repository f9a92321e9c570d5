// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The driver that these tests talk to is a shell script each. driver.c looks for it beside the
 * running program, so this one runs again from a folder of its own, where the scripts are put.
 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
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
#include "user/base/interrupt.h"
#include "user/driver/driver.h"

#define FOLDER	     "SPAWNSCOPE_TEST_FOLDER"
#define SCRIPT	     "spawnscope-bench"
#define PATIENCE     20
#define HELLO	     "echo spawnscope-bench 2\n"
#define GRID	     HELLO "echo runs 5\necho seed 42\necho cell 0 method=fork\necho cell 1 method=vfork\n"
#define READY	     GRID "echo ready\n"
#define UNTIL_QUIT   "while read -r command; do :; done\n"
#define ANSWER(text) READY "read -r command\ncat <<'END'\n" text "\nEND\n" UNTIL_QUIT

/* What each test begins with. */
static struct driver *driver;
static struct driver_block block;
static pid_t parent;
static struct fault why;
static int open_fds;

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static int set_up(void **state)
{
	(void)state;
	open_fds = count_fds();
	memset(why.text, 'x', sizeof(why.text) - 1);
	return 0;
}

/* However it went, nothing may be left behind: no process, and no open file. */
static int tear_down(void **state)
{
	(void)state;
	driver__stop(driver);
	driver = NULL;
	unlink(SCRIPT);
	return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD && count_fds() == open_fds ? 0
											      : -1;
}

static void write_script(const char *text)
{
	FILE *f = fopen(SCRIPT, "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s", text);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(SCRIPT, 0755), 0);
}

static int start_for(const char *script, unsigned int timeout_s)
{
	char *const args[] = {"--method", "fork", NULL};

	driver__stop(driver);
	write_script(script);
	return driver__start(args, &(struct driver_options){.timeout_s = timeout_s}, &driver, &why);
}

static int start(const char *script)
{
	return start_for(script, PATIENCE);
}

static void start_well(const char *script)
{
	int err = start(script);

	if (err)
		fail_msg("%d: %s", err, why.text);
	assert_non_null(driver);
}

static void why_has(const char *part)
{
	if (!strstr(why.text, part))
		fail_msg("'%s' does not say '%s'", why.text, part);
	assert_null(strchr(why.text, '\n'));
}

static void fails_to_start(const char *script, int err, const char *part)
{
	assert_int_equal(start(script), err);
	assert_null(driver);
	why_has(part);
}

static int run(size_t cell, unsigned int runs)
{
	return driver__run(driver, cell, runs, &block, &why);
}

static int prepare(size_t cell)
{
	return driver__prepare(driver, cell, &parent, &why);
}

/* Starting. */

static void the_driver_must_be_there(void **state)
{
	const struct driver_options o = {.timeout_s = PATIENCE};
	char *const args[] = {NULL};

	(void)state;
	assert_int_equal(driver__start(args, &o, &driver, &why), -ENOENT);
	assert_null(driver);
	why_has("cannot find the driver spawnscope-bench beside spawnscope: No such file");
	write_script(READY);
	assert_int_equal(chmod(SCRIPT, 0644), 0);
	assert_int_equal(driver__start(args, &o, &driver, &why), -EACCES);
	assert_null(driver);
}

static void the_versions_must_be_the_same(void **state)
{
	(void)state;
	fails_to_start("echo spawnscope-bench 1\n", -EPROTO,
		       "of another version (protocol 1, this tool's is 2)");
	fails_to_start("echo spawnscope-bench\n", -EPROTO, "of another version");
	fails_to_start("echo hello\n", -EPROTO, "of another version");
	fails_to_start("echo\n", -EPROTO, "of another version");
}

static void odd_lines_are_shown(void **state)
{
	static const char *const lines[] = {
		"nonsense",
		"ready or not",
		"runs",
		"runs 0",
		"runs x",
		"runs -1",
		"runs 4294967296",
		"seed",
		"seed x",
		"seed 12x",
		"seed -1",
		"seed 18446744073709551616",
		"cell",
		"cell 3 method=a",
		"cell x method=a",
		"cell 2 method",
		"cell 2 =fork",
		"cell 2 method=a odd",
		"cell 2 runs=0",
		"cell 2 runs=many",
		"cell 2 a=1 runs=5x b=2",
		"skip 2 not a cell",
		"skip x why",
		"skip - why",
		"sample 0 1 2 3 4 5",
		"parent 0 1",
		"spawnscope-bench 1",
		"libc glibc",
	};
	char script[512];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(script, sizeof(script), GRID "echo '%s'\necho ready\n", lines[i]);
		fails_to_start(script, -EPROTO, "a line that was not expected: ");
		why_has(lines[i]);
	}
	fails_to_start(HELLO "echo\n", -EPROTO, "was not expected: ");
	fails_to_start(HELLO "printf 'red \\033[31m\\n'\n", -EPROTO, "red \\x1b[31m");
}

static void lines_have_an_end(void **state)
{
	(void)state;
	fails_to_start("printf spawnscope-ben\n", -EPROTO, "incomplete or overlong line");
	fails_to_start(GRID "printf ready\n", -EPROTO, "incomplete or overlong line");
	fails_to_start(GRID "printf 'cell 2 method=%05000d\\n' 0\n", -EPROTO,
		       "incomplete or overlong line");
	fails_to_start(GRID "printf 'ready\\0\\n'\n", -EPROTO, "incomplete or overlong line");
	/* The longest, newline and all. */
	start_well(GRID "printf 'cell 2 method=%04080d\\n' 1\necho ready\n" UNTIL_QUIT);
	assert_int_equal(driver__cell_count(driver), 3);
}

static void a_refusal_was_told_by_the_driver_itself(void **state)
{
	(void)state;
	assert_int_equal(start("exit 2\n"), -ECANCELED);
	assert_null(driver);
	assert_string_equal(why.text, "");
	assert_int_equal(start(GRID "exit 2\n"), -ECANCELED);
	assert_string_equal(why.text, "");
}

static void an_early_end_is_told(void **state)
{
	(void)state;
	fails_to_start("exit 3\n", -EPIPE, "ended early, with status 3");
	fails_to_start(GRID, -EPIPE, "ended early, with status 0");
	fails_to_start("kill -KILL $$\n", -EPIPE, "was killed by signal 9 (Killed)");
	fails_to_start(GRID "kill -TERM $$\n", -EPIPE, "was killed by signal 15 (Terminated)");
	fails_to_start("exec /nonexistent 2>/dev/null\n", -EPIPE, "with status 127");
}

/* Silent from the start, within a line, and with its output closed. */
static void a_driver_that_hangs_is_given_up(void **state)
{
	static const char *const scripts[] = {
		"exec sleep 60\n",
		GRID "printf read\nexec sleep 60\n",
		GRID "exec >&-\nexec sleep 60\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		assert_int_equal(start_for(scripts[i], 1), -ETIMEDOUT);
		assert_null(driver);
		assert_string_equal(why.text, "the driver gave no answer for 1 s");
	}
}

/* The last test: once a stop is requested, it stays so. */
static void a_signal_interrupts_the_wait(void **state)
{
	(void)state;
	interrupt_catch();
	fails_to_start(HELLO "while kill -TERM $PPID; do sleep 0.05; done\n", -EINTR,
		       "interrupted");
}

static void the_driver_is_told_what_to_do(void **state)
{
	const struct cell *c;

	(void)state;
	start_well(HELLO "echo runs 1\n"
			 "echo cell 0 method=none \"serve=$1\" \"a=$2\" \"b=$3\" n=$#\n"
			 "echo ready\n" UNTIL_QUIT);
	c = driver__cell(driver, 0);
	assert_string_equal(cell__key_text(c, "serve"), "--serve");
	assert_string_equal(cell__key_text(c, "a"), "--method");
	assert_string_equal(cell__key_text(c, "b"), "fork");
	assert_int_equal(cell__key_number(c, "n"), 3);
}

static void the_driver_has_no_capability(void **state)
{
	const struct cell *c;

	(void)state;
	start_well(HELLO "echo runs 1\n"
			 "echo cell 0 method=none $(sed -n '/^Cap[EPI]/s/:\\t/=/p' "
			 "/proc/self/status)\n"
			 "echo ready\n" UNTIL_QUIT);
	c = driver__cell(driver, 0);
	assert_int_equal(cell__key_number(c, "CapEff"), 0);
	assert_int_equal(cell__key_number(c, "CapPrm"), 0);
	assert_int_equal(cell__key_number(c, "CapInh"), 0);
}

static void the_grid_is_taken(void **state)
{
	static const unsigned int runs[] = {5, 5, 7, 9, 7, 4294967295};
	const struct cell *c;

	(void)state;
	start_well(HELLO "echo runs 5\n"
			 "echo seed 18446744073709551615\n"
			 "echo cell 0 method=fork rss_bytes=1048576 pages=4k vmas=-5\n"
			 "echo cell 1 method=vfork none= huge=99999999999999999999\n"
			 "echo runs 7\n"
			 "echo cell 2 method=fork\n"
			 "echo cell 3 method=fork runs=9 fds=3\n"
			 "echo cell 4 method=fork\n"
			 "echo runs 4294967295\n"
			 "echo cell 5\n"
			 "echo 'skip 1 no memory: it takes 5 GiB'\n"
			 "echo 'skip 4 first'\n"
			 "echo 'skip 4 second'\n"
			 "echo skip 5\n"
			 "echo ready\n" UNTIL_QUIT);
	assert_true(driver__seed(driver) == UINT64_MAX);
	assert_int_equal(driver__cell_count(driver), 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(driver__runs(driver, i), runs[i]);
	c = driver__cell(driver, 0);
	assert_null(c->skipped);
	assert_int_equal(c->key_count, 4);
	assert_string_equal(c->key[0].name, "method");
	assert_string_equal(cell__method(c), "fork");
	assert_int_equal(cell__parent_bytes(c), 1048576);
	assert_string_equal(cell__pages(c), "4k");
	assert_int_equal(cell__key_number(c, "vmas"), -5);
	c = driver__cell(driver, 1);
	assert_string_equal(c->skipped, "no memory: it takes 5 GiB");
	assert_string_equal(cell__key_text(c, "none"), "");
	assert_string_equal(cell__key_text(c, "huge"), "99999999999999999999");
	assert_int_equal(driver__cell(driver, 3)->key_count, 2);
	assert_int_equal(cell__key_number(driver__cell(driver, 3), "fds"), 3);
	assert_string_equal(driver__cell(driver, 4)->skipped, "second");
	assert_string_equal(driver__cell(driver, 5)->skipped, "");
}

/* Stopping. */

static void the_end_of_its_input_ends_the_driver(void **state)
{
	struct stat seen;

	(void)state;
	start_well(READY UNTIL_QUIT "echo quit >quit\n");
	driver__stop(driver);
	driver = NULL;
	assert_int_equal(stat("quit", &seen), 0);
	unlink("quit");
	driver__stop(NULL);
}

static void a_driver_that_does_not_heed_it_is_killed(void **state)
{
	(void)state;
	start_well(READY "trap '' TERM INT\nexec sleep 60\n");
}

/* Preparing. */

static void a_parent_is_brought_up(void **state)
{
	(void)state;
	start_well(ANSWER("parent 1 4242 rss_bytes=5 odd"));
	assert_int_equal(prepare(1), 0);
	assert_int_equal(parent, 4242);
}

static void a_parent_that_cannot_be_is_skipped(void **state)
{
	(void)state;
	start_well(ANSWER("skip 1 no memory: it takes 5 GiB"));
	assert_int_equal(prepare(1), -ENOTSUP);
	assert_string_equal(why.text, "no memory: it takes 5 GiB");
}

static void a_command_says_what_it_is_about(void **state)
{
	(void)state;
	start_well(READY "while read -r verb id n; do echo skip $id $verb $n; done\n");
	assert_int_equal(prepare(1), -ENOTSUP);
	assert_string_equal(why.text, "prepare");
	assert_int_equal(run(1, 3), -EPROTO);
	why_has("not expected: skip 1 run 3");
}

static void odd_parents_are_refused(void **state)
{
	static const char *const lines[] = {
		"parent 1 77", "parent 0",	"parent 0 0", "parent 0 -",
		"parent 0 -7", "parent 0 many", "parent 77",  "parent 0 9999999999",
		"skip 1 why",  "broken 0 why",	"ready",      "",
	};
	char script[512];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(script, sizeof(script), READY "echo '%s'\n" UNTIL_QUIT, lines[i]);
		start_well(script);
		assert_int_equal(prepare(0), -EPROTO);
		why_has(lines[i]);
	}
}

/* The driver is dead before anything is asked, so that the pipe to it is broken. */
static void a_dead_driver_is_noticed(void **state)
{
	siginfo_t info;

	(void)state;
	start_well(READY "kill -KILL $$\n");
	assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(prepare(0), -EPIPE);
	why_has("was killed by signal 9 (Killed)");
	start_well(READY "exit 7\n");
	assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(run(0, 3), -EPIPE);
	why_has("ended early, with status 7");
	assert_int_equal(block.n, 0);
	start_well(READY "read -r command\nexit 2\n");
	assert_int_equal(prepare(0), -ECANCELED);
	assert_string_equal(why.text, "");
}

/* Running. */

static void samples_are_taken(void **state)
{
	const struct sample *s;

	(void)state;
	start_well(ANSWER("sample 1 4243 0 100 200 150 170 180 300\n"
			  "sample 1 - 0 1100 1200 1150 - 1150 1300\n"
			  "sample 1 - 11 2100 - - - - -\n"
			  "done 1 5 2"));
	assert_int_equal(run(1, 3), 0);
	assert_int_equal(block.n, 3);
	assert_int_equal(block.started, 5);
	assert_int_equal(block.failed, 2);
	s = &block.samples[0];
	assert_int_equal(s->child, 4243);
	assert_int_equal(s->error, 0);
	assert_int_equal(s->t_call, 100);
	assert_int_equal(s->t_return, 200);
	assert_int_equal(s->t_child, 150);
	assert_int_equal(s->t_exec, 170);
	assert_int_equal(s->t_exit, 180);
	assert_int_equal(s->t_reaped, 300);
	s = &block.samples[1];
	assert_int_equal(s->child, 0);
	assert_int_equal(s->t_call, 1100);
	assert_true(s->t_exec == MISSING);
	assert_int_equal(s->t_exit, 1150);
	s = &block.samples[2];
	assert_int_equal(s->child, 0);
	assert_int_equal(s->error, EAGAIN);
	assert_int_equal(s->t_call, 2100);
	assert_true(s->t_return == MISSING && s->t_child == MISSING && s->t_exec == MISSING &&
		    s->t_exit == MISSING && s->t_reaped == MISSING);
}

/* Blocks of many samples; what one leaves is not seen in the next. */
static void blocks_follow_each_other(void **state)
{
	(void)state;
	start_well(READY "while read -r verb id n; do\n"
			 "i=0\n"
			 "while [ $i -lt $n ]; do i=$((i + 1))\n"
			 "echo sample $id $i 0 $n 2 3 4 5 6; done\n"
			 "echo done $id $n 0\n"
			 "done\n");
	for (unsigned int n = 1500; n; n /= 10) {
		assert_int_equal(run(n % 2, n), 0);
		assert_int_equal(block.n, n);
		assert_int_equal(block.started, n);
		for (unsigned int i = 0; i < n; i++) {
			assert_int_equal(block.samples[i].child, i + 1);
			assert_int_equal(block.samples[i].t_call, n);
		}
	}
}

static void a_broken_parent_leaves_its_samples(void **state)
{
	(void)state;
	start_well(ANSWER("sample 0 7 0 100 200 150 170 180 300\n"
			  "sample 0 8 0 1100 1200 1150 - 1150 1300\n"
			  "broken 0 the parent was killed by signal 9"));
	assert_int_equal(run(0, 5), -EIO);
	assert_string_equal(why.text, "the parent was killed by signal 9");
	assert_int_equal(block.n, 2);
	assert_int_equal(block.samples[1].child, 8);
	start_well(ANSWER("broken 0 at once"));
	assert_int_equal(run(0, 5), -EIO);
	assert_string_equal(why.text, "at once");
	assert_int_equal(block.n, 0);
}

static void odd_answers_are_refused(void **state)
{
	static const char *const lines[] = {
		"sample 0 7 0 100 200 150 170 180",
		"sample 0 7 0 100 200 150 170 180 300 400",
		"sample 1 7 0 100 200 150 170 180 300",
		"sample - 7 0 100 200 150 170 180 300",
		"sample 0 7 0 100 200 x 170 180 300",
		"sample 0 7 0 100 200 1.5 170 180 300",
		"sample 0 7 0 100 200 -150 170 180 300",
		"sample 0 7 0 9223372036854775808 200 150 170 180 300",
		"sample 0 4294967297 0 100 200 150 170 180 300",
		"sample 0 7 -11 100 - - - - -",
		"sample 0 7 2147483648 100 - - - - -",
		"sample ",
		"done 1 5 0",
		"done 0 5",
		"done 0 - 0",
		"done 0 5 -",
		"done 0 5 -1",
		"done 0 5 0 0",
		"done",
		"broken 1 why",
		"skip 0 why",
		"parent 0 77",
		"",
	};
	char script[512];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(script, sizeof(script),
			 READY "echo sample 0 9 0 1 2 3 4 5 6\necho '%s'\n" UNTIL_QUIT, lines[i]);
		start_well(script);
		assert_int_equal(run(0, 3), -EPROTO);
		why_has("a line that was not expected: ");
		why_has(lines[i]);
		assert_int_equal(block.n, 1);
		assert_int_equal(block.samples[0].child, 9);
	}
}

static void more_than_was_asked_for_is_refused(void **state)
{
	(void)state;
	start_well(ANSWER("sample 0 7 0 100 200 150 170 180 300\n"
			  "sample 0 8 0 100 200 150 170 180 300\n"
			  "done 0 2 0"));
	assert_int_equal(run(0, 1), -EPROTO);
	why_has("not expected: sample 0 8");
	assert_int_equal(block.n, 1);
}

static void ends_among_samples_are_told(void **state)
{
	static const struct {
		const char *then;
		int err;
		const char *why;
	} ends[] = {
		{"exit 3\n", -EPIPE, "ended early, with status 3"},
		{"kill -KILL $$\n", -EPIPE, "was killed by signal 9 (Killed)"},
		{"exit 2\n", -ECANCELED, ""},
		{"printf 'sample 0 8 0 1100'\n", -EPROTO, "incomplete or overlong line"},
		{"printf 'sample 0 8 0'\nkill -KILL $$\n", -EPIPE, "was killed by signal 9"},
		{"printf 'done 0 %05000d\\n' 0\n", -EPROTO, "incomplete or overlong line"},
		{"exec sleep 60\n", -ETIMEDOUT, "gave no answer for 1 s"},
	};
	char script[512];

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(script, sizeof(script), READY "read -r command\n%s%s",
			 "echo sample 0 9 0 1 2 3 4 5 6\n", ends[i].then);
		assert_int_equal(start_for(script, 1), 0);
		assert_int_equal(run(0, 3), ends[i].err);
		why_has(ends[i].why);
		assert_int_equal(block.n, 1);
		assert_int_equal(block.samples[0].child, 9);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static int test_all(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_driver_must_be_there),
		TEST(the_versions_must_be_the_same),
		TEST(odd_lines_are_shown),
		TEST(lines_have_an_end),
		TEST(a_refusal_was_told_by_the_driver_itself),
		TEST(an_early_end_is_told),
		TEST(a_driver_that_hangs_is_given_up),
		TEST(the_driver_is_told_what_to_do),
		TEST(the_driver_has_no_capability),
		TEST(the_grid_is_taken),
		TEST(the_end_of_its_input_ends_the_driver),
		TEST(a_driver_that_does_not_heed_it_is_killed),
		TEST(a_parent_is_brought_up),
		TEST(a_parent_that_cannot_be_is_skipped),
		TEST(a_command_says_what_it_is_about),
		TEST(odd_parents_are_refused),
		TEST(a_dead_driver_is_noticed),
		TEST(samples_are_taken),
		TEST(blocks_follow_each_other),
		TEST(a_broken_parent_leaves_its_samples),
		TEST(odd_answers_are_refused),
		TEST(more_than_was_asked_for_is_refused),
		TEST(ends_among_samples_are_told),
		TEST(a_signal_interrupts_the_wait),
	};

	/* As bench.c does; and whoever runs us by sudo, the scripts are to be found by root. */
	signal(SIGPIPE, SIG_IGN);
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Runs ourselves from a folder that is made beside us, and removed. */
static int run_in_folder(char **argv)
{
	char *self = realpath("/proc/self/exe", NULL), *folder = NULL, *program = NULL;
	int status = -1;
	pid_t pid = -1;

	if (!self || asprintf(&folder, "%s.XXXXXX", self) < 0 || !mkdtemp(folder) ||
	    asprintf(&program, "%s/test_driver", folder) < 0 || link(self, program)) {
		perror("test_driver");
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

int main(int argc, char **argv)
{
	const char *folder = getenv(FOLDER);

	(void)argc;
	if (!folder)
		return run_in_folder(argv);
	return chdir(folder) ? 1 : test_all();
}
