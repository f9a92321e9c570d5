// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Whether a run is whole: what broke off, was lost, could not be followed or was left out. */
#include "user/answers/answer.h"
#include "user/text/numbers.h"

static void say_torn(struct answer *a)
{
	snprintf(a->question, sizeof(a->question), "Is the run whole?");
	a->warning = true;
	snprintf(a->figure, sizeof(a->figure), "no: it broke off");
	snprintf(a->detail, sizeof(a->detail),
		 "The file has no end line. What was measured until then is shown; whether "
		 "records were lost is not known.");
}

static void say_untraced(struct answer *a)
{
	snprintf(a->question, sizeof(a->question), "Where did the time go?");
	snprintf(a->figure, sizeof(a->figure), "not known: untraced");
	snprintf(a->detail, sizeof(a->detail),
		 "No probe was attached, so there are no phases and no counts; the times "
		 "are the driver's own.");
}

static const char *known(int64_t n, char text[NUMBER_MAX])
{
	return n == MISSING ? "an unknown number of" : text_count((double)n, text);
}

static void add_if(struct answer *a, int64_t n, const char *what)
{
	char text[NUMBER_MAX];

	if (n > 0)
		layout_append(a->detail, sizeof(a->detail), ", %s %s", text_count((double)n, text),
			      what);
}

static void say_loss(const struct report_run *r, struct answer *a)
{
	const struct run *run = r->run;
	bool births = run->end.births_lost > 0 || run->end.births_unseen > 0;
	char number[NUMBER_MAX];

	snprintf(a->question, sizeof(a->question), "Was anything lost?");
	a->warning = births || run->end.lost > 0 || run->end.missed > 0 || run->end.untracked > 0;
	snprintf(a->figure, sizeof(a->figure), "%s",
		 births	      ? "yes: births and phases are incomplete"
		 : a->warning ? "yes: phases and counts are incomplete"
		 : run->end.lost == MISSING || run->end.missed == MISSING ? "not known"
		 : run->end.filtered > 0 ? "nothing but what the filters left out"
					 : "nothing");
	layout_append(a->detail, sizeof(a->detail), "%s births%s recorded, ",
		      text_count((double)run->end.births, number),
		      r->births ? " and failed calls" : "");
	layout_append(a->detail, sizeof(a->detail), "%s records lost, ",
		      known(run->end.lost, number));
	layout_append(a->detail, sizeof(a->detail), "%s runs of a probe missed",
		      known(run->end.missed, number));
	add_if(a, run->end.births_unseen, "births without a record");
	add_if(a, run->end.untracked, "children that could not be followed");
	add_if(a, run->end.filtered, "left out by the filters");
	layout_append(a->detail, sizeof(a->detail), ".");
}

size_t answers_of_loss(const struct report_run *r, struct answer answers[ANSWERS_MAX], size_t n)
{
	struct answer *a = &answers[n];

	*a = (struct answer){0};
	if (!r->run->ended)
		say_torn(a);
	else if (r->run->end.births == MISSING)
		say_untraced(a);
	else
		say_loss(r, a);
	return n + 1;
}
