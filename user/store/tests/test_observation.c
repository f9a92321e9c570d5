// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "bench/tests/unit.h"
#include "user/model/memory.h"
#include "user/store/store.h"
#include "user/tests/result_file.h"

int unit_setup(void **state)
{
	return make_folder(state);
}

int unit_teardown(void **state)
{
	return remove_folder(state);
}

/* A run line, and one more. */
static int read_line(const char *line, struct run *r, struct fault *why)
{
	static const char head[] =
		"{\"type\":\"run\",\"schema\":1,\"tool\":\"t\",\"command\":[],\"clock\":"
		"\"monotonic\","
		"\"seed\":\"1\",\"scenario\":\"snapshot\",\"environment\":{},\"phases\":{}}\n";
	char text[2048];

	snprintf(text, sizeof(text), "%s%s\n", head, line);
	return store_read(file_with(text, strlen(text)), r, why);
}

TEST(what_a_scenario_measured_is_read_as_it_was_written)
{
	static char *const args[] = {"snapshot", NULL};
	const struct observation *m;
	struct run r = {0}, again;
	struct observation *made;
	struct fault why;
	struct store *s;

	assert_int_equal(run__begin(&r, "scenario", args, CLOCK_OF_MACHINE), 0);
	assert_int_equal(text_copy(&r.scenario, "snapshot"), 0);
	made = run__add_observation(&r, "latency", "ns", "pages=4k  round=12 when=during");
	assert_non_null(made);
	assert_int_equal(series__push(&made->values, 7), 0);
	assert_int_equal(series__push(&made->values, MISSING), 0);
	made = run__add_observation(&r, "latency", "ns", "pages=thp");
	assert_non_null(made);
	assert_int_equal(text_copy(&made->absent, "no huge pages"), 0);
	s = store__create(in_folder("run.jsonl"));
	assert_non_null(s);
	assert_int_equal(store__write_run(s, &r), 0);
	for (size_t i = 0; i < r.observation_count; i++)
		assert_int_equal(store__write_observation(s, &r.observations[i]), 0);
	assert_int_equal(store__write_end(s, &r), 0);
	assert_int_equal(store__close(s), 0);

	assert_int_equal(store_read(in_folder("run.jsonl"), &again, &why), 0);
	assert_string_equal(again.scenario, "snapshot");
	assert_int_equal(again.observation_count, 2);
	m = run__observation(&again, "latency", "round=12 pages=4k");
	assert_ptr_equal(m, &again.observations[0]);
	assert_string_equal(m->unit, "ns");
	assert_string_equal(observation__text(m, "when"), "during");
	assert_int_equal(observation__number(m, "round"), 12);
	assert_int_equal(observation__number(m, "pages"), MISSING);
	assert_int_equal(m->values.n, 2);
	assert_int_equal(m->values.v[0], 7);
	assert_int_equal(m->values.v[1], MISSING);
	assert_null(m->absent);
	m = run__observation(&again, "latency", "pages=thp");
	assert_string_equal(m->absent, "no huge pages");
	assert_int_equal(m->values.n, 0);
	assert_null(run__observation(&again, "latency", "pages=thp round=12"));
	assert_null(run__observation(&again, "late", ""));
	run__free(&r);
	run__free(&again);
}

TEST(an_observation_that_is_not_as_described_is_refused)
{
	static const char *const bad[] = {
		"{\"type\":\"observation\",\"unit\":\"ns\",\"key\":{},\"n\":0}",
		"{\"type\":\"observation\",\"name\":1,\"unit\":\"ns\",\"key\":{},\"n\":0}",
		"{\"type\":\"observation\",\"name\":\"a\",\"unit\":\"ns\",\"n\":0}",
		"{\"type\":\"observation\",\"name\":\"a\",\"unit\":\"ns\",\"key\":{\"x\":[]},\"n\":"
		"0}",
		"{\"type\":\"observation\",\"name\":\"a\",\"unit\":\"ns\",\"key\":{},\"n\":-1}",
		"{\"type\":\"observation\",\"name\":\"a\",\"unit\":\"ns\",\"key\":{},\"n\":2,"
		"\"values\":[1]}",
		"{\"type\":\"observation\",\"name\":\"a\",\"unit\":\"ns\",\"key\":{},\"n\":1,"
		"\"values\":[0.5]}",
	};
	struct fault why;
	struct run r;

	assert_int_equal(
		read_line("{\"type\":\"observation\",\"name\":\"a\",\"unit\":\"ns\",\"key\":{},"
			  "\"n\":0}",
			  &r, &why),
		0);
	run__free(&r);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(read_line(bad[i], &r, &why), -EINVAL);
		assert_non_null(strstr(why.text, "line 2"));
	}
}
