// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/difference.h"

#include <errno.h>

#include "bench/shared/units.h"
#include "user/anatomy/difference_json.h"
#include "user/anatomy/relocations.h"
#include "user/table/anatomy/tree_diff.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"

static int print_json(const struct tree_diff *d, const struct start_diff *starts,
		      const struct difference_options *o, FILE *out)
{
	json_t *j = difference_json(d, starts, o->names);
	int err = j ? 0 : -ENOMEM;

	errno = 0;
	if (!err && json_dumpf(j, out, JSON_COMPACT))
		err = !ferror(out) ? -ENOMEM : errno ? -errno : -EIO;
	fputc('\n', out);
	json_decref(j);
	return err;
}

/* Calls do not show what is relocated, but the files say how much there is in the programs. */
static void print_relocations(const char *const programs[2], FILE *out)
{
	int64_t a, b;

	if (!programs[0] || !programs[1])
		return;
	a = relocations_of(programs[0]);
	b = relocations_of(programs[1]);
	if (a != MISSING && b != MISSING && a != b)
		layout_print(out, 2, "Relocations in the files of the programs: A %s, B %s",
			     text_count((double)a).text, text_count((double)b).text);
}

int difference_print(const struct call_tree *a, const struct call_tree *b,
		     const struct difference_options *o, FILE *out)
{
	struct start_diff starts;
	struct tree_diff d;
	int err = tree_diff__make(&d, a, b);

	if (err)
		return err;
	err = start_diff__make(&starts, a, b);
	if (!err && o->json)
		err = print_json(&d, &starts, o, out);
	else if (!err)
		err = table_tree_diff(&d, &starts, o->names, o->all, out, o->colour);
	if (!err && !o->json)
		print_relocations(o->programs, out);
	start_diff__free(&starts);
	tree_diff__free(&d);
	return err;
}
