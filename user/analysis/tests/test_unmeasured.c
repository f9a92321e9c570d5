// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>

#include "bench/tests/unit.h"
#include "user/analysis/unmeasured.h"
#include "user/tests/sample_run.h"

static char text[256];

static const char *said(const struct run *r, bool strict)
{
	struct unmeasured u = unmeasured_of(r);

	unmeasured_text(&u, strict, text, sizeof(text));
	return text;
}

/* Two cells of ten samples each. */
static void make(struct run *r)
{
	*r = (struct run){.schema = RUN_SCHEMA, .ended = true};
	sample_cell(r, "fork", 1 << 20, "none", 10);
	sample_cell(r, "vfork", 1 << 20, "none", 10);
}

static void fail_calls(struct cell *c, size_t calls, int number)
{
	for (size_t i = 0; i < c->n; i++)
		series__push(&c->errnos, i < calls ? number : 0);
}

TEST(what_was_not_measured_is_said_in_one_line)
{
	struct run r;

	make(&r);
	assert_string_equal(said(&r, true), "");
	r.cells[1].skipped = strdup("no memory");
	r.cells[1].n = 0;
	assert_string_equal(said(&r, false), "");
	assert_string_equal(said(&r, true), "1 of 2 cells was skipped: no memory");
	r.cells[0].broken = strdup("a child hung");
	assert_string_equal(said(&r, false), "1 of 2 cells broke off: a child hung");
	fail_calls(&r.cells[0], 3, EAGAIN);
	assert_string_equal(said(&r, false), "1 of 2 cells broke off: a child hung; "
					     "3 of 10 calls failed: EAGAIN");
	r.cells[0].n = 0;
	assert_string_equal(said(&r, false),
			    "nothing was measured: a child hung (others for other reasons)");
	run__free(&r);
}

TEST(failed_calls_are_counted_over_all_cells)
{
	struct run r;

	make(&r);
	fail_calls(&r.cells[0], 0, 0);
	assert_string_equal(said(&r, false), "");
	fail_calls(&r.cells[1], 10, ENOMEM);
	assert_string_equal(said(&r, false), "10 of 20 calls failed: ENOMEM");
	/* One reason is not said of all. */
	r.cells[1].errnos.v[9] = EAGAIN;
	assert_string_equal(said(&r, false),
			    "10 of 20 calls failed: ENOMEM (others for other reasons)");
	r.cells[0].skipped = strdup("no memory");
	r.cells[1].skipped = strdup("no THP");
	r.cells[0].n = r.cells[1].n = 0;
	assert_string_equal(said(&r, false),
			    "nothing was measured: no memory (others for other reasons)");
	run__free(&r);
}
