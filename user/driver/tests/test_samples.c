// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A running driver: parents and samples. */
#include "user/driver/tests/scripted_driver.h"

static struct driver_block block;
static pid_t parent;

static int run(size_t cell, unsigned int runs)
{
	return driver__run(driver, cell, runs, &block, &why);
}

static int prepare(size_t cell)
{
	return driver__prepare(driver, cell, &parent, &why);
}

/* Preparing. */

TEST_BETWEEN(a_parent_is_started, set_up, tear_down)
{
	start_well(ANSWER("parent 1 4242 rss_bytes=5 odd"));
	assert_int_equal(prepare(1), 0);
	assert_int_equal(parent, 4242);
}

TEST_BETWEEN(a_parent_that_cannot_start_is_skipped, set_up, tear_down)
{
	start_well(ANSWER("skip 1 no memory: it takes 5 GiB"));
	assert_int_equal(prepare(1), -ENOTSUP);
	assert_string_equal(why.text, "no memory: it takes 5 GiB");
}

TEST_BETWEEN(commands_name_the_cell_and_the_runs, set_up, tear_down)
{
	start_well(READY "while read -r verb id n; do echo skip $id $verb $n; done\n");
	assert_int_equal(prepare(1), -ENOTSUP);
	assert_string_equal(why.text, "prepare");
	assert_int_equal(run(1, 3), -EPROTO);
	why_has("unexpected line: skip 1 run 3");
}

TEST_BETWEEN(unexpected_parents_are_refused, set_up, tear_down)
{
	static const char *const lines[] = {
		"parent 1 77", "parent 0",	"parent 0 0", "parent 0 -",
		"parent 0 -7", "parent 0 many", "parent 77",  "parent 0 9999999999",
		"skip 1 why",  "broken 0 why",	"ready",      "",
	};
	char script[512];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(script, sizeof(script), READY "echo '%s'\n" UNTIL_QUIT, lines[i]);
		start_well(script);
		assert_int_equal(prepare(0), -EPROTO);
		why_has(lines[i]);
	}
}

/* The driver is dead before anything is asked, so that the pipe to it is broken. */
TEST_BETWEEN(a_dead_driver_is_reported, set_up, tear_down)
{
	siginfo_t info;

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

TEST_BETWEEN(a_driver_that_is_busy_is_waited_for, set_up, tear_down)
{
	start_well(ANSWER("busy\nbusy\n"
			  "sample 0 7 0 100 200 150 170 180 300\n"
			  "done 0 1 0"));
	assert_int_equal(run(0, 1), 0);
	assert_int_equal(block.n, 1);
	/* Not once it writes samples. */
	start_well(ANSWER("sample 0 7 0 100 200 150 170 180 300\n"
			  "busy\n"
			  "done 0 1 0"));
	assert_int_equal(run(0, 1), -EPROTO);
}

TEST_BETWEEN(waits_of_touching_threads_are_read, set_up, tear_down)
{
	start_well(ANSWER("sample 0 7 0 100 200 150 170 180 300 40 60 5\n"
			  "sample 0 8 0 1100 1200 1150 - 1150 1300\n"
			  "done 0 2 0"));
	assert_int_equal(run(0, 2), 0);
	assert_int_equal(block.samples[0].stall, 40);
	assert_int_equal(block.samples[0].stall_sum, 60);
	assert_int_equal(block.samples[0].stall_base, 5);
	assert_int_equal(block.samples[1].stall, MISSING);
}

TEST_BETWEEN(spawns_that_ended_meanwhile_are_read, set_up, tear_down)
{
	start_well(ANSWER("sample 0 7 0 100 200 150 170 180 300 4\n"
			  "sample 0 - 11 1100 - - - - -\n"
			  "done 0 1 1"));
	assert_int_equal(run(0, 2), 0);
	assert_int_equal(block.samples[0].ended, 4);
	assert_int_equal(block.samples[0].stall, MISSING);
	assert_int_equal(block.samples[1].ended, MISSING);
	/* No sample has two numbers more. */
	start_well(ANSWER("sample 0 7 0 100 200 150 170 180 300 4 5\n"
			  "done 0 1 0"));
	assert_int_equal(run(0, 1), -EPROTO);
}

TEST_BETWEEN(samples_are_read, set_up, tear_down)
{
	const struct sample *s;

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
TEST_BETWEEN(blocks_follow_each_other, set_up, tear_down)
{
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

TEST_BETWEEN(a_broken_parent_leaves_its_samples, set_up, tear_down)
{
	start_well(ANSWER("sample 0 7 0 100 200 150 170 180 300\n"
			  "sample 0 8 0 1100 1200 1150 - 1150 1300\n"
			  "broken 0 the parent was killed by signal 9"));
	assert_int_equal(run(0, 5), -EIO);
	assert_string_equal(why.text, "the parent was killed by signal 9");
	assert_int_equal(block.n, 2);
	assert_int_equal(block.samples[1].child, 8);
	assert_false(block.late);
	start_well(ANSWER("broken 0 at once"));
	assert_int_equal(run(0, 5), -EIO);
	assert_string_equal(why.text, "at once");
	assert_int_equal(block.n, 0);
	start_well(ANSWER("sample 0 7 0 100 200 150 170 180 300\n"
			  "late 0 it took too long"));
	assert_int_equal(run(0, 5), -EIO);
	assert_string_equal(why.text, "it took too long");
	assert_int_equal(block.n, 1);
	assert_true(block.late);
}

TEST_BETWEEN(unexpected_answers_are_refused, set_up, tear_down)
{
	static const char *const lines[] = {
		"sample 0 7 0 100 200 150 170 180",
		"sample 0 7 0 100 200 150 170 180 300 4x",
		"sample 0 7 0 100 200 150 170 180 300 400 500",
		"sample 0 7 0 100 200 150 170 180 300 400 500 60 7",
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
		"late 1 why",
		"skip 0 why",
		"parent 0 77",
		"",
	};
	char script[512];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(script, sizeof(script),
			 READY "echo sample 0 9 0 1 2 3 4 5 6\necho '%s'\n" UNTIL_QUIT, lines[i]);
		start_well(script);
		assert_int_equal(run(0, 3), -EPROTO);
		why_has("an unexpected line: ");
		why_has(lines[i]);
		assert_int_equal(block.n, 1);
		assert_int_equal(block.samples[0].child, 9);
	}
}

TEST_BETWEEN(more_samples_than_asked_for_are_refused, set_up, tear_down)
{
	start_well(ANSWER("sample 0 7 0 100 200 150 170 180 300\n"
			  "sample 0 8 0 100 200 150 170 180 300\n"
			  "done 0 2 0"));
	assert_int_equal(run(0, 1), -EPROTO);
	why_has("unexpected line: sample 0 8");
	assert_int_equal(block.n, 1);
}

TEST_BETWEEN(an_end_among_samples_is_reported, set_up, tear_down)
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

int main(int argc, char **argv)
{
	return run_scripted(argv, unit_run);
}
