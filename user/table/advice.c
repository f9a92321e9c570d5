// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/advice.h"

#include <errno.h>

#include "user/answers/advice.h"
#include "user/table/part.h"
#include "user/text/strbuf.h"

static int finish(struct strbuf *line, FILE *out)
{
	int err = line->failed ? -ENOMEM : 0;

	if (!err && line->length)
		layout_wrap(out, 0, 2, strbuf__text(line));
	strbuf__free(line);
	return err;
}

static int print_one(const struct groups *all, const struct advice *a, const char *clock, FILE *out)
{
	struct strbuf line = {0}, who = {0};

	if (a->group->stack) /* its frames are printed elsewhere */
		strbuf__add(&who, "#%zu", (size_t)(a->group - all->v) + 1);
	else
		table_add_group(all, a->group, &who);
	advice_add_line(&line, a, strbuf__text(&who), clock);
	line.failed |= who.failed;
	strbuf__free(&who);
	return finish(&line, out);
}

int advice_print(const struct groups *g, size_t top, const struct calibration *c, const char *clock,
		 FILE *out, bool colour)
{
	struct strbuf rest = {0}, basis = {0};
	struct advices a;
	int err = advices__of(&a, g, top, c, clock);

	if (err || !a.n)
		return err;
	layout_title(out, "What to do", colour);
	for (size_t i = 0; i < a.n && i < ADVICES_SHOWN && !err; i++)
		err = print_one(g, &a.v[i], clock, out);
	advices_add_rest(&rest, &a);
	advices_add_shown_basis(&basis, &a, c, clock);
	if (!err)
		err = finish(&rest, out);
	if (!err)
		err = finish(&basis, out);
	strbuf__free(&rest);
	strbuf__free(&basis);
	advices__free(&a);
	return err;
}
