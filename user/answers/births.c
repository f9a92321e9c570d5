// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a profile says, in words. */
#include <math.h>
#include <string.h>

#include "user/analysis/whatif.h"
#include "user/answers/answer.h"
#include "user/report/birth_sums.h"
#include "user/text/numbers.h"
#include "user/text/utf8.h"

#define NAME_WIDTH 40

typedef char name_buf[NAME_WIDTH + 4];

static const char *name_of(const struct group *g, name_buf buf)
{
	return utf8_cut(g->label ? g->label : "", NAME_WIDTH, buf);
}

static void say_births(const struct report_run *r, struct answer *a)
{
	const struct birth_sums *s = r->births;
	int64_t by_method[CLONE_METHOD_OTHER + 1] = {0};
	int64_t ns = r->run->end.duration_ns;
	char text[NUMBER_MAX];
	const char *before = "";

	snprintf(a->question, sizeof(a->question), "How many processes and threads were made?");
	snprintf(a->figure, sizeof(a->figure), "%s%s%s",
		 r->run->end.births_lost > 0 || r->run->end.births_unseen > 0 ? "at least " : "",
		 text_count((double)s->groups.all.counts.births, text),
		 r->run->end.filtered > 0 ? ", filtered" : "");
	for (size_t i = 0; i < r->run->birth_count; i++) {
		const struct life *life = &r->run->births[i].life;

		if (life->result > 0 && life->method <= CLONE_METHOD_OTHER)
			by_method[life->method]++;
	}
	for (size_t i = 1; i <= CLONE_METHOD_OTHER; i++) {
		if (!by_method[i])
			continue;
		layout_append(a->detail, sizeof(a->detail), "%s%s by %s", before,
			      text_count((double)by_method[i], text), method_name((uint32_t)i));
		before = ", ";
	}
	if (r->run->ended && ns > 0)
		layout_append(a->detail, sizeof(a->detail), " in %s",
			      text_time_words((double)ns, r->instructions, text));
	if (r->run->failures.absent)
		layout_append(a->detail, sizeof(a->detail), "; calls that failed were not seen.");
	else
		layout_append(a->detail, sizeof(a->detail), "; %s calls failed.",
			      text_count((double)s->groups.all.failed, text));
	if (r->run->end.births_lost > 0)
		layout_append(a->detail, sizeof(a->detail), " The records of %s more were lost.",
			      text_count((double)r->run->end.births_lost, text));
	if (r->run->end.births_unseen > 0)
		layout_append(a->detail, sizeof(a->detail), " %s more have no record.",
			      text_count((double)r->run->end.births_unseen, text));
	if (r->run->end.filtered > 0)
		layout_append(a->detail, sizeof(a->detail), " The filters left out %s more.",
			      text_count((double)r->run->end.filtered, text));
}

static bool say_costliest(const struct report_run *r, struct answer *a)
{
	const struct groups *all = &r->births->groups;
	const struct group *g = &all->v[0];
	double share = NAN;
	int biggest = group_biggest(g, &share);
	char text[NUMBER_MAX];
	name_buf name;

	if (!(g->work_ns > 0))
		return false;
	snprintf(a->question, sizeof(a->question), "Whose births cost the most?");
	snprintf(a->figure, sizeof(a->figure), "%s, by %s", name_of(g, name),
		 method_name(g->key.method));
	layout_append(a->detail, sizeof(a->detail), "%.1f %% of all work: %s",
		      100 * g->work_ns / all->all.work_ns,
		      text_time_words(g->work_ns, r->instructions, text));
	layout_append(a->detail, sizeof(a->detail), " in %s births",
		      text_count((double)g->counts.births, text));
	if (biggest >= 0)
		layout_append(a->detail, sizeof(a->detail), ", %.1f %% of it in %s", 100 * share,
			      phase_name(biggest));
	layout_append(a->detail, sizeof(a->detail), ".");
	return true;
}

static bool say_phase(const struct report_run *r, struct answer *a)
{
	const struct group *all = &r->births->groups.all;
	double share = NAN;
	int biggest = group_biggest(all, &share);
	char text[NUMBER_MAX];

	if (biggest < 0)
		return false;
	snprintf(a->question, sizeof(a->question), "In which phase?");
	snprintf(a->figure, sizeof(a->figure), "%s, %.1f %%", phase_name(biggest), 100 * share);
	snprintf(a->detail, sizeof(a->detail), "Of %s of work over all births: %s.",
		 text_time_words(all->work_ns, r->instructions, text), phase_models[biggest].brief);
	return true;
}

static bool say_slowest(const struct report_run *r, struct answer *a)
{
	const struct birth *b = r->births->slowest;
	char text[NUMBER_MAX];
	name_buf name;

	if (!b)
		return false;
	snprintf(a->question, sizeof(a->question), "What was the longest call?");
	snprintf(a->figure, sizeof(a->figure), "%s",
		 text_time_words((double)birth_call_ns(b), r->instructions, text));
	snprintf(a->detail, sizeof(a->detail), "A %s by %s (pid %u). The median of all is %s.",
		 method_name(b->life.method), utf8_cut(b->comm, NAME_WIDTH, name),
		 b->life.parent_tgid,
		 text_time_words(sketch__quantile(&r->births->groups.all.call, 0.5),
				 r->instructions, text));
	return true;
}

static void add_worth(struct whatif *sum, const struct group *g)
{
	if (!whatif_has(g, WHATIF_SPAWNABLE))
		return;
	sum->n += g->spawnable.n;
	sum->least_ns += g->spawnable.least_ns;
	sum->most_ns += g->spawnable.most_ns;
	sum->held_ns += g->spawnable.held_ns;
}

/* Of the groups that are worth a change, as in the view of births. */
static struct whatif worth_sum(const struct groups *groups)
{
	struct whatif sum = {0};

	for (size_t i = 0; i < groups->n; i++)
		add_worth(&sum, &groups->v[i]);
	if (groups->other.label)
		add_worth(&sum, &groups->other);
	return sum;
}

static bool say_whatif(const struct report_run *r, struct answer *a)
{
	const struct whatif w = worth_sum(&r->births->groups);
	char text[NUMBER_MAX];

	if (!w.n)
		return false;
	snprintf(a->question, sizeof(a->question), "What would posix_spawn spare?");
	layout_append(a->figure, sizeof(a->figure), "%s to ",
		      text_time(w.least_ns, r->instructions, text));
	layout_append(a->figure, sizeof(a->figure), "%s",
		      text_time_words(w.most_ns, r->instructions, text));
	layout_append(a->detail, sizeof(a->detail),
		      "An estimate from the phases of %s forks that exec: copy_mm alone, to all "
		      "that was measured of what follows from the copy",
		      text_count((double)w.n, text));
	layout_append(a->detail, sizeof(a->detail),
		      ". Their parents would be held %s in sum instead.",
		      text_time_words(w.held_ns, r->instructions, text));
	return true;
}

size_t answers_of_births(const struct report_run *r, struct answer answers[ANSWERS_MAX], size_t n)
{
	static bool (*const say[])(const struct report_run *, struct answer *) = {
		say_costliest, say_phase, say_slowest, say_whatif};

	answers[n] = (struct answer){0};
	say_births(r, &answers[n++]);
	for (size_t i = 0; i < sizeof(say) / sizeof(say[0]); i++) {
		answers[n] = (struct answer){0};
		n += say[i](r, &answers[n]);
	}
	return n;
}
