// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a profile prints and stores of births that are made up here. */
#include <errno.h>
#include <jansson.h>
#include <locale.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/tests/unit.h"
#include "user/analysis/groups.h"
#include "user/export/perfetto.h"
#include "user/model/birth.h"
#include "user/profile/lines.h"
#include "user/profile/tree.h"
#include "user/store/encode.h"
#include "user/store/store.h"
#include "user/table/profile.h"
#include "user/text/layout.h"
#include "user/text/utf8.h"

#define HOSTILE "a\033[31mb\nc\"\\\xff\xe2\x80\xae"

static char text[1 << 20];
static char args[] = "prog\0two words\0" HOSTILE;

static struct birth birth(uint32_t parent, uint32_t tid, uint64_t t)
{
	struct birth b = {
		.life = {.tid = tid,
			 .parent_tgid = parent,
			 .clone_flags = SIGCHLD,
			 .method = CLONE_METHOD_FORK,
			 .result = (int32_t)tid,
			 .born = true},
		.child_tgid = tid,
		.parent_tid = parent,
		.comm = "parent",
		.exe = "program",
	};
	const uint64_t edge[EDGE_COUNT] = {t,	      t + 1000,	 t + 7000, t + 8000,
					   t + 8500,  t + 9000,	 t + 9500, t + 10000,
					   t + 11000, t + 12000, t + 13000};

	memcpy(b.life.edge, edge, sizeof(edge));
	for (int i = 0; i < SUM_COUNT; i++)
		b.life.sum[i] = MISSING;
	for (int i = 0; i < COUNT_COUNT; i++)
		b.life.count[i] = MISSING;
	b.life.count[COUNT_parent_rss_anon] = 1 << 30;
	b.life.count[COUNT_parent_rss_file] = 4096;
	b.life.count[COUNT_parent_rss_shmem] = 0;
	b.life.count[COUNT_cow_faults_child] = 3;
	b.life.count[COUNT_cow_faults_parent] = 4;
	b.life.sum[SUM_copy_pages] = 5000;
	return b;
}

/* With a command, which it does not own. */
static struct birth exec_birth(uint32_t parent, uint32_t tid, uint64_t t)
{
	struct birth b = birth(parent, tid, t);

	b.life.execed = true;
	b.path = "/usr/bin/prog";
	b.args = args;
	b.args_bytes = sizeof(args) - 1;
	b.args_total = sizeof(args);
	return b;
}

TEST(hostile_text_is_stored_as_json)
{
	struct birth a = exec_birth(100, 200, 5000);
	json_t *line = store_encode_birth(&a), *argv;

	assert_int_equal(json_integer_value(json_object_get(line, "call_ns")), 9000);
	argv = json_object_get(json_object_get(line, "exec"), "argv");
	assert_int_equal(json_array_size(argv), 3);
	assert_string_equal(json_string_value(json_array_get(argv, 2)),
			    "a\033[31mb\nc\"\\\xef\xbf\xbd\xe2\x80\xae");
	/* Cut: so many bytes there were. */
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(line, "exec"), "argv_bytes")),
		sizeof(args));
	json_decref(line);
}

/* Text. */

/* Nothing that a terminal obeys, and no line too wide. */
static void check_text(size_t width)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		for (const char *c = line; *c; c++)
			assert_true((unsigned char)*c >= 0x20);
		assert_null(strstr(line, "\xe2\x80\xae"));
		if (width && utf8_width(line) > width)
			fail_msg("%zu columns: %s", utf8_width(line), line);
	}
}

TEST(live_lines_fit_and_are_harmless)
{
	struct birth b = exec_birth(4194304, 4194303, 5000000000), failed = birth(1, 0, 5000000000);
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct lines l = {
		.out = out, .clock = "monotonic", .width = 80, .phases = true, .cow = true};

	strcpy(b.comm, "\033]0;x\007\nlongname");
	failed.life.result = -EAGAIN;
	lines__print(&l, &b);
	lines__print(&l, &failed);
	fclose(out);
	assert_non_null(strstr(text, "/usr/bin/prog"));
	assert_non_null(strstr(text, "EAGAIN"));
	assert_non_null(strstr(text, "copy_mm 6.00 us"));
	assert_non_null(strstr(text, "     7  ")); /* COW faults of both */
	check_text(80);
}

TEST(a_command_is_shown_as_it_is_typed)
{
	struct birth b = exec_birth(1, 2, 5000);
	char command[512];

	birth_command(&b, command, sizeof(command));
	assert_string_equal(command, "/usr/bin/prog 'two words' 'a\\x1b[31mb\\x0ac\"\\\\xff"
				     "\\xe2\\x80\\xae' ..");
	b.args = "/bin/sh\0/usr/bin/prog\0x";
	b.args_bytes = b.args_total = sizeof("/bin/sh\0/usr/bin/prog\0x");
	birth_command(&b, command, sizeof(command));
	assert_string_equal(command, "/bin/sh /usr/bin/prog x");
	birth_command(&b, command, 8);
	assert_true(strlen(command) < 8);
	b.path = NULL;
	birth_command(&b, command, sizeof(command));
	assert_string_equal(command, "");
}

TEST(the_tree_has_each_process_below_its_parent)
{
	struct birth a = exec_birth(10, 20, 1000), b = birth(20, 30, 2000),
		     again = birth(10, 20, 3000), c = birth(20, 40, 4000),
		     thread = birth(10, 50, 5000);
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct tree t = {0};

	thread.life.method = CLONE_METHOD_THREAD;
	/* In the order in which they end. */
	assert_int_equal(tree__add(&t, &c), 0);
	assert_int_equal(tree__add(&t, &b), 0);
	assert_int_equal(tree__add(&t, &a), 0);
	assert_int_equal(tree__add(&t, &again), 0);
	assert_int_equal(tree__add(&t, &thread), 0);
	tree__print(&t, "monotonic", out);
	fclose(out);
	assert_string_equal(text,
			    "\n10 parent\n"
			    "|- 20 fork 9.00 us  /usr/bin/prog 'two words' 'a\\x1b[31mb\\x0ac\"\\"
			    "\\xff\\xe2\\x80\\x..\n"
			    "|  `- 30 fork 9.00 us  (no exec)\n"
			    "`- 20 fork 9.00 us  (no exec)\n"
			    "   `- 40 fork 9.00 us  (no exec)\n");
	tree__free(&t);
}

TEST(the_tree_is_bounded)
{
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct tree t = {0};

	for (uint32_t i = 0; i < TREE_MAX + 5; i++) {
		struct birth b = birth(i + 1, i + 2, 1000 * (i + 1));

		assert_int_equal(tree__add(&t, &b), 0);
	}
	tree__print(&t, "monotonic", out);
	fclose(out);
	assert_non_null(strstr(text, "and 5 more processes\n"));
	tree__free(&t);
}

static void summary(struct groups *g, const struct phase_origin *phases)
{
	const struct profile_summary s = {
		.what = "'x " HOSTILE "'",
		.clock = "monotonic",
		.groups = g,
		.phases = phases,
		.ns = 2000000000,
		.kernel = MISSING,
		.run_ns = MISSING,
		.top = 2,
	};
	FILE *out = fmemopen(text, sizeof(text), "w");

	groups__sort(g);
	assert_int_equal(table_profile_print(&s, out, false), 0);
	fclose(out);
}

TEST(the_summary_fits_whatever_the_names)
{
	const struct phase_origin phases[PHASE_COUNT] = {
		[PHASE_reap] = {.absent = "because " HOSTILE},
	};
	struct groups g;

	groups__init(&g, GROUP_BY_COMM);
	for (uint32_t i = 1; i <= 3000; i++) {
		struct birth b = birth(1, i, 1000ULL * i * 100000);

		snprintf(b.comm, sizeof(b.comm), i % 3 ? "\033[3%um\n" : "plain-%u", i % 4);
		b.life.edge[EDGE_clone_return] += (uint64_t)i * i * i;
		if (i % 10 == 0)
			b.life.result = -ENOMEM;
		assert_int_equal(groups__add(&g, &b), 0);
	}
	groups__count_received(&g);
	summary(&g, phases);
	assert_non_null(strstr(text, "\n2700 births, 300 failed, 0 lost\n"));
	assert_non_null(strstr(text, "more groups with"));
	assert_non_null(strstr(text, "ENOMEM ("));
	assert_non_null(strstr(text, "1.0G"));
	assert_non_null(strstr(text, "Not measured: reap: because"));
	check_text(80);
	groups__free(&g);
}

/* A p99 of few is their maximum, and none; loss is what the summary begins with. */
TEST(what_is_not_known_is_not_shown)
{
	const struct phase_origin phases[PHASE_COUNT] = {0};
	struct birth b = birth(1, 2, 1000);
	struct groups g;

	groups__init(&g, GROUP_BY_COMM);
	assert_int_equal(groups__add(&g, &b), 0);
	groups__count_received(&g);
	summary(&g, phases);
	assert_null(strstr(text, "P99"));
	assert_null(strstr(text, "ERRORS"));
	assert_null(strstr(text, "REAP"));
	g.all.counts.lost = 7;
	summary(&g, phases);
	assert_true(strstr(text, "records were lost") && strstr(text, "were lost") < text + 80);
	groups__free(&g);
}

TEST(nothing_seen_is_said_in_short)
{
	const struct phase_origin phases[PHASE_COUNT] = {0};
	struct groups g;

	groups__init(&g, GROUP_BY_PID);
	summary(&g, phases);
	assert_non_null(strstr(text, "\n0 births, 0 failed, 0 lost\n"));
	groups__free(&g);
}

/* copy_mm alone, to that with finish, faults, and the drop at exec; held from the wake-up on. */
TEST(what_posix_spawn_would_save_is_estimated)
{
	const struct phase_origin phases[PHASE_COUNT] = {0};
	struct birth b = exec_birth(1, 2, 1000000), stays = birth(1, 3, 1000000);
	struct groups g;

	b.life.sum[SUM_cow_child] = 300;
	b.life.sum[SUM_cow_parent] = 200;
	strcpy(stays.comm, "snapshot");
	stays.life.edge[EDGE_mm_end] += 5000000;
	stays.life.edge[EDGE_newtask] += 5000000;
	groups__init(&g, GROUP_BY_COMM);
	for (int i = 0; i < 100; i++)
		assert_int_equal(groups__add(&g, &b), 0);
	assert_int_equal(groups__add(&g, &stays), 0);
	assert_int_equal(g.v[0].spawnable.n, 100);
	assert_true(g.v[0].spawnable.least_ns == 100 * 6000);
	assert_true(g.v[0].spawnable.most_ns == 100 * (6000 + 1000 + 500 + 1000));
	assert_true(g.v[0].spawnable.held_ns == 100 * 3500);
	assert_int_equal(g.v[1].spawnable.n, 0);
	groups__count_received(&g);
	summary(&g, phases);
	assert_non_null(strstr(text, "parent: 100 forks that exec, as posix_spawn: 600 us to "
				     "850 us less work"));
	assert_non_null(strstr(text, "snapshot: 1 forks, none execs: no case for posix_spawn; "
				     "5.01 ms"));
	check_text(80);
	groups__free(&g);
}

/* The trace. */

TEST(the_trace_is_what_the_format_asks_for)
{
	struct birth b = exec_birth(10, 20, 5000000), failed = birth(10, 0, 6000000);
	char path[] = "/tmp/test_profile.XXXXXX";
	size_t flows = 0, slices = 0, i;
	struct perfetto *p;
	json_t *trace, *event;
	FILE *out;

	failed.life.result = -EAGAIN;
	strcpy(b.comm, HOSTILE);
	close(mkstemp(path));
	out = fopen(path, "w");
	assert_non_null(out);
	p = perfetto__new(out, 4000000);
	assert_non_null(p);
	assert_int_equal(perfetto__birth(p, &b), 0);
	assert_int_equal(perfetto__birth(p, &failed), 0);
	assert_int_equal(perfetto__finish(p), 0);
	fclose(out);
	trace = json_load_file(path, 0, NULL);
	unlink(path);
	assert_true(json_is_array(trace));
	json_array_foreach (trace, i, event) {
		const char *ph = json_string_value(json_object_get(event, "ph"));

		assert_non_null(ph);
		assert_non_null(strstr("MXCsf", ph));
		assert_true(json_is_string(json_object_get(event, "name")));
		assert_true(json_is_integer(json_object_get(event, "pid")));
		if (strcmp(ph, "M"))
			assert_true(json_number_value(json_object_get(event, "ts")) >= 1000);
		if (!strcmp(ph, "X")) {
			assert_true(json_number_value(json_object_get(event, "dur")) >= 0);
			assert_true(json_is_integer(json_object_get(event, "tid")));
			slices++;
		}
		flows += !strcmp(ph, "s") || !strcmp(ph, "f");
	}
	assert_int_equal(flows, 2);
	assert_true(slices > 8);
	json_decref(trace);
	assert_int_equal(perfetto__finish(NULL), 0);
}

/* The tracks of slices of that name, in the order of the file. */
static size_t tracks_of(const json_t *trace, const char *name, json_int_t *tracks, size_t max)
{
	size_t n = 0, i;
	json_t *event;

	json_array_foreach (trace, i, event)
		if (!strcmp(json_string_value(json_object_get(event, "name")), name) && n < max)
			tracks[n++] = json_integer_value(json_object_get(event, "pid"));
	return n;
}

/* 20 is born of 10, and forks 30; then the id 20 is given anew, and the second forks 40. */
TEST(an_id_given_anew_is_another_track)
{
	struct birth first = exec_birth(10, 20, 1000000), old = birth(20, 30, 2000000),
		     second = exec_birth(10, 20, 3000000), young = birth(20, 40, 4000000),
		     before = birth(50, 60, 1000000), third = birth(10, 50, 5000000);
	/* What the second bore is over before itself, and what the first bore comes late. */
	const struct birth *over[] = {&first, &young, &old, &second, &before, &third};
	json_int_t tracks[8];
	struct perfetto *p;
	char *names[2];
	json_t *trace;
	FILE *out;

	second.path = "/usr/bin/other";
	out = fmemopen(text, sizeof(text), "w");
	p = perfetto__new(out, 0);
	assert_non_null(p);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(perfetto__begin(p, over[i]), 0);
	for (size_t i = 0; i < sizeof(over) / sizeof(over[0]); i++)
		assert_int_equal(perfetto__birth(p, over[i]), 0);
	assert_int_equal(perfetto__finish(p), 0);
	fclose(out);
	trace = json_loads(text, 0, NULL);
	assert_non_null(trace);
	/* The parents of the six. */
	assert_int_equal(tracks_of(trace, "fork", tracks, 8), 6);
	assert_true(tracks[0] == 10 && tracks[3] == 10 && tracks[5] == 10 && tracks[4] == 50);
	assert_int_equal(tracks[2], 20);
	assert_int_equal(tracks[1], 20 + (1 << 22));
	/* Their children: 50 was there before, and is not the one that was born later. */
	assert_int_equal(tracks_of(trace, "first_run", tracks, 8), 6);
	assert_true(tracks[0] == 20 && tracks[3] == 20 + (1 << 22) && tracks[5] == 50 + (1 << 22));
	names[0] = strstr(text, "\"prog\"");
	names[1] = strstr(text, "\"other (pid 20, no. 2 of that id)\"");
	assert_true(names[0] && names[1]);
	json_decref(trace);
}

TEST(a_full_disk_is_an_error)
{
	struct birth b = exec_birth(10, 20, 5000000);
	FILE *full = fopen("/dev/full", "w");
	struct perfetto *p = perfetto__new(full, 0);
	int err = 0;

	for (int i = 0; i < 1000 && !err; i++)
		err = perfetto__birth(p, &b);
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(perfetto__finish(p), -ENOSPC);
	fclose(full);
}

int unit_setup(void **state)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return 0;
}
