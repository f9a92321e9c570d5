// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/shared/fault.h"
#include "bench/tests/unit.h"
#include "user/store/store.h"
#include "user/tests/result_file.h"

#define RUN_WITH(schema, phases)                                                                   \
	"{\"type\":\"run\",\"schema\":" schema ",\"tool\":\"t\",\"command\":[],"                   \
	"\"clock\":\"monotonic\",\"seed\":\"1\",\"environment\":{},\"phases\":" phases "}\n"
#define RUN RUN_WITH("1", "{}")
#define END                                                                                        \
	"{\"type\":\"end\",\"births\":1,\"started\":1,\"started_untraced\":0,\"lost\":0,"          \
	"\"missed\":null}\n"
/* A cell of two samples with something put in. */
#define CELL(more) "{\"type\":\"cell\",\"key\":{\"method\":\"fork\"},\"n\":2," more "}\n"
#define SAMPLES_OK "\"samples\":{\"spawn_ns\":[1,null]}"

static int read_text(const char *text, struct run *r, struct fault *why)
{
	why->text[0] = '\0';
	return store_read(file_with(text, strlen(text)), r, why);
}

static void assert_refused(const char *text, int err, const char *part)
{
	struct run r;
	struct fault why;

	assert_int_equal(read_text(text, &r, &why), err);
	if (!strstr(why.text, part))
		fail_msg("\"%s\" is not in \"%s\", for %s", part, why.text, text);
	if (strncmp(why.text, folder, strlen(folder)) || strchr(why.text, '\n'))
		fail_msg("\"%s\" is no line that names the file", why.text);
	assert_null(r.cells);
	assert_null(r.tool);
}

TEST(other_files_are_refused)
{
	assert_refused("", -EINVAL, "given.jsonl: is empty");
	assert_refused("\n", -EINVAL, "line 1: not a spawnscope result");
	assert_refused("hello\n", -EINVAL, "line 1: not a spawnscope result");
	assert_refused("{}\n", -EINVAL, "line 1: not a spawnscope result");
	assert_refused("{\"type\":\"run\"", -EINVAL, "line 1: not a spawnscope result");
	assert_refused("[1,2]\n", -EINVAL, "line 1: not a spawnscope result");
	assert_refused("{\"type\":1}\n", -EINVAL, "line 1: not a spawnscope result");
	assert_refused(END, -EINVAL, "line 1: not a spawnscope result");
	assert_refused(RUN RUN END, -EINVAL, "line 2: a second run");
	assert_refused(RUN END END, -EINVAL, "line 3: goes on after its end line");
	assert_refused(RUN END "\n", -EINVAL, "line 3: goes on after its end line");
	assert_refused(RUN END "{", -EINVAL, "line 3: goes on after its end line");
	assert_refused(RUN "\n" END, -EINVAL, "line 2: not JSON");
	assert_refused(RUN "{\"type\":\"cell\",}\n" END, -EINVAL, "line 2: not JSON");
	assert_refused(RUN "[]\n" END, -EINVAL, "line 2: no type");
	assert_refused(RUN "{\"type\":\"x\",\"type\":\"x\"}\n" END, -EINVAL, "line 2: not JSON");
}

TEST(a_bad_run_line_is_refused)
{
	/* In place of a member of RUN. */
	static const char *const changes[][3] = {
		{"1", "\"1\"", "schema is not"},
		{"1", "0", "no schema 0"},
		{"1", "1.0", "schema is not"},
		{"[]", "{}", "command is not"},
		{"[]", "[1]", "command is not"},
		{"\"monotonic\"", "\"sundial\"", "clock sundial"},
		{"\"monotonic\"", "null", "clock is not"},
		{"\"1\"", "1", "seed is not"},
		{"\"1\"", "\"-1\"", "seed is not"},
		{"\"1\"", "\"\"", "seed is not"},
		{"\"1\"", "\"18446744073709551616\"", "seed is out of range"},
		{"{},\"ph", "{},\"rounds\":0,\"ph", "rounds is out of range"},
		{"{},\"ph", "{},\"rounds\":null,\"ph", "rounds is not"},
		{"{},\"ph", "[],\"ph", "environment is not"},
		{"{},\"ph", "{\"a\\u001b\":[]},\"ph", "a\\x1b is not"},
		{"{},\"ph", "{\"a\":1.5},\"ph", "a is not"},
		{"{}}", "null}", "phases is not"},
		{"{}}", "{\"reap\":{}}}", "phase reap"},
		{"{}}", "{\"reap\":7}}", "phase reap"},
		{"{}}", "{\"reap\":{\"source\":\"a\",\"absent\":\"b\"}}}", "phase reap"},
		{"{}}", "{\"reap\":{\"source\":1}}}", "source is not"},
	};
	static const char run[] = RUN;
	char text[512];

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *at = strstr(run, changes[i][0]);

		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - run), run, changes[i][1],
			 at + strlen(changes[i][0]));
		assert_refused(text, -EINVAL, changes[i][2]);
	}
	assert_refused("{\"type\":\"run\",\"schema\":1}\n", -EINVAL, "tool is not");
}

TEST(more_facts_than_a_machine_has_are_refused)
{
	static const char head[] = "{\"type\":\"run\",\"schema\":1,\"tool\":\"t\","
				   "\"command\":[],\"clock\":\"monotonic\",\"seed\":\"1\","
				   "\"environment\":{";
	char text[32768];
	size_t length = (size_t)snprintf(text, sizeof(text), "%s", head);

	for (int i = 0; i < 1025; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "\"f%d\":1,", i);
	snprintf(text + length - 1, sizeof(text) - length + 1, "},\"phases\":{}}\n");
	assert_refused(text, -EINVAL, "environment has more than 1024 values");
}

TEST(a_newer_schema_is_refused)
{
	assert_refused(RUN_WITH("2", "7") "what will be\n", -ENOTSUP,
		       "given.jsonl: schema 2 is newer than this tool's 1; update spawnscope");
	assert_refused(RUN_WITH("9223372036854775807", "7"), -ENOTSUP,
		       "schema 9223372036854775807 is newer");
	assert_refused(
		"{\"type\":\"run\",\"schema\":2,\"tool\":7,\"command\":7,\"clock\":7,\"seed\":7,"
		"\"environment\":7,\"phases\":7}\nwhat will be\n",
		-ENOTSUP, "schema 2 is newer");
}

TEST(a_bad_cell_is_refused)
{
	static const char *const cells[][2] = {
		{"{\"type\":\"cell\"}\n", "key is not"},
		{"{\"type\":\"cell\",\"key\":[],\"n\":1}\n", "key is not"},
		{"{\"type\":\"cell\",\"key\":{\"a\":1.5},\"n\":1}\n", "a is not an integer"},
		{"{\"type\":\"cell\",\"key\":{\"a\":null},\"n\":1}\n", "a is not an integer"},
		{"{\"type\":\"cell\",\"key\":{}}\n", "n is not"},
		{"{\"type\":\"cell\",\"key\":{},\"n\":-1}\n", "n is out of range"},
		{"{\"type\":\"cell\",\"key\":{},\"n\":9223372036854775807}\n", "n is out of range"},
		{"{\"type\":\"cell\",\"key\":{},\"n\":1e3}\n", "n is not an integer"},
		{"{\"type\":\"cell\",\"key\":{},\"n\":1,\"skipped\":\"a\"}\n", "was skipped"},
		{"{\"type\":\"cell\",\"key\":{},\"n\":0,\"skipped\":7}\n", "skipped is not"},
		{CELL("\"samples\":[]"), "samples is not"},
		{CELL("\"samples\":{\"spawn_ns\":{}}"), "spawn_ns is not an array"},
		{CELL("\"samples\":{\"spawn_ns\":[1]}"), "spawn_ns has 1 value where n is 2"},
		{CELL("\"samples\":{\"spawn_ns\":[1,2,3]}"), "spawn_ns has 3 values"},
		{CELL("\"samples\":{\"spawn_ns\":[1,2.0]}"), "spawn_ns is not an integer"},
		{CELL("\"samples\":{\"spawn_ns\":[1,\"2\"]}"), "spawn_ns is not an integer"},
		{CELL("\"samples\":{\"spawn_ns\":[1,-9223372036854775808]}"), "out of range"},
		{CELL("\"samples\":{\"spawn_ns\":[1,9223372036854775808]}"), "not JSON"},
		{CELL("\"samples\":{\"spawn_ns\":[1,NaN]}"), "not JSON"},
		{CELL("\"unattributed_ns\":7"), "unattributed_ns is not"},
		{CELL("\"counts\":{\"vmas\":[1]}"), "vmas has 1"},
		{CELL("\"errnos\":[0]"), "errnos has 1"},
		{CELL("\"errnos\":[0,null]"), "errnos holds"},
		{CELL("\"errnos\":[0,-12]"), "errnos holds"},
		{CELL("\"errnos\":[0,4096]"), "errnos holds"},
		{CELL("\"broken\":null"), "broken is not"},
		{CELL("\"broken\":\"\\u0000\""), "not JSON"},
		{CELL("\"phases\":[]"), "phases is not"},
		{CELL("\"phases\":{\"wake\":[]}"), "phase wake needs"},
		{CELL("\"phases\":{\"wake\":{\"source\":\"a\"}}"), "phase wake needs"},
		{CELL("\"phases\":{\"wake\":{\"absent\":\"a\",\"ns\":[1,2]}}"), "phase wake needs"},
		{CELL("\"phases\":{\"wake\":{\"absent\":\"a\",\"source\":\"b\"}}"), "phase wake"},
		{CELL("\"phases\":{\"wake\":{\"ns\":[1]}}"), "wake has 1"},
		{CELL(SAMPLES_OK) CELL(SAMPLES_OK), "line 3: there was a cell with this key"},
	};
	char text[4096];

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		snprintf(text, sizeof(text), "%s%s%s", RUN, cells[i][0], END);
		assert_refused(text, -EINVAL, cells[i][1]);
	}
	assert_refused(RUN "{\"type\":\"end\"}\n", -EINVAL, "line 2: births is not");
	assert_refused(RUN "{\"type\":\"end\",\"births\":-1}\n", -EINVAL, "births is negative");
}

TEST(later_additions_are_skipped)
{
	struct run r;
	struct fault why;

	assert_int_equal(read_text(RUN_WITH("1", "{\"later\":7}")
					   CELL(SAMPLES_OK
						",\"new\":[],\"counts\":{\"moons\":7},"
						"\"phases\":{\"later\":{}}") "{\"type\":\"later\","
									     "\"t_ns\":1.5}\n" END,
				   &r, &why),
			 0);
	assert_true(r.ended);
	assert_int_equal(r.cell_count, 1);
	assert_int_equal(r.end.missed, MISSING);
	run__free(&r);
}

/* Lines of all lengths around what is read at once: each is whole, and has its number. */
TEST(lines_may_lie_anywhere)
{
	enum { ROOM = 1 << 20 };
	char *text = malloc(ROOM);
	struct fault why;
	size_t k, lines;
	struct run r;

	for (size_t pad = 65100; pad < 65560; pad++) {
		size_t len = (size_t)sprintf(text, "%s", RUN);

		for (lines = 1, k = 0; k < 3; k++, lines++)
			len += (size_t)sprintf(text + len, "{\"type\":\"later\",\"is\":\"%0*d\"}\n",
					       (int)(k == 1 ? 40 : pad), 0);
		len += (size_t)sprintf(text + len, "%s%s", CELL(SAMPLES_OK), END);
		assert_int_equal(store_read(file_with(text, len), &r, &why), 0);
		assert_int_equal(r.cell_count, 1);
		assert_true(r.ended);
		run__free(&r);
		sprintf(text + len, "%s", "{}\n");
		assert_refused(text, -EINVAL, "line 7: goes on after its end line");
	}
	free(text);
}

static void assert_truncated(const char *text, size_t size, size_t cells)
{
	struct run r;
	struct fault why = {""};

	if (store_read(file_with(text, size), &r, &why) != 0)
		fail_msg("%s", why.text);
	assert_false(r.ended);
	assert_int_equal(r.cell_count, cells);
	assert_int_equal(r.end.births, MISSING);
	run__free(&r);
}

TEST(a_killed_run_keeps_its_lines)
{
	static const char text[] = RUN CELL(SAMPLES_OK) END;
	size_t run = sizeof(RUN) - 1, cell = run + sizeof(CELL(SAMPLES_OK)) - 1, size;
	struct run r;
	struct fault why;

	for (size = run - 1; size < cell - 1; size++)
		assert_truncated(text, size, 0);
	for (size = cell - 1; size < sizeof(text) - 3; size++)
		assert_truncated(text, size, 1);
	assert_truncated(RUN "\0\0\0\0", run + 4, 0); /* a file system's way to lose a page */
	assert_truncated(RUN "{\"type\":\"ce\n", run + 12, 0);
	/* A last line that lacks but its newline is whole. */
	assert_int_equal(store_read(file_with(text, sizeof(text) - 2), &r, &why), 0);
	assert_true(r.ended);
	run__free(&r);
}

TEST(deep_nesting_is_refused)
{
	size_t depth = 1000000;
	char *text = malloc(2 * depth), *end = mempcpy(text, RUN, strlen(RUN));
	struct run r;
	struct fault why;

	memset(end, '[', depth);
	memcpy(end + depth, "\n" END, strlen("\n" END) + 1);
	assert_int_equal(read_text(text, &r, &why), -EINVAL);
	assert_non_null(strstr(why.text, "line 2: not JSON"));
	free(text);
}

TEST(an_unreadable_file_is_an_error)
{
	struct run r;
	struct fault why;
	char name[300], escaped[300];

	snprintf(name, sizeof(name), "%s/none\n\033[31m", folder);
	snprintf(escaped, sizeof(escaped), "%s/none\\x0a\\x1b[31m: No such file or directory",
		 folder);
	assert_int_equal(store_read(name, &r, &why), -ENOENT);
	assert_string_equal(why.text, escaped);
	snprintf(escaped, sizeof(escaped), "%s: Is a directory", folder);
	assert_int_equal(store_read(folder, &r, &why), -EISDIR);
	assert_string_equal(why.text, escaped);
	assert_int_equal(store_read("/dev/zero", &r, &why), -EINVAL);
	assert_int_equal(store_read("/dev/null", &r, &why), -EINVAL);
	assert_string_equal(why.text, "/dev/null: is empty");
}

int unit_setup(void **state)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return make_folder(state);
}

int unit_teardown(void **state)
{
	return remove_folder(state);
}
