// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/part.h"

#include <math.h>

#include "bench/shared/units.h"
#include "user/text/escape.h"

const char *table_parent(const struct table *t, const struct cell *c, char buf[LABEL_MAX])
{
	struct strbuf label = {0};
	char size[32];

	strbuf__add(&label, "%s", size_format(cell__parent_bytes(c), size, sizeof(size)));
	axes__describe(&t->axes, c, &label);
	escape_text(strbuf__text(&label), buf, LABEL_MAX);
	strbuf__free(&label);
	return buf;
}

const char *table_method(const struct cell *c, char buf[LABEL_MAX])
{
	const char *method = cell__method(c);

	escape_text(method ? method : "-", buf, LABEL_MAX);
	return buf;
}

struct columns *table_sheet(void)
{
	struct columns *s = columns__new(2);

	if (s) {
		columns__column(s, "PARENT", 0);
		columns__column(s, "METHOD", 0);
	}
	return s;
}

void table_add_labels(const struct table *t, struct columns *s, const struct row *row,
		      const struct row *before)
{
	bool same = before && before->group == row->group;
	char label[LABEL_MAX];

	columns__add(s, "%s", same ? "" : table_parent(t, row->cell, label));
	columns__add(s, "%s", table_method(row->cell, label));
}

void table_add_time(const struct table *t, struct columns *s, double ns)
{
	char text[32];

	columns__add(s, "%s", time_format(ns, t->r->clock, text, sizeof(text)));
}

void table_add_starred_time(const struct table *t, struct columns *s, double ns)
{
	char text[32];

	columns__add(s, "*%s", time_format(ns, t->r->clock, text, sizeof(text)));
}

void table_add_number(struct columns *s, double number)
{
	if (!isfinite(number))
		columns__add(s, "-");
	else if (fabs(number) >= 1e9)
		columns__add(s, "%.3g", number);
	else
		columns__add(s, "%.*f", number == floor(number) ? 0 : 1, number);
}
