// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/part.h"

#include <ctype.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/text/escape.h"

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
		layout_cut(label, LAYOUT_WIDTH / 2);
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

struct columns *table_sheet(void)
{
	struct columns *s = columns__new(2);

	columns__head(s, 0, "PARENT", "METHOD", NULL);
	return s;
}

void table_add_labels(const struct table *t, struct columns *s, const struct row *row,
		      const struct row *before)
{
	struct strbuf parent = {0};

	if (!before || before->group != row->group)
		table_add_parent(t, row->cell, &parent);
	columns__add(s, "%s", strbuf__text(&parent));
	columns__add(s, "%s", table_method(row->cell));
	strbuf__free(&parent);
}

void table_add_time(const struct table *t, struct columns *s, double ns)
{
	columns__add_time(s, ns, t->r->clock);
}
