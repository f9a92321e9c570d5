// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The answers of a profile. */
#include <math.h>
#include <string.h>

#include "user/answers/births.h"
#include "user/text/numbers.h"
#include "user/text/utf8.h"

#define NAME_WIDTH 40

typedef char name_buf[NAME_WIDTH + 4];

static const char *name_of(const struct group *g, name_buf buf)
{
	return utf8_cut(g->label ? g->label : "", NAME_WIDTH, buf);
}

static void say_births(struct answers *answers, const struct rows *rows, const struct birth_sums *s)
{
	struct answer *a = answers__add(answers, "How many processes and threads were made?");
	const struct run *run = rows->run;
	const char *before = "";

	answer__figure(a, "%s%s%s",
		       run->end.births_lost > 0 || run->end.births_unseen > 0 ? "at least " : "",
		       text_count((double)s->groups.all.counts.births).text,
		       run->end.filtered > 0 ? ", filtered" : "");
	for (size_t i = 1; i <= CLONE_METHOD_OTHER; i++) {
		if (!s->by_method[i])
			continue;
		answer__detail(a, "%s%s by %s", before, text_count((double)s->by_method[i]).text,
			       method_name((uint32_t)i));
		before = ", ";
	}
	if (run->ended && run->end.duration_ns > 0)
		answer__detail(
			a, "%sin %s", a->detail[0] ? " " : "",
			text_time_words((double)run->end.duration_ns, rows->instructions).text);
	if (run->failures.absent)
		answer__detail(a, "; calls that failed were not seen.");
	else
		answer__detail(a, "; %s %s failed.", text_count((double)s->groups.all.failed).text,
			       text_plural((int64_t)s->groups.all.failed, "call", "calls"));
	if (run->end.births_lost > 0)
		answer__detail(a, " The records of %s more %s lost.",
			       text_count((double)run->end.births_lost).text,
			       text_plural(run->end.births_lost, "was", "were"));
	if (run->end.births_unseen > 0)
		answer__detail(a, " %s more %s no record.",
			       text_count((double)run->end.births_unseen).text,
			       text_plural(run->end.births_unseen, "has", "have"));
	if (run->end.filtered > 0)
		answer__detail(a, " The filters left out %s more.",
			       text_count((double)run->end.filtered).text);
}

static void say_costliest(struct answers *answers, const struct rows *rows,
			  const struct birth_sums *s)
{
	struct answer *a;
	const struct groups *all = &s->groups;
	const struct group *g = all->v;
	double share = NAN;
	int biggest;
	name_buf name;

	if (!all->n || !(g->work_ns > 0))
		return;
	biggest = group_biggest(g, &share);
	a = answers__add(answers, "Whose births cost the most?");
	answer__figure(a, "%s, by %s", name_of(g, name), method_name(g->key.method));
	answer__detail(a, "%.1f %% of all work: %s in %s %s", 100 * g->work_ns / all->all.work_ns,
		       text_time_words(g->work_ns, rows->instructions).text,
		       text_count((double)g->counts.births).text,
		       text_plural((int64_t)g->counts.births, "birth", "births"));
	if (biggest >= 0)
		answer__detail(a, ", %.1f %% of it in %s", 100 * share, phase_name(biggest));
	answer__detail(a, ".");
}

static void say_phase(struct answers *answers, const struct rows *rows, const struct birth_sums *s)
{
	struct answer *a;
	const struct group *all = &s->groups.all;
	double share = NAN;
	int biggest = group_biggest(all, &share);

	if (biggest < 0)
		return;
	a = answers__add(answers, "In which phase?");
	answer__figure(a, "%s, %.1f %%", phase_name(biggest), 100 * share);
	answer__detail(a, "Of %s of work over all births: %s.",
		       text_time_words(all->work_ns, rows->instructions).text,
		       phase_models[biggest].brief);
}

static void say_slowest(struct answers *answers, const struct rows *rows,
			const struct birth_sums *s)
{
	struct answer *a;
	const struct birth_brief *b = s->slowest;
	name_buf name;

	if (!b)
		return;
	a = answers__add(answers, "What was the longest call?");
	answer__figure(a, "%s", text_time_words((double)b->call_ns, rows->instructions).text);
	answer__detail(
		a, "A %s by %s (pid %u). The median of all calls is %s.", method_name(b->method),
		utf8_cut(b->comm, NAME_WIDTH, name), b->parent_tgid,
		text_time_words(sketch__quantile(&s->groups.all.call, 0.5), rows->instructions)
			.text);
}

void answers__add_births(struct answers *answers, const struct rows *rows,
			 const struct birth_sums *s)
{
	say_births(answers, rows, s);
	say_costliest(answers, rows, s);
	say_phase(answers, rows, s);
	say_slowest(answers, rows, s);
}
