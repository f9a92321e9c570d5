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

TEST(older_spellings_are_understood)
{
	assert_ptr_equal(metric_by_name("call"), metric_of_sample(SAMPLE_spawn_ns));
	assert_ptr_equal(metric_by_name("spawn_ns"), metric_of_sample(SAMPLE_spawn_ns));
	assert_ptr_equal(metric_by_name("started"), metric_of_sample(SAMPLE_exec_ns));
	assert_ptr_equal(metric_by_name("first_run"), metric_of_phase(PHASE_first_run));
	assert_ptr_equal(metric_by_name("spawn.p99"), metric_by_name("spawn_p99"));
	assert_ptr_equal(metric_of_tail(metric_by_name("spawn_p99")), metric_by_name("spawn"));
}

TEST(units_follow_the_clock)
{
	assert_string_equal(metric_unit(metric_by_name("spawn"), "monotonic"), "ns");
	assert_string_equal(metric_unit(metric_by_name("spawn"), "icount"), "instructions");
	assert_string_equal(metric_unit(metric_of_count(COUNT_vmas), "icount"), "VMAs");
}
