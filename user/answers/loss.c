// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Whether a run is complete. */
#include "user/answers/loss.h"
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

static void add_if(struct answer *a, int64_t n, const char *what)
{
	if (n > 0)
		answer__detail(a, ", %s %s", text_count((double)n).text, what);
}

static void say_loss(struct answer *a, const struct run *run)
{
	int64_t unseen = run__births_unseen(run);
	bool births = run->end.births_lost > 0 || unseen > 0;

	a->warning = births || run->end.lost > 0 || run->end.missed > 0 || run->end.untracked > 0;
	answer__figure(a, "%s",
		       unseen > 0 && !run->end.births ? "yes: no birth made a record"
		       : births			      ? "yes: births and phases are incomplete"
		       : a->warning		      ? "yes: phases and counts are incomplete"
		       : run->end.lost == MISSING || run->end.missed == MISSING ? "not known"
		       : run->end.filtered > 0 ? "nothing, except what the filters left out"
					       : "nothing");
	answer__detail(a, "%s births%s recorded, %s records lost, %s runs of a probe missed",
		       text_count((double)run->end.births).text,
		       run->birth_count > 0 ? " and failed calls" : "", known(run->end.lost).text,
		       known(run->end.missed).text);
	add_if(a, unseen, "births without a record");
	add_if(a, run->end.untracked, "children that could not be followed");
	add_if(a, run->end.filtered, "left out by the filters");
	answer__detail(a, ".");
}

void answers__add_loss(struct answers *answers, const struct rows *rows)
{
	if (!rows->run->ended)
		say_torn(answers__add(answers, "Is the run whole?"));
	else if (rows->run->end.births == MISSING)
		say_untraced(answers__add(answers, "Where did the time go?"));
	else
		say_loss(answers__add(answers, "Was anything lost?"), rows->run);
}
