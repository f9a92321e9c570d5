// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/runs/explain.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "user/gate/runs/take.h"
#include "user/model/cell_name.h"
#include "user/text/escape.h"
#include "user/text/layout.h"

/* A bisection and a baseline need an answer soon, or have no A to run. */
static bool is_wanted(const struct gate_options *o, const struct gate_report *r)
{
	bool two = o->kernels[1] || o->programs[1];

	if (!o->lab || !two || r->row_count == 0 || o->no_explain)
		return false;
	return o->explain || (r->verdict == GATE_REGRESSION && !o->bisect);
}

/* What an anatomy is not of; NULL: it is of what was compared. */
static const char *lacks(const struct gate_options *o)
{
	if ((o->kernels[1] && o->programs[1]) || o->path_count)
		return "A and B differ in more than their kernels or their programs";
	if (o->possible_cpus && strcmp(o->possible_cpus, "1") != 0)
		return "an anatomy is of a machine on which one CPU is possible";
	return NULL;
}

static const struct cell *cell_named(const struct run *run, const char *name)
{
	char text[sizeof(((struct gate_row *)NULL)->cell)];

	for (size_t i = 0; i < run->cell_count; i++) {
		if (!strcmp(cell__name(&run->cells[i], text, sizeof(text)), name))
			return &run->cells[i];
	}
	return NULL;
}

static int64_t instructions_of(const json_t *difference, const char *side)
{
	const json_t *j = json_object_get(json_object_get(difference, side), "instructions");

	return json_integer_value(j);
}

/* Where the whole birth did not get longer, its cause is not that of the row. */
static int add_cause(struct gate_report *r, const json_t *difference)
{
	const char *answer = json_string_value(json_object_get(difference, "answer"));
	const char *cause = json_string_value(json_object_get(difference, "cause"));

	if (!answer || !cause)
		return gate_report__note(r, "the cause is not known: the anatomy has none");
	if (instructions_of(difference, "b") <= instructions_of(difference, "a"))
		return gate_report__note(r, "by function, %s", answer);
	escape_text(cause, r->cause, sizeof(r->cause));
	layout_append(r->headline, sizeof(r->headline), "; cause: %s", r->cause);
	return 0;
}

int gate_explain(const struct gate_options *o, const struct run *of_b, struct gate_report *r)
{
	struct gate_take take = {.lab = true, .side = 1, .times = 2};
	const struct cell *cell;
	struct fault why = {0};
	json_t *difference;
	int fd, err;

	if (!is_wanted(o, r))
		return 0;
	if (lacks(o))
		return gate_report__note(r, "the cause is not known: %s", lacks(o));
	cell = cell_named(of_b, r->rows[0].cell);
	if (!cell)
		return 0;
	take.anatomy = cell;
	err = gate_take_lines(o, &take, &fd, &why);
	if (err)
		return gate_report__note(r, "the cause is not known: %s",
					 why.text[0] ? why.text : strerror(-err));
	lseek(fd, 0, SEEK_SET);
	difference = json_loadfd(fd, JSON_DISABLE_EOF_CHECK, NULL);
	close(fd);
	err = add_cause(r, difference);
	json_decref(difference);
	return err;
}
