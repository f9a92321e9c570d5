// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where no anatomy is of what was compared, none is run, and a note says so. */
#include "bench/tests/unit.h"
#include "user/gate/runs/explain.h"

#include <string.h>

static void assert_noted(const struct gate_options *o, const char *note)
{
	struct gate_report r = {.verdict = GATE_REGRESSION};
	struct run of_b = {0};

	assert_non_null(gate_report__add_row(&r));
	assert_int_equal(gate_explain(o, &of_b, &r), 0);
	assert_int_equal(r.note_count, note != NULL);
	if (note && !strstr(r.notes[0], note))
		fail_msg("'%s' is not in '%s'", note, r.notes[0]);
	assert_string_equal(r.cause, "");
	gate_report__free(&r);
}

TEST(no_cause_is_named_of_what_an_anatomy_is_not_of)
{
	struct gate_options o = {.lab = true, .kernels = {"a", "b"}};

	o.path_count = 2;
	assert_noted(&o, "A and B differ in more than");
	o.path_count = 0;
	o.programs[1] = "p";
	assert_noted(&o, "A and B differ in more than");
	o.programs[1] = NULL;
	o.possible_cpus = "4";
	assert_noted(&o, "on which one CPU is possible");
	o.no_explain = true;
	assert_noted(&o, NULL);
}
