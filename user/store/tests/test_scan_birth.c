// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/tests/same_birth.h"

#define GOLDEN "user/report/tests/golden/profile.jsonl"

/* Every member that is written, in this order. */
static const char base[] =
	"{\"type\":\"birth\",\"t_ns\":19078613274257,\"method\":\"fork\",\"flags\":18874385,"
	"\"result\":0,\"call_ns\":72540,\"parent\":{\"pid\":13260,\"tid\":13261,\"comm\":\"sh\","
	"\"exe\":\"dash\",\"uid\":0,\"cgroup\":1,\"rss_bytes\":1425408,\"vmas\":24,\"threads\":1},"
	"\"child\":{\"pid\":13273,\"tid\":4711},\"edges\":{\"clone_enter\":0,\"mm_start\":23290,"
	"\"mm_end\":63430,\"newtask\":67627,\"clone_return\":72540},\"phases\":{\"copy_mm\":40140,"
	"\"cow_parent\":9657,\"cow_child\":21802},\"exec\":{\"result\":0,\"path\":\"/usr/bin/ls\","
	"\"argv\":[\"ls\",\"/\",\"\"],\"argv_bytes\":99},\"counts\":{\"ptes_copied\":27,"
	"\"cow_faults_child\":11,\"parent_fds\":5},"
	"\"stack\":{\"frames\":[\"fork\",\"run_child\",\"main\"],\"libc\":1}}";

static enum taken check(const char *line, size_t len)
{
	enum taken taken = both_readers(line, len);

	if (taken == DIFFERS)
		fail_msg("not the same: %.*s", (int)len, line);
	return taken;
}

/* `base` with `to` in place of `from`, which is in it. */
static enum taken check_with(const char *from, const char *to)
{
	const char *at = strstr(base, from);
	char line[8192];

	assert_non_null(at);
	snprintf(line, sizeof(line), "%.*s%s%s", (int)(at - base), base, to, at + strlen(from));
	return check(line, strlen(line));
}

static uint64_t random_next(void)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

TEST(lines_of_a_real_profile_are_taken)
{
	FILE *in = fopen(GOLDEN, "re");
	char *line = NULL;
	size_t size = 0, births = 0;
	ssize_t len;

	assert_non_null(in);
	while ((len = getline(&line, &size, in)) > 0) {
		bool birth = !strncmp(line, "{\"type\":\"birth\"", 15);

		assert_int_equal(check(line, (size_t)len - 1), birth ? TAKEN : LEFT_ALONE);
		births += birth;
	}
	assert_true(births > 8);
	free(line);
	fclose(in);
}

/* Whatever a birth holds, what the store writes of it is taken. */
TEST(whatever_is_written_is_taken)
{
	static const char *const texts[] = {"",
					    "ls",
					    "a b",
					    "\"\\/",
					    "\t\n\r\b\f",
					    "\xc3\xa9\xe2\x82\xac",
					    "\xf0\x9f\x98\x80",
					    "bad \xff\xc3(",
					    "</script>"};

	for (size_t round = 0; round < 20000; round++) {
		struct birth b = {.child_tgid = 7, .parent_tid = 8, .uid = UINT32_MAX, .cgroup = 1};
		char args[64] = "";
		struct stack_table stacks = {NULL, 0};
		char *text;
		json_t *line;

		b.life = (struct life){.tid = 9, .result = 9, .born = true};
		b.life.clone_flags = random_next() & INT64_MAX;
		b.life.method = (uint32_t)(random_next() % 5 + 1);
		for (int i = 0; i < EDGE_COUNT; i++)
			b.life.edge[i] = random_next() % 3 ? 1000 + random_next() % 100000 : 0;
		for (int i = 0; i < SUM_COUNT; i++)
			b.life.sum[i] =
				random_next() % 3 ? (int64_t)(random_next() >> 10) : MISSING;
		for (int i = 0; i < COUNT_COUNT; i++)
			b.life.count[i] =
				random_next() % 3 ? (int64_t)(random_next() >> 10) : MISSING;
		if (random_next() % 4 == 0)
			b.life.result = -11;
		strcpy(b.comm, texts[random_next() % 9]);
		strcpy(b.exe, texts[random_next() % 9]);
		if (random_next() % 3) {
			b.life.execed = true;
			b.life.exec_result = random_next() % 2 ? 0 : -2;
			b.path = (char *)texts[random_next() % 9];
			b.args = args;
			strcpy(args, texts[random_next() % 9]);
			b.args_bytes = strlen(args) + 1;
			b.args_total = (uint32_t)(b.args_bytes + random_next() % 2);
		}
		if (random_next() % 2)
			b.stack = stack_table__intern_text(&stacks, texts[random_next() % 9]);
		line = store_encode_birth(&b);
		text = json_dumps(line, JSON_COMPACT);
		json_decref(line);
		assert_int_equal(check(text, strlen(text)), TAKEN);
		free(text);
		stack_table__free(&stacks);
	}
}

TEST(other_lines_are_left_alone)
{
	static const struct {
		const char *from, *to;
	} changes[] = {
		{"\"birth\"", "\"cell\""},
		{"\"t_ns\"", "\"t_later\""},
		{"\"t_ns\"", "\"method\""},
		{"\"pid\":13260,", ""},
		{"\"pid\":13273,", ""},
		{"13260", "4294967296"},
		{"13260", "-1"},
		{"4711", "0"},
		{"4711", "2147483648"},
		{"18874385", "9223372036854775808"},
		{"18874385", "-9223372036854775808"},
		{"18874385", "1.5"},
		{"18874385", "1e3"},
		{"18874385", "01"},
		{"18874385", "\"x\""},
		{"18874385", "null"},
		{"19078613274257", "-1"},
		{"19078613274257", "36028797018963968"},
		{"\"result\":0,\"call", "\"result\":1,\"call"},
		{"\"result\":0,\"call", "\"result\":-4096,\"call"},
		{"72540", "true"},
		{"23290", "-1"},
		{"23290", "36028797018963968"},
		{"9657", "36028797018963968"},
		{":27", ":-36028797018963968"},
		{"\"sh\"", "7"},
		{"\"sh\"", "\"\\u0073h\""},
		{"\"sh\"", "\"s\\h\""},
		{"\"sh\"", "\"s\th\""},
		{"\"sh\"", "\"\xff\""},
		{"\"sh\"", "\"\xed\xa0\x80\""},
		{"\"sh\"", "\"\xc0\xaf\""},
		{"\"dash\"", "{}"},
		{"\"/usr/bin/ls\"", "0"},
		{"[\"ls\",\"/\",\"\"]", "\"ls\""},
		{"[\"ls\",\"/\",\"\"]", "[\"ls\",3]"},
		{"[\"ls\",\"/\",\"\"]", "[\"ls\",]"},
		{"[\"ls\",\"/\",\"\"]", "[[\"ls\"]]"},
		{"\"argv_bytes\":99", "\"argv_bytes\":-1"},
		{"\"counts\":{", "\"counts\":[{"},
		{"\"phases\":{", "\"phases\":7,\"x\":{"},
		{"\"libc\":1}}", "\"libc\":1}} "},
		{"\"libc\":1}}", "\"libc\":1}"},
		{"\"libc\":1}}", "\"libc\":1}}x"},
		{"\"libc\":1", "\"libc\":3"},
		{"\"libc\":1", "\"libc\":-1"},
		{"\"libc\":1", "\"libc\":4294967296"},
		{",\"libc\":1", ""},
		{"[\"fork\",\"run_child\",\"main\"]", "[]"},
		{"[\"fork\",\"run_child\",\"main\"]", "[\"fork\",7]"},
		{"[\"fork\",\"run_child\",\"main\"]", "\"fork\""},
		{"\"stack\":{", "\"stack\":[{"},
		{"\"parent_fds\"", "\"parent_fd\\u0073\""},
		{"\"parent_fds\"", "\"cow_faults_child\""},
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		if (check_with(changes[i].from, changes[i].to) != LEFT_ALONE)
			fail_msg("taken: %s", changes[i].to);
	}
	assert_int_equal(check("", 0), LEFT_ALONE);
	assert_int_equal(check("{}", 2), LEFT_ALONE);
	for (size_t i = 0; i + 1 < sizeof(base); i++)
		assert_int_equal(check(base, i), LEFT_ALONE);
}

TEST(these_are_taken)
{
	char many[6000] = "[\"", name[2000];

	assert_int_equal(check(base, sizeof(base) - 1), TAKEN);
	assert_int_equal(check_with("\"fork\"", "\"of a later version\""), TAKEN);
	assert_int_equal(check_with("\"t_ns\":19078613274257,", ""), TAKEN);
	assert_int_equal(check_with("\"result\":0,\"call", "\"result\":-513,\"call"), TAKEN);
	assert_int_equal(check_with("18874385", "9223372036854775807"), TAKEN);
	assert_int_equal(check_with("18874385", "-0"), TAKEN);
	assert_int_equal(check_with("72540", "\"what is not read\""), TAKEN);
	assert_int_equal(check_with("[\"ls\",\"/\",\"\"]", "[]"), TAKEN);
	assert_int_equal(check_with("\"path\":\"/usr/bin/ls\",", ""), TAKEN);
	assert_int_equal(check_with(",\"argv_bytes\":99", ",\"argv_bytes\":1"), TAKEN);
	assert_int_equal(check_with("\"sh\"", "\"a name that is longer than any task's\""), TAKEN);
	assert_int_equal(check_with("\"sh\"", "\"fifteen bytes \xe2\x82\xac\xe2\x82\xac\""), TAKEN);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(many, sizeof(many), "[\"%s\",\"%s\"]", name, name);
	assert_int_equal(check_with("[\"ls\",\"/\",\"\"]", many), TAKEN);
	assert_int_equal(check_with("\"libc\":1", "\"libc\":0"), TAKEN);
	assert_int_equal(check_with("\"run_child\"", "\"a \\\"name\\\"\",\"\""), TAKEN);
	for (size_t i = 0; i < STACK_FRAMES_MAX; i++)
		snprintf(many + 4 * i, sizeof(many) - 4 * i, "%s\"f\"", i ? "," : "[");
	strcat(many, "]");
	assert_int_equal(check_with("[\"fork\",\"run_child\",\"main\"]", many), TAKEN);
	strcpy(many + strlen(many) - 1, ",\"f\"]");
	assert_int_equal(check_with("[\"fork\",\"run_child\",\"main\"]", many), LEFT_ALONE);
	/* In another order. */
	assert_int_equal(
		check_with("\"type\":\"birth\",\"t_ns\":19078613274257,\"method\":\"fork\"",
			   "\"method\":\"fork\",\"t_ns\":5,\"type\":\"birth\""),
		TAKEN);
}

/* With some bytes changed, cut out or put in: what it takes, jansson takes, and as the same. */
TEST(as_jansson_reads_it)
{
	static const char bytes[] = "[]{},:\"\\ 0159-+.eEntruls\t\xc3\xa9";
	size_t taken = 0;

	for (size_t round = 0; round < 300000; round++) {
		size_t len = sizeof(base) - 1, edits = 1 + round % 3;
		char line[sizeof(base)];

		memcpy(line, base, len);
		while (edits-- > 0) {
			size_t at = (size_t)(random_next() >> 8) % len;

			if (random_next() % 3 == 0) {
				memmove(line + at, line + at + 1, len - at - 1);
				len--;
			} else {
				line[at] = bytes[random_next() % (sizeof(bytes) - 1)];
			}
		}
		taken += check(line, len) == TAKEN;
	}
	assert_true(taken > 10000);
}
