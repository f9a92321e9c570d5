// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Calls that were to fail, at a limit: there the error is what was measured. */
#include "user/answers/limits.h"

#include <inttypes.h>
#include <string.h>

#include "user/answers/words.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"
#include "user/text/utf8.h"

struct failures {
	int64_t calls, failed;
	int64_t number;	      /* the errno of the first */
	bool more;	      /* others have another */
	struct strbuf passes; /* methods that do not fail at some limit */
};

/* Of a list "vfork, fork". */
static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = strstr(list, word); at; at = strstr(at + 1, word)) {
		if ((at == list || at[-1] == ' ') && (!at[length] || at[length] == ','))
			return true;
	}
	return false;
}

static void add_row(struct failures *f, const struct row *row)
{
	const struct cell *c = row->cell;
	int64_t failed = 0;

	for (size_t i = 0; i < c->errnos.n; i++) {
		int64_t number = c->errnos.v[i];

		if (number <= 0)
			continue;
		failed++;
		f->number = f->number ? f->number : number;
		f->more |= f->number != number;
	}
	f->calls += (int64_t)c->n;
	f->failed += failed;
	if (!failed && !has_word(strbuf__text(&f->passes), row->method))
		strbuf__add(&f->passes, "%s%s", f->passes.length ? ", " : "", row->method);
}

void answers__add_limits(struct answers *answers, const struct rows *rows)
{
	struct failures f = {0};
	const char *name;
	struct answer *a;
	name_buf methods;

	for (size_t i = 0; i < rows->n; i++) {
		if (cell__is_to_fail(rows->v[i].cell))
			add_row(&f, &rows->v[i]);
	}
	if (!f.calls)
		return;
	a = answers__add(answers, "Do the calls fail at the limit?");
	a->headline = true;
	answer__figure(a, "%" PRId64 " of %" PRId64 " %s", f.failed, f.calls,
		       text_plural(f.calls, "call", "calls"));
	name = strerrorname_np((int)f.number);
	if (f.failed)
		answer__figure(a, ": %s%s", name ? name : "an unknown error",
			       f.more ? ", and others" : "");
	if (f.passes.length)
		answer__figure(a, "; not %s",
			       utf8_cut(strbuf__text(&f.passes), NAME_WIDTH, methods));
	answer__detail(a, "The limit was to make them fail; each parent was seen to fail by it "
			  "before.");
	strbuf__free(&f.passes);
}
