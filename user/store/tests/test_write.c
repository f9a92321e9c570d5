// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "bench/tests/unit.h"
#include "user/store/store.h"
#include "user/tests/birth_as_json.h"
#include "user/tests/result_file.h"
#include "user/tests/sample_birth.h"
#include "user/tests/sample_run.h"

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

static void assert_same_values(const struct series *a, const struct series *b)
{
	assert_int_equal(a->n, b->n);
	if (a->n)
		assert_memory_equal(a->v, b->v, a->n * sizeof(*a->v));
}

static void assert_same_run(const struct run *a, const struct run *b)
{
	assert_int_equal(a->seed, b->seed);
	assert_int_equal(a->rounds, b->rounds);
	assert_true(a->ended);
	assert_memory_equal(&a->end, &b->end, sizeof(a->end));
	assert_int_equal(a->cell_count, b->cell_count);
	for (size_t i = 0; i < a->cell_count; i++) {
		const struct cell *x = &a->cells[i], *y = &b->cells[i];

		assert_true(cell__same_key(x, y, NULL));
		assert_int_equal(x->n, y->n);
		for (int s = 0; s < SAMPLE_COUNT; s++)
			assert_same_values(&x->samples[s], &y->samples[s]);
		for (int p = 0; p < PHASE_COUNT; p++)
			assert_same_values(&x->phases[p], &y->phases[p]);
		for (int k = 0; k < COUNT_COUNT; k++)
			assert_same_values(&x->counts[k], &y->counts[k]);
		assert_same_values(&x->unattributed, &y->unattributed);
		assert_same_values(&x->errnos, &y->errnos);
		assert_memory_equal(x->syscalls, y->syscalls, sizeof(*x->syscalls));
	}
}

/* Read, it is the same; read and written again, it is the same text. */
TEST(what_is_written_is_read)
{
	struct run r, back;
	struct cell *c;
	char *text, *again;
	struct fault why;

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
	r.end.cpu_ticks = 1000;
	r.end.load_begin_milli = 1250;
	r.end.load_end_milli = MISSING;
	write_all(&r, in_folder("run.jsonl"));
	text = contents(in_folder("run.jsonl"));
	assert_non_null(strstr(text, "\"n\":0,\"skipped\":\"this kernel has no clone3\"}"));
	assert_int_equal(store_read(in_folder("run.jsonl"), &back, &why), 0);
	assert_same_run(&back, &r);
	write_all(&back, in_folder("run.jsonl"));
	again = contents(in_folder("run.jsonl"));
	assert_string_equal(again, text);
	free(again);
	free(text);
	run__free(&r);
	run__free(&back);
}

/* A line `end` with this member; 0 and *r for run__free(), or what store_read() returns. */
static int read_end(const char *member, struct run *r, struct fault *why)
{
	FILE *out = fopen(in_folder("run.jsonl"), "w");

	assert_non_null(out);
	fprintf(out,
		"{\"type\":\"run\",\"schema\":1,\"tool\":\"t\",\"command\":[\"c\"],"
		"\"clock\":\"monotonic\",\"seed\":\"0\",\"environment\":{},\"phases\":{}}\n"
		"{\"type\":\"end\",\"births\":0,\"started\":null,\"started_untraced\":null,"
		"\"lost\":0,\"duration_ns\":5%s,\"missed\":0}\n",
		member);
	fclose(out);
	return store_read(in_folder("run.jsonl"), r, why);
}

/* CPU time has a source, or a reason why it is absent; older files have neither. */
TEST(cpu_time_is_known_or_absent_with_a_reason)
{
	static const char *const members[] = {
		",\"cpu\":{\"source\":\"wait4\",\"ns\":373000000}",
		",\"cpu\":{\"absent\":\"the trace ended before the command\"}",
		"",
	};
	static const char *const bad[] = {
		",\"cpu\":{}",	       ",\"cpu\":{\"source\":\"wait4\"}",
		",\"cpu\":{\"ns\":1}", ",\"cpu\":{\"absent\":\"x\",\"ns\":1}",
		",\"cpu\":7",	       ",\"cpu\":{\"source\":\"wait4\",\"ns\":-1}",
	};
	struct run r;
	struct fault why;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		char *text;

		assert_int_equal(read_end(members[i], &r, &why), 0);
		if (i == 0)
			assert_int_equal(r.end.cpu_ns, 373000000);
		assert_int_equal(r.cpu.source != NULL, i == 0);
		assert_int_equal(r.cpu.absent != NULL, i == 1);
		write_all(&r, in_folder("run.jsonl"));
		text = contents(in_folder("run.jsonl"));
		assert_int_equal(strstr(text, "\"cpu\"") != NULL, i < 2);
		if (i < 2)
			assert_non_null(strstr(text, members[i]));
		free(text);
		run__free(&r);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(read_end(bad[i], &r, &why), -EINVAL);
		assert_non_null(strstr(why.text, "line 2: "));
	}
}

/* results/README.md promises these keys in this order. */
TEST(lines_are_as_documented)
{
	struct run r = {
		.schema = 1, .seed = 7, .rounds = 8, .clock = "icount", .tool = "spawnscope 0.1.0"};
	char *command[] = {"spawnscope", "bench", NULL}, *text;
	struct cell *c = run__add_cell(&r);

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
		"\"rounds\":8,"
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

TEST(malformed_bytes_become_replacement_characters)
{
	struct run r, back;
	struct fault why;

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

TEST(a_full_disk_is_an_error)
{
	struct store *s = store__create("/dev/full");
	struct run r;

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

TEST(only_what_can_hold_it_is_opened)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	struct store *s;

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

TEST(a_file_is_replaced)
{
	const char *path = file_with("old old old old", 15);
	struct stat st;

	assert_int_equal(store__close(store__create(path)), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 0);
}

TEST(root_follows_no_planted_link)
{
	char link_path[256], target[256];
	struct store *s;

	snprintf(link_path, sizeof(link_path), "%s", in_folder("link"));
	snprintf(target, sizeof(target), "%s", in_folder("target"));
	assert_int_equal(symlink(target, link_path), 0);
	s = store__create(link_path); /* the folder is ours alone */
	assert_non_null(s);
	assert_int_equal(store__close(s), 0);
	if (geteuid() != 0)
		SKIP("needs root");
	assert_int_equal(chmod(folder, 01777), 0);
	assert_not_created(link_path, ELOOP);
	assert_int_equal(chmod(folder, 0700), 0);
}

TEST(standard_output_works)
{
	int saved = dup(STDOUT_FILENO), ends[2];
	struct run r = {0};
	char line[256] = "";
	struct store *s;

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

TEST(hostile_text_is_stored_as_json)
{
	struct birth a = sample_exec_birth(100, 200, 5000);
	json_t *line = birth_as_json(&a), *argv;

	assert_int_equal(json_integer_value(json_object_get(line, "call_ns")), 9000);
	argv = json_object_get(json_object_get(line, "exec"), "argv");
	assert_int_equal(json_array_size(argv), 3);
	assert_string_equal(json_string_value(json_array_get(argv, 2)),
			    "a\033[31mb\nc\"\\\xef\xbf\xbd\xe2\x80\xae");
	/* Cut: so many bytes there were. */
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(line, "exec"), "argv_bytes")),
		sizeof(SAMPLE_ARGS));
	json_decref(line);
}

TEST(a_call_that_failed_has_no_child)
{
	struct birth b = sample_birth(100, 200, 5000);
	json_t *line;

	b.life.result = -EAGAIN;
	line = birth_as_json(&b);
	assert_int_equal(json_integer_value(json_object_get(line, "result")), -EAGAIN);
	assert_null(json_object_get(line, "child"));
	json_decref(line);
}

static int sum_tids(void *sum, const struct birth *b)
{
	*(uint32_t *)sum += b->life.tid;
	return *(uint32_t *)sum > 500 ? -ENOMEM : 0;
}

TEST(a_reader_that_takes_births_gets_all_and_keeps_none)
{
	struct birth b = sample_birth(100, 200, 5000), c = sample_exec_birth(100, 300, 6000);
	struct store *s = store__create(in_folder("run.jsonl"));
	uint32_t sum = 0;
	struct fault why;
	struct run r, back;

	sample_run(&r, 1);
	assert_int_equal(store__write_run(s, &r), 0);
	assert_int_equal(store__write_birth(s, &b), 0);
	assert_int_equal(store__write_birth(s, &c), 0);
	assert_int_equal(store__write_end(s, &r), 0);
	assert_int_equal(store__close(s), 0);
	assert_int_equal(store_read_births(in_folder("run.jsonl"), &back, sum_tids, &sum, &why), 0);
	assert_int_equal(sum, 500);
	assert_null(back.births);
	assert_int_equal(back.birth_count, 2);
	run__free(&back);
	/* Now it fails. */
	assert_int_equal(store_read_births(in_folder("run.jsonl"), &back, sum_tids, &sum, &why),
			 -ENOMEM);
	run__free(&r);
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
