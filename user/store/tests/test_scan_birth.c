// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/store/birth_writer.h"
#include "user/tests/mutate.h"
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
	"\"cow_faults_child\":11,\"parent_fds\":5,\"child_syscalls\":8},"
	"\"stack\":{\"frames\":[\"fork\",\"run_child\",\"main\"],\"libc\":1},"
	"\"syscalls\":{\"close\":5,\"dup2\":2,\"(other)\":1}}";

static enum taken check(const char *line, size_t len, struct reason *why)
{
	enum taken taken = both_ways(line, len, why);

	if (taken == DIFFERS)
		fail_msg("not the same: %.*s", (int)len, line);
	return taken;
}

/* `base` with `to` in place of `from`, which is in it. */
static const char *with(const char *from, const char *to)
{
	static char line[8192];
	const char *at = strstr(base, from);

	assert_non_null(at);
	snprintf(line, sizeof(line), "%.*s%s%s", (int)(at - base), base, to, at + strlen(from));
	return line;
}

static void assert_taken(const char *line)
{
	struct reason why;

	if (check(line, strlen(line), &why) != TAKEN)
		fail_msg("not taken: %s", line);
}

TEST(lines_of_a_real_profile_are_taken)
{
	FILE *in = fopen(GOLDEN, "re");
	char *line = NULL;
	size_t size = 0, births = 0;
	struct reason why;
	ssize_t len;

	assert_non_null(in);
	while ((len = getline(&line, &size, in)) > 0) {
		bool birth = !strncmp(line, "{\"type\":\"birth\"", 15);

		assert_int_equal(check(line, (size_t)len - 1, &why), birth ? TAKEN : LEFT_ALONE);
		births += birth;
	}
	assert_true(births > 8);
	free(line);
	fclose(in);
}

/* What is wrong with a line: "" if it is read in either way. */
static const char *fault_of(const char *text, struct birth *b, struct stack_table *stacks)
{
	static struct reason why;
	json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	int err;

	check(text, strlen(text), &why);
	if (!line)
		return "not JSON";
	why.text[0] = '\0';
	err = store_decode_birth(line, stacks, b, &why);
	assert_int_equal(err, why.text[0] ? -EINVAL : 0);
	json_decref(line);
	return why.text;
}

static void random_syscalls(struct life *life)
{
	for (uint32_t i = 0; i < random_next() % (SYSCALL_KINDS + 1); i++)
		life->syscall[i] = (struct syscall_kind){37 * i + (uint32_t)(random_next() % 37),
							 1 + (uint32_t)random_next() / 2};
	life->other_syscalls = random_next() % 2 ? 0 : (uint32_t)random_next();
}

/* Sound: its edges are in order, and it has the sums of its phases; else it may have any. */
static struct birth random_birth(const char *const *texts, size_t count, char args[64], bool sound)
{
	struct birth b = {.child_tgid = 7, .parent_tid = 8, .uid = UINT32_MAX, .cgroup = 1};
	char *end = args;

	b.life = (struct life){.tid = 9, .result = 9, .born = true};
	b.life.clone_flags = random_next() & INT64_MAX;
	b.life.method = (uint32_t)(random_next() % 5 + 1);
	for (int i = 0; i < EDGE_COUNT; i++)
		b.life.edge[i] =
			random_next() % 3 ? 1000 * (sound ? i + 1 : 1) + random_next() % 1000 : 0;
	for (int i = 1; i < EDGE_COUNT && sound; i++)
		b.life.off[i] = b.life.off[i - 1] + random_next() % 3 * 200;
	for (int i = 0; i < SUM_COUNT; i++)
		b.life.sum[i] = sound ? MISSING : (int64_t)(random_next() >> 10);
	for (int p = 0; p < PHASE_COUNT; p++)
		if (phase_models[p].sum >= 0 && phase_exists(p, b.life.clone_flags) &&
		    random_next() % 3)
			b.life.sum[phase_models[p].sum] = (int64_t)(random_next() >> 10);
	for (int i = 0; i < COUNT_COUNT; i++)
		b.life.count[i] = random_next() % 3 ? (int64_t)(random_next() >> 10) : MISSING;
	if (random_next() % 4 == 0) {
		b.life.result = -11;
		b.life.tid = b.child_tgid = 0;
	}
	random_syscalls(&b.life);
	strcpy(b.comm, texts[random_next() % count]);
	strcpy(b.exe, texts[random_next() % count]);
	if (random_next() % 3) {
		b.life.execed = true;
		b.life.exec_result = random_next() % 2 ? 0 : -2;
		b.path = (char *)texts[random_next() % count];
		b.args = args;
		for (size_t n = random_next() % 3; n > 0; n--)
			end = stpcpy(end, texts[random_next() % count]) + 1;
		b.args_bytes = (size_t)(end - args);
		b.args_total = (uint32_t)(b.args_bytes + random_next() % 2);
	}
	return b;
}

static void assert_as_jansson_writes(const char *line)
{
	json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	char *text;

	assert_non_null(json);
	text = json_dumps(json, JSON_COMPACT);
	assert_string_equal(line, text);
	free(text);
	json_decref(json);
}

/* Whatever a birth holds, what the store writes of it is taken, and is the same birth. */
TEST(whatever_is_written_is_taken)
{
	/* A byte of the last one is replaced. */
	static const char *const texts[] = {"",
					    "ls",
					    "a b",
					    "\"\\/",
					    "\t\n\r\b\f",
					    "\xc3\xa9\xe2\x82\xac",
					    "\xf0\x9f\x98\x80",
					    "</script>",
					    "\033[31m\001\037\177",
					    "bad \xff\xc3("};

	for (size_t round = 0; round < 4000; round++) {
		size_t count = sizeof(texts) / sizeof(texts[0]) - round % 2;
		struct stack_table stacks = {0}, read_stacks = {0};
		struct strbuf line = {0};
		const char *text;
		char args[64] = "";
		struct birth b = random_birth(texts, count, args, round % 2), read;

		if (random_next() % 2)
			b.stack = stack_table__intern_text(&stacks, texts[random_next() % count]);
		store_write_birth(&line, &b);
		assert_int_equal(line.text[line.length - 1], '\n');
		line.text[line.length - 1] = '\0';
		text = line.text;
		assert_as_jansson_writes(text);
		assert_taken(text);
		assert_string_equal(fault_of(text, &read, &read_stacks), "");
		if (round % 2 && !same_birth(&b, &read))
			fail_msg("another birth: %s", text);
		birth__free(&read);
		strbuf__free(&line);
		stack_table__free(&stacks);
		stack_table__free(&read_stacks);
	}
}

#define ARGV   "[\"ls\",\"/\",\"\"]"
#define FRAMES "[\"fork\",\"run_child\",\"main\"]"
#define CALL   "\"result\":0,\"call"

TEST(bad_values_are_refused)
{
	static const struct {
		const char *from, *to, *fault;
	} changes[] = {
		{"\"t_ns\"", "\"method\"", "not JSON"},
		{"\"method\":\"fork\"", "\"method\":7", "method is not a string"},
		{"\"pid\":13260,", "", "pid is not an integer"},
		{"\"pid\":13273,", "", "pid is not an integer"},
		{"13260", "4294967296", "pid is out of range"},
		{"13260", "-1", "pid is out of range"},
		{"4711", "0", "tid is out of range"},
		{"4711", "2147483648", "tid is out of range"},
		{"18874385", "9223372036854775808", "not JSON"},
		{"18874385", "-9223372036854775808", "flags is out of range"},
		{"18874385", "1.5", "flags is not an integer"},
		{"18874385", "1e3", "flags is not an integer"},
		{"18874385", "01", "not JSON"},
		{"18874385", "\"x\"", "flags is not an integer"},
		{"18874385", "null", "flags is not an integer"},
		{"19078613274257", "-1", "t_ns is out of range"},
		{"19078613274257", "36028797018963968", "t_ns is out of range"},
		{CALL, "\"result\":1,\"call", "result is neither 0 nor an error"},
		{CALL, "\"result\":-4096,\"call", "result is neither 0 nor an error"},
		{CALL, "\"result\":\"x\",\"call", "result is not an integer"},
		{"\"parent\":{", "\"parent\":[],\"x\":{", "parent is not an object"},
		{"\"child\":{", "\"child\":3,\"x\":{", "child is not an object"},
		{"\"child\":{", "\"x\":{", "child is not an object"},
		{"\"edges\":{", "\"edges\":3,\"x\":{", "edges is not an object"},
		{"23290", "-1", "mm_start is out of range"},
		{"23290", "36028797018963968", "mm_start is out of range"},
		{"\"phases\":{", "\"phases\":null,\"x\":{", "phases is not an object"},
		{"\"phases\":{", "\"phases\":7,\"x\":{", "phases is not an object"},
		{"9657", "36028797018963968", "cow_parent is out of range"},
		{"9657", "\"x\"", "cow_parent is not an integer"},
		{"\"counts\":{", "\"counts\":[{", "not JSON"},
		{":27", ":-36028797018963968", "ptes_copied is out of range"},
		{":27", ":36028797018963968", "ptes_copied is out of range"},
		{":27", ":1.5", "ptes_copied is not an integer"},
		{"\"sh\"", "7", "comm is not a string"},
		{"\"sh\"", "\"s\\h\"", "not JSON"},
		{"\"sh\"", "\"s\th\"", "not JSON"},
		{"\"sh\"", "\"\xff\"", "not JSON"},
		{"\"sh\"", "\"\xed\xa0\x80\"", "not JSON"},
		{"\"sh\"", "\"\xc0\xaf\"", "not JSON"},
		{"\"sh\"", "\"\\u0000\"", "not JSON"},
		{"\"dash\"", "{}", "exe is not a string"},
		{"\"exec\":{", "\"exec\":[],\"x\":{", "exec is not an object"},
		{"\"/usr/bin/ls\"", "0", "path is not a string"},
		{ARGV, "\"ls\"", "argv is not an array"},
		{"\"argv\"", "\"no\"", "argv is not an array"},
		{ARGV, "[\"ls\",3]", "argv holds what is no string"},
		{ARGV, "[\"ls\",]", "not JSON"},
		{ARGV, "[[\"ls\"]]", "argv holds what is no string"},
		{"\"argv_bytes\":99", "\"argv_bytes\":-1", "argv_bytes is out of range"},
		{"1}}", "1}", "not JSON"},
		{"1}}", "1}}x", "not JSON"},
		{"\"close\":5", "\"close\":-1", "syscalls is out of range"},
		{"\"close\":5", "\"close\":4294967296", "syscalls is out of range"},
		{"\"close\":5", "\"close\":\"5\"", "syscalls is not an object of integers"},
		{"\"close\":5", "\"close\":{\"a\":1}", "syscalls is not an object of integers"},
		{"\"syscalls\":{", "\"syscalls\":[],\"x\":{",
		 "syscalls is not an object of integers"},
		{"\"libc\":1", "\"libc\":3", "libc is not less than the number of frames"},
		{"\"libc\":1", "\"libc\":-1", "libc is out of range"},
		{"\"libc\":1", "\"libc\":4294967296", "libc is out of range"},
		{",\"libc\":1", "", "libc is not an integer"},
		{FRAMES, "[]", "frames is not an array of 1 to 64 strings"},
		{FRAMES, "[\"fork\",7]", "frames holds what is no string"},
		{FRAMES, "\"fork\"", "frames is not an array"},
		{"\"stack\":{", "\"stack\":[],\"x\":{", "stack is not an object"},
		{"\"stack\":{", "\"stack\":[{", "not JSON"},
		{"\"parent_fds\"", "\"cow_faults_child\"", "not JSON"},
	};
	struct stack_table stacks = {0};
	struct birth b;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *fault = fault_of(with(changes[i].from, changes[i].to), &b, &stacks);

		if (strcmp(fault, changes[i].fault))
			fail_msg("\"%s\" for %s", fault, changes[i].to);
	}
	assert_int_equal(stacks.n, 0);
}

TEST(other_lines_are_left_alone)
{
	struct reason why;
	const char *cell = with("\"birth\"", "\"cell\"");

	assert_int_equal(check(cell, strlen(cell), &why), LEFT_ALONE);
	assert_int_equal(check("", 0, &why), LEFT_ALONE);
	assert_int_equal(check("{}", 2, &why), LEFT_ALONE);
	for (size_t i = 0; i + 1 < sizeof(base); i++)
		assert_int_equal(check(base, i, &why), LEFT_ALONE);
}

TEST(another_spelling_is_the_same_birth)
{
	static const char *const changes[][2] = {
		{"\"sh\"", "\"\\u0073h\""},
		{"\"sh\"", " \"sh\"\t"},
		{"\"parent_fds\"", "\"parent_fd\\u0073\""},
		{"1}}", "1}} "},
		{"72540", "true"},
		{"\"flags\"", "\"later\":{\"a\":[\"]}\",1.5,{}],\"\\\"\":null},\"flags\""},
		{"\"uid\"", "\"later\":[],\"uid\""},
		{"1}}", "1},\"later\":\"x\"}"},
		{"\"counts\":{", "\"counts\":{\"moons\":[7],"},
		/* Names that differ from one of ours in any one byte. */
		{"\"uid\"", "\"uids\":1,\"uie\":2,\"vid\":3,\"uid\""},
		{"\"counts\":{", "\"counts\":{\"cow_faults_parens\":1,\"cow_faultS_parent\":2,"},
		{"\"counts\":{", "\"counts\":{\"cow_faults_Parent\":1,\"parent_thread\":2,"},
	};
	struct stack_table stacks = {0};
	struct birth b, other;

	assert_string_equal(fault_of(base, &b, &stacks), "");
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *line = with(changes[i][0], changes[i][1]);

		assert_string_equal(fault_of(line, &other, &stacks), "");
		if (!same_birth(&b, &other))
			fail_msg("not the same: %s", line);
		birth__free(&other);
	}
	birth__free(&b);
	stack_table__free(&stacks);
}

/* `line` with spaces after its colons and commas, and some in other places where they may be. */
static const char *spaced(const char *line)
{
	static char text[2 * sizeof(base)];
	char *to = text;
	bool quoted = false;

	for (; *line; line++) {
		quoted ^= *line == '"';
		if (!quoted && strchr("}]", *line))
			*to++ = ' ';
		*to++ = *line;
		if (!quoted && strchr("{[,:}]", *line))
			*to++ = ' ';
	}
	*to = '\0';
	return text;
}

TEST(these_are_taken)
{
	char many[6000] = "[\"", name[2000];
	struct stack_table stacks = {0};
	struct birth b;

	assert_taken(base);
	assert_taken(with("\"fork\"", "\"of a later version\""));
	assert_taken(with("\"t_ns\":19078613274257,", ""));
	assert_taken(with(CALL, "\"result\":-513,\"call"));
	assert_taken(with("18874385", "9223372036854775807"));
	assert_taken(with("18874385", "-0"));
	assert_taken(with("72540", "\"what is not read\""));
	assert_taken(with(ARGV, "[]"));
	assert_taken(with("\"path\":\"/usr/bin/ls\",", ""));
	assert_taken(with(",\"argv_bytes\":99", ",\"argv_bytes\":1"));
	assert_taken(with("\"sh\"", "\"a name that is longer than any task's\""));
	assert_taken(with("\"sh\"", "\"fifteen bytes \xe2\x82\xac\xe2\x82\xac\""));
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(many, sizeof(many), "[\"%s\",\"%s\"]", name, name);
	assert_taken(with(ARGV, many));
	assert_taken(with("\"libc\":1", "\"libc\":0"));
	assert_taken(with("\"run_child\"", "\"a \\\"name\\\"\",\"\""));
	for (size_t i = 0; i < STACK_FRAMES_MAX; i++)
		snprintf(many + 4 * i, sizeof(many) - 4 * i, "%s\"f\"", i ? "," : "[");
	strcat(many, "]");
	assert_taken(with(FRAMES, many));
	strcpy(many + strlen(many) - 1, ",\"f\"]");
	assert_non_null(strstr(fault_of(with(FRAMES, many), &b, &stacks), "frames is not"));
	/* A string may be the last member. */
	assert_taken("{\"type\":\"birth\",\"flags\":17,\"result\":-11,\"parent\":{\"pid\":1,"
		     "\"tid\":1,\"uid\":0,\"cgroup\":1,\"comm\":\"\xc3\xa9\"},\"edges\":{},"
		     "\"phases\":{},\"counts\":{},\"method\":\"fork\"}");
	/* As other writers have it. */
	assert_taken(spaced(base));
	/* In another order. */
	assert_taken(with("\"type\":\"birth\",\"t_ns\":19078613274257,\"method\":\"fork\"",
			  "\"method\":\"fork\",\"t_ns\":5,\"type\":\"birth\""));
}

/* With some bytes changed or cut out: what it takes, jansson takes, and as the same. */
TEST(as_jansson_reads_it)
{
	char line[2 * sizeof(base)];
	struct reason why;
	size_t taken = 0;

	for (size_t round = 0; round < 60000; round++) {
		strcpy(line, round % 2 ? spaced(base) : base);
		taken += check(line, mutate(line, strlen(line), 1 + round % 3), &why) == TAKEN;
	}
	assert_true(taken > 2000);
}
