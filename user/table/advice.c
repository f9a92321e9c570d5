// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/advice.h"

#include <errno.h>

#include "user/answers/advice.h"
#include "user/table/part.h"
#include "user/text/strbuf.h"

/* Lines that are printed; the others save less. */
#define LINES 8

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
	struct strbuf line = {0};

	advice_add_saving(&line, a, clock);
	strbuf__add(&line, ": ");
	if (a->group->stack) /* its frames are printed elsewhere */
		strbuf__add(&line, "#%zu", (size_t)(a->group - all->v) + 1);
	else
		table_add_group(all, a->group, &line);
	strbuf__add(&line, ": %s", strbuf__text(&a->what));
	return finish(&line, out);
}

static int print_basis(const struct advices *a, const struct calibration *c, const char *clock,
		       FILE *out)
{
	struct strbuf basis = {0}, line = {0};

	advices_add_basis(&basis, a, LINES, c, clock);
	if (basis.length)
		strbuf__add(&line, "Basis, of these births: %s", strbuf__text(&basis));
	line.failed |= basis.failed;
	strbuf__free(&basis);
	return finish(&line, out);
}

int advice_print(const struct groups *g, size_t top, const struct calibration *c, const char *clock,
		 FILE *out, bool colour)
{
	struct advices a;
	int err = advices__of(&a, g, top, c, clock);

	if (err || !a.n)
		return err;
	layout_title(out, "What to do", colour);
	for (size_t i = 0; i < a.n && i < LINES && !err; i++)
		err = print_one(g, &a.v[i], clock, out);
	if (!err && a.n > LINES)
		layout_print(out, 2, "and %zu more, which save less or are not known", a.n - LINES);
	if (!err)
		err = print_basis(&a, c, clock, out);
	advices__free(&a);
	return err;
}
