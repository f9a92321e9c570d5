// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>

#include "bench/tests/unit.h"
#include "user/report/views/views.h"
#include "user/tests/sample_run.h"
#include "user/text/json.h"

static struct report report_of(struct run *r, const char *path)
{
	char *paths[] = {(char *)path};
	struct report p;

	assert_int_equal(report__init(&p, r, paths, 1, NULL), 0);
	return p;
}

TEST(no_two_runs_have_one_name)
{
	char *paths[] = {"a 2.jsonl", "a.jsonl", "d/a.jsonl", "a", "-", "a 2"};
	static const char *const names[] = {"a 2", "a", "a 3", "a 4", "standard input", "a 2 2"};
	struct run r[6];
	struct report p;

	for (size_t i = 0; i < 6; i++)
		sample_run(&r[i], 1);
	assert_int_equal(report__init(&p, r, paths, 6, NULL), 0);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(p.runs[i].name, names[i]);
	report__free(&p);
	for (size_t i = 0; i < 6; i++)
		run__free(&r[i]);
}

TEST(a_view_without_data_is_not_there)
{
	struct report p;
	struct run r;
	json_t *data;

	sample_run(&r, 20);
	p = report_of(&r, "x.jsonl");
	data = view_compare.data(&p);
	assert_true(json_is_null(data));
	json_decref(data);
	data = view_kernels.data(&p);
	assert_true(json_is_null(data));
	json_decref(data);
	data = view_phases.data(&p);
	assert_true(json_is_object(data));
	json_decref(data);
	report__free(&p);
	run__free(&r);
}
