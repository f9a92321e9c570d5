// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "bench/tests/unit.h"
#include "user/analysis/metric.h"
#include "user/gate/compare/policy.h"

TEST(groups_of_metrics_have_names)
{
	uint64_t counts = gate_metric_set("counts"), all = gate_metric_set("all");

	for (const struct metric *m = metrics; m->name; m++)
		assert_true(gate_metric_set(m->name) == metric_bit(m));
	assert_true(gate_metric_set("nonsense") == 0);
	assert_true(counts & metric_bit(metric_of_count(COUNT_ptes_copied)));
	assert_true(counts & gate_metric_set("failed"));
	assert_false(counts & metric_bit(metric_of_count(COUNT_parent_rss_anon)));
	assert_false(counts & metric_bit(metric_of_count(COUNT_cow_reused_child)));
	assert_true(gate_metric_set("times") ==
		    (gate_metric_set("call") | gate_metric_set("call_mean") |
		     gate_metric_set("call_tail") | gate_metric_set("total") |
		     gate_metric_set("total_mean") | gate_metric_set("total_tail")));
	assert_false(gate_metric_set("times") & gate_metric_set("phases"));
	assert_false(all & gate_metric_set("call_p99"));
	assert_true((all & gate_metrics_counted()) == counts);
}
