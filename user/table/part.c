// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/part.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/text/escape.h"
#include "user/text/utf8.h"

void table_add_parent(const struct table *t, const struct cell *c, struct strbuf *text)
{
	char size[32];

	strbuf__add(text, "%s", size_format(cell__parent_bytes(c), size, sizeof(size)));
	axes__describe(&t->axes, c, text);
}

const char *table_method(const struct cell *c)
{
	const char *method = cell__method(c);

	return method ? method : "-";
}

void table_add_group(const struct groups *all, const struct group *g, struct strbuf *line)
{
	char whole[256], label[256];

	group_label(all, g, whole, sizeof(whole));
	escape_text(whole, label, sizeof(label));
	if (g->stack)
		layout_cut(label, layout_width() / 2);
	strbuf__add(line, "%s", label);
}

const char *table_heading(enum phase p, char buf[HEADING_MAX])
{
	static const char *const prefixes[] = {"clone_", "exec_"};
	const char *name = phase_name(p);

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			name += strlen(prefixes[i]);
	}
	snprintf(buf, HEADING_MAX, "%s", name);
	for (char *c = buf; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return buf;
}

/* "child_write" is headed CHILD_WRITE. */
static void head_axis(struct columns *s, const char *axis)
{
	char *name = strdup(axis);

	for (char *c = name; c && *c; c++)
		*c = (char)toupper((unsigned char)*c);
	columns__head(s, COLUMNS_LABEL, name ? name : axis, NULL);
	free(name);
}

struct columns *table_sheet(const struct table *t)
{
	size_t axes = t->axes_apart ? t->axes.n : 0;
	struct columns *s = columns__new();

	columns__head(s, COLUMNS_LABEL, "PARENT", NULL);
	for (size_t i = 0; i < axes; i++)
		head_axis(s, t->axes.name[i]);
	columns__head(s, COLUMNS_LABEL, "METHOD", NULL);
	return s;
}

/* As wide as its name, or its widest value in a row. */
static size_t axis_width(const struct table *t, const char *axis)
{
	size_t widest = utf8_width(axis);

	for (size_t i = 0; i < t->times.n; i++) {
		struct strbuf value = {0};
		size_t width;

		axes__value(&t->axes, t->times.v[i].cell, axis, &value);
		width = utf8_width(strbuf__text(&value));
		widest = width > widest ? width : widest;
		strbuf__free(&value);
	}
	return widest;
}

bool table_axes_fit(const struct table *t)
{
	size_t width = 0;

	for (size_t i = 0; i < t->axes.n; i++)
		width += axis_width(t, t->axes.name[i]) + 2;
	/* Two short labels and the widest column of all tables, 40 columns, stand beside them. */
	return width + LAYOUT_WIDTH_LEAST <= layout_width();
}

void table_repeat_labels(const struct table *t, struct columns *s)
{
	for (size_t i = 0; i < 2 + (t->axes_apart ? t->axes.n : 0); i++)
		columns__add(s, "%s", "");
}

void table_add_labels(const struct table *t, struct columns *s, const struct row *row,
		      const struct row *before)
{
	bool named = !before || before->group != row->group;
	struct strbuf parent = {0};
	char size[32];

	if (named && t->axes_apart)
		strbuf__add(&parent, "%s",
			    size_format(cell__parent_bytes(row->cell), size, sizeof(size)));
	else if (named)
		table_add_parent(t, row->cell, &parent);
	columns__add(s, "%s", strbuf__text(&parent));
	strbuf__free(&parent);
	for (size_t i = 0; t->axes_apart && i < t->axes.n; i++) {
		struct strbuf value = {0};

		if (named)
			axes__value(&t->axes, row->cell, t->axes.name[i], &value);
		columns__add(s, "%s", strbuf__text(&value));
		strbuf__free(&value);
	}
	columns__add(s, "%s", table_method(row->cell));
}

void table_add_time(const struct table *t, struct columns *s, double ns)
{
	columns__add_time(s, ns, t->r->clock);
}
