// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/watch_label.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "user/text/utf8.h"

void watch_label__pad(struct strbuf *line, const char *text, size_t width)
{
	size_t fit = utf8_fit(text, width);

	strbuf__add_bytes(line, text, fit);
	strbuf__add(line, "%*s", (int)(width - utf8_width_of(text, fit)), "");
}

/* Its middle cut out: both ends of a long name can be what differs. */
static void cut_middle(struct strbuf *out, const char *text, size_t width)
{
	size_t half = (width - 2) / 2;
	const char *end = text;

	while (utf8_width(end) > width - 2 - half)
		end += utf8_fit(end, 1) ? utf8_fit(end, 1) : utf8_fit(end, 2);
	strbuf__add_bytes(out, text, utf8_fit(text, half));
	strbuf__add(out, "..%s", end);
}

/* The label as it is shown, without regard to others. */
static void add_cut(struct strbuf *out, const char *label, size_t width)
{
	if (utf8_width(label) <= width)
		strbuf__add(out, "%s", label);
	else
		cut_middle(out, label, width);
}

/* Whether a row that is shown has another label, and looks the same. */
static bool looks_like_another(const struct watch_row *row, const char *mine,
			       const struct watch_row *shown, size_t n, size_t width)
{
	struct strbuf other = {0};
	bool same = false;

	for (size_t i = 0; i < n && !same; i++) {
		if (!strcmp(shown[i].label, row->label))
			continue;
		strbuf__clear(&other);
		add_cut(&other, shown[i].label, width);
		same = !strcmp(strbuf__text(&other), mine);
	}
	strbuf__free(&other);
	return same;
}

void watch_label__add(struct strbuf *line, const struct watch_row *row,
		      const struct watch_row *shown, size_t n, size_t width)
{
	struct strbuf label = {0};
	char number[32];

	add_cut(&label, row->label, width);
	if (utf8_width(row->label) > width &&
	    looks_like_another(row, strbuf__text(&label), shown, n, width)) {
		size_t head;

		snprintf(number, sizeof(number), "..%" PRIu64, row->number);
		head = utf8_fit(row->label, width - utf8_width(number));
		strbuf__clear(&label);
		strbuf__add_bytes(&label, row->label, head);
		strbuf__add(&label, "%s", number);
	}
	watch_label__pad(line, strbuf__text(&label), width);
	strbuf__free(&label);
}
