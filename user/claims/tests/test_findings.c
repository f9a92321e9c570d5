// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What experiments say of values that they have not. */
#include <string.h>

#include "bench/tests/unit.h"
#include "user/claims/experiments/findings.h"

TEST(a_reason_for_all_is_that_of_each)
{
	static struct findings f = {.n = 3, .v = {{.name = "a"}, {.name = "b"}, {.name = "c"}}};

	findings__add(&f, "b", 7);
	findings__absent_all(&f, "no memory for %d MiB", 4);
	for (size_t i = 0; i < f.n; i++) {
		assert_int_equal(f.v[i].n, 0);
		assert_string_equal(f.v[i].absent, "no memory for 4 MiB");
	}
	findings__absent(&f, "c", "none");
	assert_string_equal(f.v[0].absent, "no memory for 4 MiB");
	assert_string_equal(f.v[2].absent, "none");
}
