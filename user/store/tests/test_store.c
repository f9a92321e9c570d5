// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "user/store/store.h"
#include "user/tests/sample_run.h"

#define RUN                                                                                        \
	"{\"type\":\"run\",\"schema\":1,\"tool\":\"t\",\"command\":[],\"clock\":\"monotonic\","    \
	"\"seed\":\"1\",\"environment\":{},\"phases\":{}}\n"
#define END                                                                                        \
	"{\"type\":\"end\",\"births\":1,\"started\":1,\"started_untraced\":0,\"lost\":0,"          \
	"\"missed\":null}\n"
/* A cell of two samples with something put in. */
#define CELL(more) "{\"type\":\"cell\",\"key\":{\"method\":\"fork\"},\"n\":2," more "}\n"
#define SAMPLES_OK "\"samples\":{\"spawn_ns\":[1,null]}"

static char folder[] = "/tmp/spawnscope-test-XXXXXX";

/* Path of a file in the test's own folder; valid until the next call. */
static const char *in_folder(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static const char *file_with(const void *bytes, size_t size)
{
	const char *path = in_folder("given.jsonl");
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
	return path;
}

static int read_text(const char *text, struct run *r, struct fault *why)
{
	why->text[0] = '\0';
	return store_read(file_with(text, strlen(text)), r, why);
}

static char *contents(const char *path)
{
	char *text = calloc(1, 1 << 20);
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_in_range(fread(text, 1, (1 << 20) - 1, f), 0, (1 << 20) - 2);
	fclose(f);
	return text;
}

static void write_all(const struct run *r, const char *path)
{
	struct store *s = store__create(path);

	assert_non_null(s);
	assert_int_equal(store__write_run(s, r), 0);
	for (size_t i = 0; i < r->cell_count; i++)
		assert_int_equal(store__write_cell(s, &r->cells[i]), 0);
	if (r->ended)
		assert_int_equal(store__write_end(s, r), 0);
	assert_int_equal(store__close(s), 0);
}

static void assert_same_series(const struct series *a, const struct series *b)
{
	assert_int_equal(a->n, b->n);
	if (a->n > 0)
		assert_memory_equal(a->v, b->v, a->n * sizeof(*a->v));
}

static void assert_same_text(const char *a, const char *b)
{
	if (!a || !b)
		assert_ptr_equal(a, b);
	else
		assert_string_equal(a, b);
}

static void assert_same_cell(const struct cell *a, const struct cell *b)
{
	assert_true(cell__same_key(a, b, NULL));
	assert_int_equal(a->n, b->n);
	assert_same_text(a->skipped, b->skipped);
	assert_same_text(a->broken, b->broken);
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		assert_same_series(&a->samples[i], &b->samples[i]);
	for (size_t i = 0; i < PHASE_COUNT; i++) {
		assert_same_series(&a->phases[i], &b->phases[i]);
		assert_same_text(a->phase_origin[i].source, b->phase_origin[i].source);
		assert_same_text(a->phase_origin[i].absent, b->phase_origin[i].absent);
	}
	for (size_t i = 0; i < COUNT_COUNT; i++)
		assert_same_series(&a->counts[i], &b->counts[i]);
	assert_same_series(&a->unattributed, &b->unattributed);
	assert_same_series(&a->errnos, &b->errnos);
}

static void assert_same_run(const struct run *a, const struct run *b)
{
	size_t i;

	assert_int_equal(a->schema, b->schema);
	assert_string_equal(a->tool, b->tool);
	assert_string_equal(a->clock, b->clock);
	assert_true(a->seed == b->seed);
	for (i = 0; a->command[i]; i++)
		assert_string_equal(a->command[i], b->command[i]);
	assert_null(b->command[i]);
	assert_int_equal(a->env_count, b->env_count);
	for (i = 0; i < a->env_count; i++) {
		assert_string_equal(a->env[i].name, b->env[i].name);
		assert_same_text(a->env[i].text, b->env[i].text);
		assert_int_equal(a->env[i].number, b->env[i].number);
	}
	for (i = 0; i < PHASE_COUNT; i++) {
		assert_same_text(a->phases[i].source, b->phases[i].source);
		assert_same_text(a->phases[i].absent, b->phases[i].absent);
	}
	assert_int_equal(a->cell_count, b->cell_count);
	for (i = 0; i < a->cell_count; i++)
		assert_same_cell(&a->cells[i], &b->cells[i]);
	assert_int_equal(a->ended, b->ended);
	assert_memory_equal(&a->end, &b->end, sizeof(a->end));
}

static void what_is_written_is_read(void **state)
{
	struct run r, back;
	struct cell *c;
	struct fault why;

	(void)state;
	sample_run(&r, 5);
	c = sample_cell(&r, "clone", 4096, "phases", 0);
	c->skipped = strdup("this kernel has no clone3");
	c = sample_cell(&r, "vfork", 4096, "phases", 3);
	c->broken = strdup("the parent died");
	for (int i = 0; i < 3; i++)
		series__push(&c->errnos, i == 1 ? ENOMEM : 0);
	series__free(&c->unattributed);
	sample_series(&c->unattributed, 3, -50, true);
	r.end.missed = MISSING;
	write_all(&r, in_folder("run.jsonl"));
	assert_int_equal(store_read(in_folder("run.jsonl"), &back, &why), 0);
	assert_same_run(&r, &back);
	run__free(&r);
	run__free(&back);
}

/* results/README.md promises these keys in this order. */
static void lines_are_as_documented(void **state)
{
	struct run r = {.schema = 1, .seed = 7, .clock = "icount", .tool = "spawnscope 0.1.0"};
	char *command[] = {"spawnscope", "bench", NULL}, *text;
	struct cell *c = run__add_cell(&r);

	(void)state;
	r.command = command;
	r.ended = true;
	r.end.births = MISSING;
	run__add_env_text(&r, "aslr", NULL);
	run__add_env_number(&r, "cpu_count", 1);
	r.phases[PHASE_copy_mm].source = "fentry:dup_mmap";
	r.phases[PHASE_reap].absent = "why";
	cell__add_key_text(c, "method", "fork");
	cell__add_key_number(c, "rss_bytes", 4096);
	c->n = 2;
	series__push(&c->samples[SAMPLE_spawn_ns], 10);
	series__push(&c->samples[SAMPLE_spawn_ns], MISSING);
	series__push(&c->samples[SAMPLE_exec_ns], MISSING);
	series__push(&c->samples[SAMPLE_exec_ns], MISSING);
	series__push(&c->phases[PHASE_copy_mm], 3);
	c->phase_origin[PHASE_copy_mm].source = "fentry:dup_mmap";
	c->phase_origin[PHASE_vfork_wait].absent = "no CLONE_VFORK";
	c->phase_origin[PHASE_wake].source = "never came";
	series__push(&c->counts[COUNT_vmas], 0);
	series__push(&c->counts[COUNT_vmas], 24);
	series__push(&c->unattributed, -1);
	series__push(&c->errnos, 0);
	series__push(&c->errnos, 12);
	c->broken = "why";
	write_all(&r, in_folder("run.jsonl"));
	text = contents(in_folder("run.jsonl"));
	assert_string_equal(
		text,
		"{\"type\":\"run\",\"schema\":1,\"tool\":\"spawnscope 0.1.0\","
		"\"command\":[\"spawnscope\",\"bench\"],\"clock\":\"icount\",\"seed\":\"7\","
		"\"environment\":{\"aslr\":null,\"cpu_count\":1},"
		"\"phases\":{\"copy_mm\":{\"source\":\"fentry:dup_mmap\"},"
		"\"reap\":{\"absent\":\"why\"}}}\n"
		"{\"type\":\"cell\",\"key\":{\"method\":\"fork\",\"rss_bytes\":4096},\"order\":0,"
		"\"n\":2,"
		"\"samples\":{\"spawn_ns\":[10,null]},\"unattributed_ns\":[-1,null],"
		"\"phases\":{\"copy_mm\":{\"source\":\"fentry:dup_mmap\",\"ns\":[3,null]},"
		"\"vfork_wait\":{\"absent\":\"no CLONE_VFORK\"}},\"counts\":{\"vmas\":[0,24]},"
		"\"errnos\":[0,12],\"broken\":\"why\"}\n"
		"{\"type\":\"end\",\"births\":null,\"started\":0,\"started_untraced\":0,"
		"\"lost\":0,\"missed\":0}\n");
	free(text);
	c->broken = NULL; /* what is not on the heap */
	c->phase_origin[PHASE_copy_mm].source = NULL;
	c->phase_origin[PHASE_vfork_wait].absent = NULL;
	c->phase_origin[PHASE_wake].source = NULL;
	r.phases[PHASE_copy_mm].source = NULL;
	r.phases[PHASE_reap].absent = NULL;
	r.tool = r.clock = NULL;
	r.command = NULL;
	run__free(&r);
}

static void malformed_text_is_mended(void **state)
{
	struct run r, back;
	struct fault why;

	(void)state;
	sample_run(&r, 1);
	free(r.command[1]);
	r.command[1] = strdup("a\xff"
			      "b\xc3\n\"\xe2\x82\xac");
	run__add_env_text(&r, "na\xfeme", "\xed\xa0\x80");
	write_all(&r, in_folder("run.jsonl"));
	assert_int_equal(store_read(in_folder("run.jsonl"), &back, &why), 0);
	assert_string_equal(back.command[1], "a\xef\xbf\xbd"
					     "b\xef\xbf\xbd\n\"\xe2\x82\xac");
	assert_string_equal(run__env(&back, "na\xef\xbf\xbdme")->text,
			    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	run__free(&r);
	run__free(&back);
}

static void a_full_disk_is_told(void **state)
{
	struct store *s = store__create("/dev/full");
	struct run r;

	(void)state;
	sample_run(&r, 1);
	assert_non_null(s);
	assert_int_equal(store__write_run(s, &r), -ENOSPC);
	assert_int_equal(store__write_end(s, &r), -ENOSPC);
	assert_int_equal(store__close(s), -ENOSPC);
	assert_int_equal(store__close(NULL), 0);
	run__free(&r);
}

static void assert_not_created(const char *path, int err)
{
	errno = 0;
	assert_null(store__create(path));
	assert_int_equal(errno, err);
}

static void only_what_can_hold_it_is_opened(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	struct store *s;

	(void)state;
	assert_not_created(folder, EISDIR);
	assert_not_created(in_folder("none/run.jsonl"), ENOENT);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_not_created(in_folder("socket"), ENXIO);
	close(listener);
	s = store__create("/dev/null");
	assert_non_null(s);
	assert_int_equal(store__close(s), 0);
}

static void a_file_is_replaced(void **state)
{
	const char *path = file_with("old old old old", 15);
	struct stat st;

	(void)state;
	assert_int_equal(store__close(store__create(path)), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 0);
}

static void root_follows_no_planted_link(void **state)
{
	char link_path[256], target[256];
	struct store *s;

	(void)state;
	snprintf(link_path, sizeof(link_path), "%s", in_folder("link"));
	snprintf(target, sizeof(target), "%s", in_folder("target"));
	assert_int_equal(symlink(target, link_path), 0);
	s = store__create(link_path); /* the folder is ours alone */
	assert_non_null(s);
	assert_int_equal(store__close(s), 0);
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(folder, 01777), 0);
	assert_not_created(link_path, ELOOP);
	assert_int_equal(chmod(folder, 0700), 0);
}

static void standard_output_works(void **state)
{
	int saved = dup(STDOUT_FILENO), ends[2];
	struct run r = {0};
	char line[256] = "";
	struct store *s;

	(void)state;
	fflush(stdout);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDOUT_FILENO);
	s = store__create("-");
	assert_non_null(s);
	assert_int_equal(store__write_end(s, &r), 0);
	assert_int_equal(store__close(s), 0);
	dup2(saved, STDOUT_FILENO);
	assert_true(read(ends[0], line, sizeof(line) - 1) > 0);
	assert_true(!strncmp(line, "{\"type\":\"end\"", 13));
	close(saved);
	close(ends[0]);
	close(ends[1]);
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

static void what_is_no_result_is_refused(void **state)
{
	(void)state;
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

#define RUN_WITH(schema, command, clock, seed, environment, phases)                                \
	"{\"type\":\"run\",\"schema\":" schema ",\"tool\":\"t\",\"command\":" command              \
	",\"clock\":" clock ",\"seed\":" seed ",\"environment\":" environment                      \
	",\"phases\":" phases "}\n"

static void a_bad_run_line_is_refused(void **state)
{
	static const char *const runs[][2] = {
		{RUN_WITH("\"1\"", "[]", "\"icount\"", "\"1\"", "{}", "{}"), "schema is not"},
		{RUN_WITH("0", "[]", "\"icount\"", "\"1\"", "{}", "{}"), "no schema 0"},
		{RUN_WITH("1.0", "[]", "\"icount\"", "\"1\"", "{}", "{}"), "schema is not"},
		{RUN_WITH("1", "{}", "\"icount\"", "\"1\"", "{}", "{}"), "command is not"},
		{RUN_WITH("1", "[1]", "\"icount\"", "\"1\"", "{}", "{}"), "command is not"},
		{RUN_WITH("1", "[]", "\"sundial\"", "\"1\"", "{}", "{}"), "clock sundial"},
		{RUN_WITH("1", "[]", "null", "\"1\"", "{}", "{}"), "clock is not"},
		{RUN_WITH("1", "[]", "\"icount\"", "1", "{}", "{}"), "seed is not"},
		{RUN_WITH("1", "[]", "\"icount\"", "\"-1\"", "{}", "{}"), "seed is not"},
		{RUN_WITH("1", "[]", "\"icount\"", "\"\"", "{}", "{}"), "seed is not"},
		{RUN_WITH("1", "[]", "\"icount\"", "\"18446744073709551616\"", "{}", "{}"),
		 "seed is out of range"},
		{RUN_WITH("1", "[]", "\"icount\"", "\"1\"", "[]", "{}"), "environment is not"},
		{RUN_WITH("1", "[]", "\"icount\"", "\"1\"", "{\"a\\u001b\":[]}", "{}"),
		 "a\\x1b is not"},
		{RUN_WITH("1", "[]", "\"icount\"", "\"1\"", "{\"a\":1.5}", "{}"), "a is not"},
		{RUN_WITH("1", "[]", "\"icount\"", "\"1\"", "{}", "null"), "phases is not"},
		{RUN_WITH("1", "[]", "\"icount\"", "\"1\"", "{}", "{\"reap\":{}}"), "phase reap"},
		{RUN_WITH("1", "[]", "\"icount\"", "\"1\"", "{}", "{\"reap\":7}"), "phase reap"},
		{RUN_WITH("1", "[]", "\"icount\"", "\"1\"", "{}",
			  "{\"reap\":{\"source\":\"a\",\"absent\":\"b\"}}"),
		 "phase reap"},
		{RUN_WITH("1", "[]", "\"icount\"", "\"1\"", "{}", "{\"reap\":{\"source\":1}}"),
		 "source is not"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		assert_refused(runs[i][0], -EINVAL, runs[i][1]);
	assert_refused("{\"type\":\"run\",\"schema\":1}\n", -EINVAL, "tool is not");
}

static void a_newer_schema_is_told(void **state)
{
	(void)state;
	assert_refused(RUN_WITH("2", "7", "7", "7", "7", "7") "what will be\n", -ENOTSUP,
		       "given.jsonl: schema 2 is newer than this tool's 1; update spawnscope");
	assert_refused(RUN_WITH("9223372036854775807", "7", "7", "7", "7", "7"), -ENOTSUP,
		       "schema 9223372036854775807 is newer");
}

static void a_bad_cell_is_refused(void **state)
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
		{CELL("\"samples\":{\"spawn_ns\":[1]}"), "spawn_ns has 1 values where n is 2"},
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

	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		snprintf(text, sizeof(text), "%s%s%s", RUN, cells[i][0], END);
		assert_refused(text, -EINVAL, cells[i][1]);
	}
	assert_refused(RUN "{\"type\":\"end\"}\n", -EINVAL, "line 2: births is not");
	assert_refused(RUN "{\"type\":\"end\",\"births\":-1}\n", -EINVAL, "births is negative");
}

static void later_additions_are_skipped(void **state)
{
	struct run r;
	struct fault why;

	(void)state;
	assert_int_equal(read_text(RUN_WITH("1", "[]", "\"icount\"", "\"1\"", "{}", "{\"later\":7}")
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
static void lines_may_lie_anywhere(void **state)
{
	enum { ROOM = 1 << 20 };
	char *text = malloc(ROOM);
	struct fault why;
	size_t k, lines;
	struct run r;

	(void)state;
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

static void a_killed_run_keeps_its_lines(void **state)
{
	static const char text[] = RUN CELL(SAMPLES_OK) END;
	size_t run = sizeof(RUN) - 1, cell = run + sizeof(CELL(SAMPLES_OK)) - 1, size;
	struct run r;
	struct fault why;

	(void)state;
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

static void deep_nesting_is_refused(void **state)
{
	size_t depth = 1000000;
	char *text = malloc(2 * depth), *end = mempcpy(text, RUN, strlen(RUN));
	struct run r;
	struct fault why;

	(void)state;
	memset(end, '[', depth);
	memcpy(end + depth, "\n" END, strlen("\n" END) + 1);
	assert_int_equal(read_text(text, &r, &why), -EINVAL);
	assert_non_null(strstr(why.text, "line 2: not JSON"));
	free(text);
}

static void unreadable_files_are_told(void **state)
{
	struct run r;
	struct fault why;
	char name[300], escaped[300];

	(void)state;
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

static int make_folder(void **state)
{
	(void)state;
	return !mkdtemp(folder);
}

static int remove_folder(void **state)
{
	static const char *const names[] = {"given.jsonl", "run.jsonl", "socket", "link", "target"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_folder(names[i]));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(lines_are_as_documented),
		cmocka_unit_test(malformed_text_is_mended),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(only_what_can_hold_it_is_opened),
		cmocka_unit_test(a_file_is_replaced),
		cmocka_unit_test(root_follows_no_planted_link),
		cmocka_unit_test(standard_output_works),
		cmocka_unit_test(what_is_no_result_is_refused),
		cmocka_unit_test(a_bad_run_line_is_refused),
		cmocka_unit_test(a_newer_schema_is_told),
		cmocka_unit_test(a_bad_cell_is_refused),
		cmocka_unit_test(later_additions_are_skipped),
		cmocka_unit_test(lines_may_lie_anywhere),
		cmocka_unit_test(a_killed_run_keeps_its_lines),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(unreadable_files_are_told),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
