// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Whether a run is complete. */
#include "user/answers/loss.h"

#include <string.h>

#include "bench/shared/units.h"
#include "user/analysis/unmeasured.h"
#include "user/text/numbers.h"

static void say_torn(struct answer *a)
{
	a->warning = true;
	answer__figure(a, "no: it broke off");
	answer__detail(
		a,
		"The file has no end line. The report shows what was measured until then. Whether "
		"records were lost is not known.");
}

static void say_untraced(struct answer *a)
{
	answer__figure(a, "not known: untraced");
	answer__detail(a, "No probe was attached, so there are no phases and no counts; the times "
			  "are the driver's own.");
}

static struct number known(int64_t n)
{
	return n == MISSING ? (struct number){"an unknown number of"} : text_count((double)n);
}

static void add_if(struct answer *a, int64_t n, const char *one, const char *many)
{
	if (n > 0)
		answer__detail(a, ", %s %s", text_count((double)n).text, text_plural(n, one, many));
}

static void say_loss(struct answer *a, const struct run *run)
{
	int64_t unseen = run__births_unseen(run);
	bool births = run->end.births_lost > 0 || unseen > 0;

	a->warning = births || run->end.lost > 0 || run->end.missed > 0 || run->end.untracked > 0 ||
		     run->end.waits_late > 0;
	answer__figure(a, "%s",
		       unseen > 0 && !run->end.births ? "yes: no birth made a record"
		       : births			      ? "yes: births and phases are incomplete"
		       : a->warning		      ? "yes: phases and counts are incomplete"
		       : run->end.lost == MISSING || run->end.missed == MISSING ? "not known"
		       : run->end.filtered > 0 ? "nothing, except what the filters left out"
					       : "nothing");
	answer__detail(a, "%s %s%s recorded, %s %s lost, %s %s of a probe missed",
		       text_count((double)run->end.births).text,
		       text_plural(run->end.births, "birth", "births"),
		       run->birth_count > 0 ? " and failed calls" : "", known(run->end.lost).text,
		       text_plural(run->end.lost, "record", "records"), known(run->end.missed).text,
		       text_plural(run->end.missed, "run", "runs"));
	add_if(a, unseen, "birth without a record", "births without a record");
	add_if(a, run->end.untracked, "child that could not be followed",
	       "children that could not be followed");
	add_if(a, run->end.waits_late, "wait that ended too late for its birth's stall",
	       "waits that ended too late for their births' stalls");
	add_if(a, run->end.filtered, "left out by the filters", "left out by the filters");
	add_if(a, run->end.children_alive,
	       "process of the command that still ran when it ended, and is not followed since",
	       "processes of the command that still ran when it ended, and are not followed since");
	answer__detail(a, ".");
}

/* A page's and Markdown's tables have no rows for them. */
static void name_skipped(struct answer *a, const struct run *r)
{
	struct cell_index x;
	bool any = false;
	char size[32];
	int err = run__index(r, PROBE_SET_AXIS, &x);

	for (size_t i = 0; i < r->cell_count && !err; i++) {
		const struct cell *c = &r->cells[i];
		int64_t bytes = cell__parent_bytes(c);

		if (!c->skipped || unmeasured_before(r, &x, i))
			continue;
		answer__detail(a, "%s%s", any ? "; " : " Skipped: ",
			       cell__method(c) ? cell__method(c) : "a cell");
		if (bytes != MISSING)
			answer__detail(a, " at %s", size_format(bytes, size, sizeof(size)));
		answer__detail(a, " (%s)", c->skipped);
		any = true;
	}
	cell_index__free(&x);
	if (any)
		answer__detail(a, ".");
}

/* Values that are here do not stand for those that are not. */
static void say_unmeasured(struct answers *answers, const struct run *run)
{
	struct unmeasured u = unmeasured_of(run);
	char text[320];
	struct answer *a;

	unmeasured_text(&u, true, text, sizeof(text));
	if (!text[0])
		return;
	a = answers__add(answers, "Was everything measured?");
	/* What was skipped gives no wrong number. */
	a->warning = u.calls == 0 || u.failed > 0 || u.broken > 0;
	answer__figure(a, "no: %s", text);
	if (u.calls == 0)
		answer__detail(a, "The tables say why.");
	else if (a->warning)
		answer__detail(a, "The medians are of the calls that succeeded, which may be other "
				  "calls than those that did not.");
	name_skipped(a, run);
}

void answers__add_loss(struct answers *answers, const struct rows *rows)
{
	say_unmeasured(answers, rows->run);
	if (!rows->run->ended)
		say_torn(answers__add(answers, "Is the run whole?"));
	else if (rows->run->end.births == MISSING)
		say_untraced(answers__add(answers, "Where did the time go?"));
	else
		say_loss(answers__add(answers, "Was anything lost?"), rows->run);
}
