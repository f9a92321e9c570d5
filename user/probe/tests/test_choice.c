// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>

#include "bench/tests/unit.h"
#include "user/probe/choice.h"

/* What a profile chooses where everything works, but for these programs. */
static const char *no_births_without(const char *const *programs, struct probe_choices *c)
{
	static const struct profile_options profile = {.set = PROBE_SET_SHARED};
	static const struct probe_options options = {.profile = &profile};

	*c = (struct probe_choices){.options = &options};
	choices__choose(c, PROBE_SET_SHARED);
	for (; *programs; programs++) {
		assert_true(choices__refuse(c, *programs, "cannot load", -EACCES));
		choices__choose(c, PROBE_SET_SHARED);
	}
	return choices__no_births(c);
}

TEST(test_profile_needs_probes_of_births)
{
	static const char *const none[] = {NULL};
	static const char *const no_wake[] = {"tp_sched_wakeup_new", NULL};
	static const char *const nothing[] = {"tp_sched_wakeup_new", "tp_task_newtask", NULL};
	struct probe_choices c;

	assert_null(no_births_without(none, &c));
	assert_null(no_births_without(no_wake, &c));
	assert_string_equal(no_births_without(nothing, &c),
			    "cannot load tp_sched_wakeup_new: Permission denied");
}
