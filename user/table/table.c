// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/noise.h"
#include "user/analysis/unmeasured.h"
#include "user/table/part.h"
#include "user/text/escape.h"
#include "user/text/numbers.h"

static void print_warning(const struct table *t, const char *text)
{
	static const char label[] = "WARNING: ";

	fprintf(t->out, t->colour ? "\033[1;33m%s\033[0m" : "%s", label);
	layout_wrap(t->out, strlen(label), 2, text);
}

static void print_noise(const struct table *t)
{
	static const char label[] = "NOISY: ";
	struct strbuf text = {0};
	struct noise n;
	char *escaped;

	noise__of(&n, &t->times);
	if (!noise__any(&n))
		return;
	noise__describe(&n, true, &text);
	fprintf(t->out, t->colour ? "\033[1;33m%s\033[0m" : "%s", label);
	escaped = escape_copy(strbuf__text(&text));
	layout_wrap(t->out, strlen(label), 2, escaped ? escaped : "out of memory");
	free(escaped);
	strbuf__free(&text);
}

static void print_warnings(const struct table *t)
{
	int64_t lost = t->r->end.lost, missed = t->r->end.missed;
	int64_t unseen = run__births_unseen(t->r);
	char text[160];

	if (!t->r->ended)
		print_warning(t, "truncated run");
	if (unseen > 0) {
		snprintf(text, sizeof(text),
			 "%" PRId64 " of %" PRId64 " %s made no record: "
			 "counts and phases below are incomplete",
			 unseen, t->r->end.started,
			 text_plural(t->r->end.started, "birth", "births"));
		print_warning(t, text);
	}
	if (lost <= 0 && missed <= 0)
		return;
	lost = lost == MISSING ? 0 : lost;
	missed = missed == MISSING ? 0 : missed;
	snprintf(text, sizeof(text),
		 "%" PRId64 " %s lost, %" PRId64 " probe %s missed: "
		 "counts and phases below are incomplete",
		 lost, text_plural(lost, "record", "records"), missed,
		 text_plural(missed, "run", "runs"));
	print_warning(t, text);
}

static int select_rows(struct table *t, size_t column)
{
	int err;

	axes__find(&t->axes, t->r);
	t->shown = rows_probe_set(t->r);
	err = rows__init(&t->times, t->r, t->shown, &t->axes);
	if (!err)
		err = rows__init(&t->full, t->r, PROBE_SET_ALL, &t->axes);
	if (!err)
		err = rows__init(&t->bare, t->r, PROBE_SET_NONE, &t->axes);
	if (err)
		return err;
	t->order = table_order(&t->times, column);
	return t->order ? 0 : -ENOMEM;
}

static void print_head(const struct table *t)
{
	struct unmeasured u = unmeasured_of(t->r);
	char text[320];

	print_warnings(t);
	unmeasured_text(&u, true, text, sizeof(text));
	if (text[0])
		print_warning(t, text);
	print_noise(t);
}

static int print_views(const struct table *t, unsigned int chosen)
{
	int err = 0;

	for (size_t i = 0; table_views[i].value.name; i++) {
		for (size_t k = 0; k < TABLE_PARTS && !err; k++)
			if ((chosen & 1u << i) && table_views[i].of_bench[k])
				err = table_views[i].of_bench[k](t);
	}
	if (chosen)
		fputc('\n', t->out);
	return err;
}

int table_print(const struct run *r, const struct table_options *o, FILE *out)
{
	struct table t = {.r = r, .out = out, .colour = o->colour};
	int err = select_rows(&t, o->sort);

	if (!err) {
		t.axes_apart = table_axes_fit(&t);
		print_head(&t);
		err = print_views(&t, o->views);
	}
	if (!err)
		err = table_summary(&t);
	if (!err && o->file)
		layout_print(out, 2, "Result file: %s", o->file);
	if (!err && (fflush(out) == EOF || ferror(out)))
		err = errno ? -errno : -EIO;
	free((void *)t.order);
	rows__free(&t.times);
	rows__free(&t.full);
	rows__free(&t.bare);
	return err;
}
