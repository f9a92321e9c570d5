// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/cell_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/text/escape.h"
#include "user/text/layout.h"
#include "user/text/utf8.h"

/* The bytes of it that fit 32 columns. */
static int cut(const char *text)
{
	return (int)utf8_fit(text, 32);
}

/* Axes that a name does not show, or shows in another way. */
static bool is_plain_axis(const struct fact *k)
{
	if (!strcmp(k->name, "pages"))
		return k->text && !strcmp(k->text, "4k");
	return !strcmp(k->name, "method") || !strcmp(k->name, "rss_bytes") ||
	       !strcmp(k->name, PROBE_SET_AXIS) || (!k->text && k->number == 0);
}

/* " thp", " vmas=1000", " child_write=16M" */
static void append_axis(const struct fact *k, char *text, size_t size)
{
	char number[32];

	if (k->text && !strcmp(k->name, "pages"))
		layout_append(text, size, " %.*s", cut(k->text), k->text);
	else if (k->text)
		layout_append(text, size, " %.*s=%.*s", cut(k->name), k->name, cut(k->text),
			      k->text);
	else if (strstr(k->name, "write"))
		layout_append(text, size, " %.*s=%s", cut(k->name), k->name,
			      size_format(k->number, number, sizeof(number)));
	else
		layout_append(text, size, " %.*s=%" PRId64, cut(k->name), k->name, k->number);
}

const char *cell__name(const struct cell *c, char *buf, size_t size)
{
	const char *method = cell__method(c);
	int64_t rss = cell__parent_bytes(c);
	char text[256] = "", number[32];

	if (!method)
		method = "cell";
	layout_append(text, sizeof(text), "%.*s", (int)utf8_fit(method, 64), method);
	if (rss != MISSING)
		layout_append(text, sizeof(text), " at %s",
			      size_format(rss, number, sizeof(number)));
	for (size_t i = 0; i < c->key_count; i++) {
		const struct fact *k = &c->key[i];

		if (!is_plain_axis(k))
			append_axis(k, text, sizeof(text));
	}
	escape_text(text, buf, size);
	return buf;
}

const char *call_tree__cell_name(const struct call_tree *t, char *buf, size_t size)
{
	const struct cell c = call_tree__cell(t);

	return cell__name(&c, buf, size);
}
