// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "bench/tests/unit.h"
#include "user/export/perfetto.h"
#include "user/tests/sample_birth.h"

static char text[1 << 20];

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
	names[1] = strstr(text, "\"other (pid 20, no. 2 of that id)\"");
	assert_true(names[0] && names[1]);
	json_decref(trace);
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
