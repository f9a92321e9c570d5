// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/profile.h"

#include <errno.h>
#include <inttypes.h>

#include "user/analysis/whatif.h"
#include "user/table/advice.h"
#include "user/table/part.h"
#include "user/text/columns.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"

/* The stacks whole, as far as they were unwound; innermost first. */
static void print_stacks(const struct profile_summary *sum, FILE *out, bool colour)
{
	const struct group *g;

	layout_title(out, "Stacks: who called, and from where", colour);
	for (size_t i = 0; (g = table_profile_group(sum, i)); i++) {
		if (g->stack)
			layout_print(out, 4, "#%zu %s %" PRIu64 ": %s", i + 1,
				     method_name(g->key.method), (uint64_t)g->counts.births,
				     g->stack->all);
	}
}

static int print_views(const struct profile_summary *s, FILE *out, bool colour)
{
	int err = 0;

	for (size_t i = 0; table_views[i].value.name; i++)
		for (size_t k = 0; k < TABLE_PARTS && !err; k++)
			if ((s->views & 1u << i) && table_views[i].of_profile[k])
				err = table_views[i].of_profile[k](s, out, colour);
	if (s->views)
		fputc('\n', out);
	return err;
}

int table_profile_print(const struct profile_summary *s, FILE *out, bool colour)
{
	int err;

	table_profile_losses(s, out, colour);
	err = print_views(s, out, colour);
	if (err)
		return err;
	table_profile_headline(s, out, colour);
	if (s->groups->by == GROUP_BY_STACK && table_profile_group(s, 0))
		print_stacks(s, out, colour);
	err = advice_print(s->groups, s->top, s->calibration, s->clock, out, colour);
	if (!err)
		err = forced_print(s->groups, s->top, out, colour);
	if (err)
		return err;
	if (s->uncalibrated && whatif_any(s->groups, s->top))
		layout_print(out, 2, "Not calibrated, so from these births alone: %s",
			     s->uncalibrated);
	err = table_profile_calls(s, out, colour);
	if (err)
		return err;
	if (s->file)
		layout_print(out, 2, "Result file: %s", s->file);
	if (fflush(out) == EOF || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
