// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "bench/tests/unit.h"
#include "user/export/perfetto.h"
#include "user/export/trace_time.h"
#include "user/tests/sample_birth.h"

static char text[1 << 23];

TEST(the_trace_is_what_the_format_asks_for)
{
	struct birth b = sample_exec_birth(10, 20, 5000000), failed = sample_birth(10, 0, 6000000);
	size_t flows = 0, slices = 0, i;
	struct perfetto *p;
	json_t *trace, *event;
	FILE *out;

	failed.life.result = -EAGAIN;
	strcpy(b.comm, SAMPLE_HOSTILE);
	out = fmemopen(text, sizeof(text), "w");
	p = perfetto__new(out, 4000000);
	assert_non_null(p);
	assert_int_equal(perfetto__birth(p, &b), 0);
	assert_int_equal(perfetto__birth(p, &failed), 0);
	assert_int_equal(perfetto__finish(p), 0);
	fclose(out);
	trace = json_loads(text, 0, NULL);
	assert_true(json_is_array(trace));
	json_array_foreach (trace, i, event) {
		const char *ph = json_string_value(json_object_get(event, "ph"));

		assert_non_null(ph);
		assert_non_null(strstr("MXCsf", ph));
		assert_true(json_is_string(json_object_get(event, "name")));
		assert_true(json_is_integer(json_object_get(event, "pid")));
		if (strcmp(ph, "M"))
			assert_true(json_number_value(json_object_get(event, "ts")) >=
				    (json_integer_value(json_object_get(event, "pid")) ? 1000 : 0));
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
	struct birth first = sample_exec_birth(10, 20, 1000000),
		     old = sample_birth(20, 30, 2000000),
		     second = sample_exec_birth(10, 20, 3000000),
		     young = sample_birth(20, 40, 4000000), before = sample_birth(50, 60, 1000000),
		     third = sample_birth(10, 50, 5000000);
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
	names[1] = strstr(text, "\"name\":\"other\"");
	assert_true(names[0] && names[1]);
	assert_non_null(strstr(text, "\"labels\":\"pid 20, no. 2 of that id: "));
	json_decref(trace);
}

/* What is written for these births, which are over in this order. */
static json_t *trace_of(const struct birth *births, size_t n, int64_t start)
{
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct perfetto *p = perfetto__new(out, start);
	json_t *trace;

	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(perfetto__birth(p, &births[i]), 0);
	assert_int_equal(perfetto__finish(p), 0);
	fclose(out);
	trace = json_loads(text, 0, NULL);
	assert_true(json_is_array(trace));
	return trace;
}

/* The i-th event of the kind with the name; NULL: no more. */
static const json_t *event_of(const json_t *trace, const char *ph, const char *name, size_t i)
{
	json_t *event;
	size_t k;

	json_array_foreach (trace, k, event)
		if (!strcmp(json_string_value(json_object_get(event, "ph")), ph) &&
		    !strcmp(json_string_value(json_object_get(event, "name")), name) && !i--)
			return event;
	return NULL;
}

static double number_of(const json_t *event, const char *name)
{
	assert_non_null(event);
	return json_number_value(json_object_get(event, name));
}

TEST(a_life_is_a_slice_that_has_the_program_s_name)
{
	struct birth births[] = {sample_birth(10, 20, 1000000), sample_exec_birth(10, 30, 2000000),
				 sample_exec_birth(30, 40, 2100000)};
	const json_t *copy, *ran, *self;
	json_t *trace;

	births[0].life.edge[EDGE_exit] = 1100000;
	births[1].life.edge[EDGE_exit] = 2500000;
	births[2].path = "/proc/self/exe"; /* and it does not end */
	strcpy(births[2].exe, "runc");
	trace = trace_of(births, 3, 1000000);
	/* A copy has the name of its parent. */
	copy = event_of(trace, "X", "parent", 0);
	assert_int_equal(number_of(copy, "pid"), 20);
	assert_true(number_of(copy, "ts") == 8 && number_of(copy, "dur") == 92);
	ran = event_of(trace, "X", "prog", 0);
	assert_int_equal(number_of(ran, "pid"), 30);
	assert_true(number_of(ran, "ts") == 1008 && number_of(ran, "dur") == 492);
	/* To the end of the trace, and it says so. */
	self = event_of(trace, "X", "runc", 0);
	assert_int_equal(number_of(self, "tid"), 40);
	assert_true(number_of(self, "ts") == 1108 && number_of(self, "dur") == 392);
	assert_non_null(strstr(text, "\"args\":{\"end\":\"not seen\"}"));
	json_decref(trace);
}

TEST(a_call_whose_entry_is_not_seen_is_a_slice_from_the_child_s_creation)
{
	struct birth b = sample_birth(10, 20, 1000000);
	const json_t *call;
	json_t *trace;

	b.life.edge[EDGE_clone_enter] = b.life.edge[EDGE_clone_return] = 0;
	trace = trace_of(&b, 1, 1000000);
	call = event_of(trace, "X", "fork", 0);
	assert_true(number_of(call, "ts") == 8 && number_of(call, "dur") == 0.5);
	json_decref(trace);
}

TEST(births_a_second_and_rss_are_counters)
{
	static struct birth births[3000];
	const json_t *event;
	json_t *trace, *next;
	double sum = 0;
	size_t i;

	/* Longer than all bins of the first width. */
	for (uint32_t i = 0; i < 3000; i++)
		births[i] = sample_birth(10, 20 + i, 1000000 + i * 100000000ULL);
	trace = trace_of(births, 3, 1000000);
	event = event_of(trace, "C", "births/s", 0);
	assert_true(number_of(event, "ts") == 0);
	assert_true(number_of(json_object_get(event, "args"), "births") == 100);
	event = event_of(trace, "C", "births/s", 1);
	assert_true(number_of(event, "ts") == 10000);
	assert_true(number_of(json_object_get(event, "args"), "births") == 0);
	event = event_of(trace, "C", "RSS", 0);
	assert_int_equal(number_of(event, "pid"), 10);
	assert_true(number_of(json_object_get(event, "args"), "bytes") == (1 << 30) + 4096);
	json_decref(trace);
	/* However wide the bins are, the births of all are the births. */
	trace = trace_of(births, 3000, 1000000);
	event = NULL;
	json_array_foreach (trace, i, next) {
		if (strcmp(json_string_value(json_object_get(next, "name")), "births/s"))
			continue;
		if (event)
			sum += number_of(json_object_get(event, "args"), "births") *
			       (number_of(next, "ts") - number_of(event, "ts")) / 1e6;
		event = next;
	}
	assert_true(sum > 2999.9 && sum < 3000.1);
	json_decref(trace);
}

/* 2^-11 us is what 2^53 steps of it leave of a day; more digits would not come back. */
TEST(times_have_all_digits)
{
	struct birth b = sample_birth(10, 20, 90000000000123ULL);
	json_t *trace = trace_of(&b, 1, 123);

	assert_non_null(strstr(text, "\"ts\":90000000000,"));
	assert_non_null(strstr(text, "\"ts\":90000000008.5"));
	assert_null(strstr(text, "e+"));
	json_decref(trace);
}

TEST(steps_are_exact)
{
	const int64_t steps[] = {0, 1, 1024, 2047, 2048, -2049, 2048 * 12 + 64};
	struct strbuf text_of = {0};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		trace_add_steps(&text_of, steps[i]);
		strbuf__add(&text_of, " ");
	}
	assert_string_equal(strbuf__text(&text_of), "0 0.00048828125 0.5 0.99951171875 1 "
						    "-1.00048828125 12.03125 ");
	strbuf__free(&text_of);
}

TEST(a_full_disk_is_an_error)
{
	struct birth b = sample_exec_birth(10, 20, 5000000);
	FILE *full = fopen("/dev/full", "w");
	struct perfetto *p = perfetto__new(full, 0);
	int err = 0;

	for (int i = 0; i < 1000 && !err; i++)
		err = perfetto__birth(p, &b);
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(perfetto__finish(p), -ENOSPC);
	fclose(full);
}
