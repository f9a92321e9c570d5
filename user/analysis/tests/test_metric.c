// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "bench/tests/unit.h"
#include "user/analysis/metric.h"

TEST(each_metric_has_a_name_of_its_own)
{
	uint64_t seen = 0;

	for (const struct metric *m = metrics; m->name; m++) {
		assert_ptr_equal(metric_by_name(m->name), m);
		assert_non_null(metric_unit(m, "icount"));
		assert_non_null(metric_probe_sets(m)[0]);
		assert_non_null(m->value);
		assert_false(seen & metric_bit(m));
		seen |= metric_bit(m);
	}
	assert_null(metric_by_name("nonsense"));
	assert_null(metric_by_name(""));
}

TEST(measures_have_their_own_names_and_older_spellings_are_understood)
{
	static const struct {
		const char *name, *others[5];
		size_t series;
	} measures[] = {
		{"call",
		 {"spawn", "spawn_ns", "call_ns"},
		 offsetof(struct cell, samples[SAMPLE_spawn_ns])},
		{"started",
		 {"exec", "exec_ns", "started_ns"},
		 offsetof(struct cell, samples[SAMPLE_exec_ns])},
		{"total", {"total_ns"}, offsetof(struct cell, samples[SAMPLE_total_ns])},
		{"bill", {"bill_ns"}, offsetof(struct cell, bill)},
		{"call_p99",
		 {"call.p99", "spawn_p99", "spawn.p99"},
		 offsetof(struct cell, samples[SAMPLE_spawn_ns])},
	};

	for (size_t i = 0; i < sizeof(measures) / sizeof(measures[0]); i++) {
		const struct metric *m = metric_by_name(measures[i].name);

		assert_non_null(m);
		assert_string_equal(m->name, measures[i].name);
		assert_int_equal(m->series, measures[i].series);
		for (size_t k = 0; measures[i].others[k]; k++)
			assert_ptr_equal(metric_by_name(measures[i].others[k]), m);
	}
	assert_ptr_equal(metric_by_name("call"), metric_of_sample(SAMPLE_spawn_ns));
	assert_ptr_equal(metric_by_name("first_run"), metric_of_phase(PHASE_first_run));
	assert_ptr_equal(metric_of_tail(metric_by_name("call_p99")), metric_by_name("call"));
}

TEST(units_follow_the_clock)
{
	assert_string_equal(metric_unit(metric_by_name("call"), "monotonic"), "ns");
	assert_string_equal(metric_unit(metric_by_name("call"), "icount"), "instructions");
	assert_string_equal(metric_unit(metric_of_count(COUNT_vmas), "icount"), "VMAs");
}
