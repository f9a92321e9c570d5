// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What stands below the tables: where values came from, and what there is none of. */
#include <inttypes.h>
#include <string.h>

#include "user/analysis/unmeasured.h"
#include "user/table/part.h"
#include "user/text/numbers.h"

#define SOURCE_COLUMN 16
#define ERRNO_LIMIT   4096

static void print_origin(FILE *out, const char *name, const struct phase_origin *origin)
{
	struct strbuf text = {0};

	strbuf__add(&text, "%s%s", origin->source ? "" : "absent: ",
		    origin->source ? origin->source : origin->absent);
	layout_field(out, name, SOURCE_COLUMN, strbuf__text(&text));
	strbuf__free(&text);
}

/* Whether one reason keeps every phase away. */
static bool all_absent_alike(const struct phase_origin *origins)
{
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!origins[p].absent || strcmp(origins[p].absent, origins[0].absent))
			return false;
	}
	return true;
}

void table_print_sources(const struct phase_origin *origins, FILE *out, bool colour)
{
	bool any = false;

	if (all_absent_alike(origins)) {
		layout_title(out, "Sources", colour);
		print_origin(out, "all phases", &origins[0]);
		return;
	}
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!origins[p].source && !origins[p].absent)
			continue;
		if (!any)
			layout_title(out, "Sources", colour);
		any = true;
		print_origin(out, phase_name(p), &origins[p]);
	}
}

int table_sources(const struct table *t)
{
	table_print_sources(t->r->phases, t->out, t->colour);
	return 0;
}

/* "fork at 1G thp: ", with the pass if it is not the one that the tables show. */
static void add_name(const struct table *t, struct strbuf *note, const struct cell *c)
{
	strbuf__add(note, "%s at ", table_method(c));
	table_add_parent(t, c, note);
	if (strcmp(cell__probe_set(c), probe_set_name(t->shown)))
		strbuf__add(note, " (trace=%s)", cell__probe_set(c));
	strbuf__add(note, ": ");
}

/* "12 of 50 failed: ENOMEM (11), EAGAIN (1)" */
static void add_failures(struct strbuf *note, const struct series *errnos)
{
	unsigned int times[ERRNO_LIMIT] = {0};
	size_t failed = 0;
	const char *before = ": ";

	for (size_t i = 0; i < errnos->n; i++) {
		if (errnos->v[i] > 0 && errnos->v[i] < ERRNO_LIMIT) {
			times[errnos->v[i]]++;
			failed++;
		}
	}
	strbuf__add(note, "%zu of %u failed", failed, errnos->n);
	for (int e = 1; e < ERRNO_LIMIT; e++) {
		const char *name = strerrorname_np(e);

		if (times[e] == 0)
			continue;
		if (name)
			strbuf__add(note, "%s%s", before, name);
		else
			strbuf__add(note, "%serror %d", before, e);
		if (times[e] < failed)
			strbuf__add(note, " (%u)", times[e]);
		before = ", ";
	}
}

static bool any_failed(const struct series *errnos)
{
	for (size_t i = 0; i < errnos->n; i++) {
		if (errnos->v[i] != MISSING && errnos->v[i] != 0)
			return true;
	}
	return false;
}

static void add_note(const struct table *t, const struct cell_index *x, struct strbuf *note,
		     size_t place)
{
	const struct cell *c = &t->r->cells[place];
	bool failed = any_failed(&c->errnos);

	if (c->skipped ? unmeasured_before(t->r, x, place) : !failed && !c->broken)
		return;
	add_name(t, note, c);
	if (c->skipped) {
		strbuf__add(note, "skipped: %s", c->skipped);
		return;
	}
	if (failed)
		add_failures(note, &c->errnos);
	if (c->broken)
		strbuf__add(note, "%sbroken off: %s", failed ? "; " : "", c->broken);
}

int table_unmeasured(const struct table *t)
{
	struct cell_index x;
	bool any = false;
	int err = run__index(t->r, PROBE_SET_AXIS, &x);

	for (size_t i = 0; i < t->r->cell_count && !err; i++) {
		struct strbuf note = {0};

		add_note(t, &x, &note, i);
		if (!note.length)
			continue;
		if (!any)
			layout_title(t->out, "Skipped and failed", t->colour);
		any = true;
		layout_wrap(t->out, 0, 2, strbuf__text(&note));
		strbuf__free(&note);
	}
	cell_index__free(&x);
	return err;
}

/* "1200 births recorded, 1200 started, 0 lost, 0 missed": what is not known is left out. */
int table_births(const struct table *t)
{
	const struct {
		int64_t count;
		const char *what;
	} counts[] = {
		{t->r->end.births,
		 text_plural(t->r->end.births, "birth recorded", "births recorded")},
		{t->r->end.started, "started"},
		{t->r->end.lost, "lost"},
		{t->r->end.missed, "missed"},
		{t->r->end.started_untraced, "started untraced"},
	};
	struct strbuf text = {0};

	for (size_t i = 0; t->r->ended && i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i].count != MISSING)
			strbuf__add(&text, "%s%" PRId64 " %s", text.length ? ", " : "",
				    counts[i].count, counts[i].what);
	}
	if (text.length) {
		fputc('\n', t->out);
		layout_wrap(t->out, 0, 2, strbuf__text(&text));
	}
	strbuf__free(&text);
	return 0;
}
