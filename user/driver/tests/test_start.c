// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Starting a driver, its announcement, and stopping it. */
#include "user/driver/tests/scripted_driver.h"

#include "user/base/interrupt.h"

/* Starting. */

TEST_BETWEEN(the_driver_must_be_there, set_up, tear_down)
{
	const struct driver_options o = {.timeout_s = PATIENCE};
	char *const args[] = {NULL};

	assert_int_equal(driver__start(args, &o, &driver, &why), -ENOENT);
	assert_null(driver);
	why_has("cannot find the driver spawnscope-bench beside spawnscope: No such file");
	write_script(READY);
	assert_int_equal(chmod(SCRIPT, 0644), 0);
	assert_int_equal(driver__start(args, &o, &driver, &why), -EACCES);
	assert_null(driver);
}

TEST_BETWEEN(both_must_speak_the_same_version, set_up, tear_down)
{
	fails_to_start("echo spawnscope-bench 1\n", -EPROTO,
		       "of another version (protocol 1, this tool's is 5)");
	fails_to_start("echo spawnscope-bench\n", -EPROTO, "of another version");
	fails_to_start("echo hello\n", -EPROTO, "of another version");
	fails_to_start("echo\n", -EPROTO, "of another version");
}

TEST_BETWEEN(unexpected_lines_are_shown, set_up, tear_down)
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
		"cell 2 method=a\\",
		"cell 2 method=a\\x2",
		"cell 2 method=a\\x00",
		"cell 2 method=a\\y20",
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

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(script, sizeof(script), GRID "echo '%s'\necho ready\n", lines[i]);
		fails_to_start(script, -EPROTO, "an unexpected line: ");
		why_has(lines[i]);
	}
	fails_to_start(HELLO "echo\n", -EPROTO, "unexpected line: ");
	fails_to_start(HELLO "printf 'red \\033[31m\\n'\n", -EPROTO, "red \x1b[31m");
}

TEST_BETWEEN(lines_are_terminated_and_short, set_up, tear_down)
{
	fails_to_start("printf spawnscope-ben\n", -EPROTO, "incomplete or overlong line");
	fails_to_start(GRID "printf ready\n", -EPROTO, "incomplete or overlong line");
	fails_to_start(GRID "printf 'cell 2 method=%05000d\\n' 0\n", -EPROTO,
		       "incomplete or overlong line");
	fails_to_start(GRID "printf 'ready\\0\\n'\n", -EPROTO, "incomplete or overlong line");
	/* The longest, newline and all. */
	start_well(GRID "printf 'cell 2 method=%04080d\\n' 1\necho ready\n" UNTIL_QUIT);
	assert_int_equal(driver__grid(driver)->run.cell_count, 3);
}

TEST_BETWEEN(a_usage_error_was_printed_by_the_driver, set_up, tear_down)
{
	assert_int_equal(start("exit 2\n"), -ECANCELED);
	assert_null(driver);
	assert_string_equal(why.text, "");
	assert_int_equal(start(GRID "exit 2\n"), -ECANCELED);
	assert_string_equal(why.text, "");
}

TEST_BETWEEN(an_early_end_is_reported, set_up, tear_down)
{
	fails_to_start("exit 3\n", -EPIPE, "ended early, with status 3");
	fails_to_start(GRID, -EPIPE, "ended early, with status 0");
	fails_to_start("kill -KILL $$\n", -EPIPE, "was killed by signal 9 (Killed)");
	fails_to_start(GRID "kill -TERM $$\n", -EPIPE, "was killed by signal 15 (Terminated)");
	fails_to_start("exec /nonexistent 2>/dev/null\n", -EPIPE, "with status 127");
}

/* Silent from the start, within a line, and with its output closed. */
TEST_BETWEEN(a_driver_that_hangs_times_out, set_up, tear_down)
{
	static const char *const scripts[] = {
		"exec sleep 60\n",
		GRID "printf read\nexec sleep 60\n",
		GRID "exec >&-\nexec sleep 60\n",
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		assert_int_equal(start_for(scripts[i], 1), -ETIMEDOUT);
		assert_null(driver);
		assert_string_equal(why.text, "the driver gave no answer for 1 s");
	}
}

/* The last test: once a stop is requested, it stays so. */
TEST_BETWEEN(the_driver_gets_its_arguments, set_up, tear_down)
{
	const struct cell *c;

	start_well(HELLO "echo runs 1\n"
			 "echo cell 0 method=none \"serve=$1\" \"a=$2\" \"b=$3\" n=$#\n"
			 "echo ready\n" UNTIL_QUIT);
	c = &driver__grid(driver)->run.cells[0];
	assert_string_equal(cell__key_text(c, "serve"), "--serve");
	assert_string_equal(cell__key_text(c, "a"), "--method");
	assert_string_equal(cell__key_text(c, "b"), "fork");
	assert_int_equal(cell__key_number(c, "n"), 3);
}

TEST_BETWEEN(the_driver_has_no_capability, set_up, tear_down)
{
	const struct cell *c;

	start_well(HELLO "echo runs 1\n"
			 "echo cell 0 method=none $(sed -n '/^Cap[EPI]/s/:\\t/=/p' "
			 "/proc/self/status)\n"
			 "echo ready\n" UNTIL_QUIT);
	c = &driver__grid(driver)->run.cells[0];
	assert_int_equal(cell__key_number(c, "CapEff"), 0);
	assert_int_equal(cell__key_number(c, "CapPrm"), 0);
	assert_int_equal(cell__key_number(c, "CapInh"), 0);
}

TEST_BETWEEN(the_grid_is_read, set_up, tear_down)
{
	static const unsigned int runs[] = {5, 5, 7, 9, 7, 4294967295};
	const struct driver_grid *g;
	const struct cell *c;

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
	g = driver__grid(driver);
	assert_true(g->seed == UINT64_MAX);
	assert_int_equal(g->run.cell_count, 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(g->cell_runs[i], runs[i]);
	c = &g->run.cells[0];
	assert_null(c->skipped);
	assert_int_equal(c->key_count, 4);
	assert_string_equal(c->key[0].name, "method");
	assert_string_equal(cell__method(c), "fork");
	assert_int_equal(cell__parent_bytes(c), 1048576);
	assert_string_equal(cell__pages(c), "4k");
	assert_int_equal(cell__key_number(c, "vmas"), -5);
	c = &g->run.cells[1];
	assert_string_equal(c->skipped, "no memory: it takes 5 GiB");
	assert_string_equal(cell__key_text(c, "none"), "");
	assert_string_equal(cell__key_text(c, "huge"), "99999999999999999999");
	assert_int_equal(g->run.cells[3].key_count, 2);
	assert_int_equal(cell__key_number(&g->run.cells[3], "fds"), 3);
	assert_string_equal(g->run.cells[4].skipped, "second");
	assert_string_equal(g->run.cells[5].skipped, "");
}

/* Stopping. */

TEST_BETWEEN(the_end_of_its_input_ends_the_driver, set_up, tear_down)
{
	struct stat seen;

	start_well(READY UNTIL_QUIT "echo quit >quit\n");
	driver__stop(driver);
	driver = NULL;
	assert_int_equal(stat("quit", &seen), 0);
	unlink("quit");
	driver__stop(NULL);
}

TEST_BETWEEN(a_driver_that_ignores_it_is_killed, set_up, tear_down)
{
	start_well(READY "trap '' TERM INT\nexec sleep 60\n");
}

/* The last: the request to stop stays. */
TEST_BETWEEN(a_signal_interrupts_the_wait, set_up, tear_down)
{
	interrupt_catch();
	fails_to_start(HELLO "while kill -TERM $PPID; do sleep 0.05; done\n", -EINTR,
		       "interrupted");
}

int main(int argc, char **argv)
{
	return run_scripted(argv, unit_run);
}
