// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "user/text/numbers.h"

static struct number time_of(const struct profile_summary *sum, double ns)
{
	return text_plain_time(ns, sum->clock);
}

/* "4.7 %" */
static struct number percent(double part, double whole)
{
	double share = 100 * part / whole;
	struct number n;

	if (share < 0.1)
		snprintf(n.text, sizeof(n.text), "less than 0.1 %%");
	else
		snprintf(n.text, sizeof(n.text), "%.1f %%", share);
	return n;
}

/* Why no call has a time. */
static const char *no_calls(const struct profile_summary *sum)
{
	const char *absent = run__call_absent(sum->run);

	return absent ? absent : "none began and ended in this time";
}

static void add_calls(const struct profile_summary *sum, struct strbuf *line)
{
	const struct sketch *call = &sum->groups->all.call;
	int64_t births = (int64_t)sum->groups->all.counts.births;
	int64_t ns = spans__ns(sum->calls);

	if (!call->n) {
		strbuf__add(line, " in %s", time_of(sum, (double)sum->ns).text);
		if (births)
			strbuf__add(line, "; how long the calls took was not measured: %s",
				    no_calls(sum));
		return;
	}
	strbuf__add(line, ", %s%s", sum->calls->least ? "at least " : "",
		    time_of(sum, (double)ns).text);
	if (sum->ns > 0)
		strbuf__add(line, " = %s of %s%s%s", percent((double)ns, (double)sum->ns).text,
			    sum->whole ? "" : "the ", time_of(sum, (double)sum->ns).text,
			    sum->whole ? "" : " traced");
	strbuf__add(line, ": the time in which a parent waited in its call");
	/* Not for rounding: they overlap by a thousandth at least. */
	if (call->sum > 1.001 * (double)ns)
		strbuf__add(line, " (%s in sum: some at the same time)",
			    time_of(sum, call->sum).text);
	if ((int64_t)call->n < births)
		strbuf__add(line, "; the other %" PRId64 " %s not timed", births - (int64_t)call->n,
			    text_plural(births - (int64_t)call->n, "call was", "calls were"));
}

void profile_add_work(struct strbuf *line, const struct profile_summary *sum)
{
	const struct phase_origin *cpu = &sum->run->cpu, *copy = &sum->phases[PHASE_copy_mm];
	double work = sum->groups->all.work_ns, all = (double)sum->run->end.cpu_ns;

	if (!(work > 0))
		return;
	strbuf__add(line, "Work of these births: %s", time_of(sum, work).text);
	if (!cpu->source)
		strbuf__add(line, "; share of CPU time not known: %s",
			    cpu->absent ? cpu->absent : "this file does not have it");
	else if (work > all)
		strbuf__add(line,
			    "; the command and what it waited for had %s of CPU time, so some is "
			    "of others",
			    time_of(sum, all).text);
	else
		strbuf__add(line,
			    " = %s of the command's %s of CPU time, with all that it waited for",
			    percent(work, all).text, time_of(sum, all).text);
	if (copy->absent && !sum->groups->all.phase[PHASE_copy_mm].n)
		strbuf__add(line, ". It lacks copy_mm, most of the work of a fork: %s",
			    copy->absent);
}

void profile_add_subject(struct strbuf *line, const struct run *r)
{
	char *const *command = r->command;
	size_t from = 0;

	if (!command || !command[0] || !command[1])
		return;
	while (command[from] && strcmp(command[from], "--"))
		from++;
	strbuf__add(line, command[from] ? "Command:" : "Options:");
	/* "spawnscope profile" comes first. */
	from = command[from] ? from + 1 : 2;
	for (size_t i = from; command[i]; i++)
		strbuf__add(line, " %s", command[i]);
}

void profile_add_headline(struct strbuf *line, const struct profile_summary *sum)
{
	const struct group_counts *c = &sum->groups->all.counts;
	bool partial = sum->unseen > 0 || sum->untracked > 0 || (sum->stored && c->lost);

	strbuf__add(line, "%s%" PRIu64 " %s", partial ? "at least " : "", (uint64_t)c->births,
		    text_plural((int64_t)c->births, "birth", "births"));
	add_calls(sum, line);
}

static int64_t at_least_0(int64_t n)
{
	return n > 0 ? n : 0; /* MISSING is not */
}

struct profile_summary profile_summary__of(const struct run *r, struct groups *g,
					   const struct spans *calls)
{
	int64_t unfinished = at_least_0(r->end.births_unfinished);

	return (struct profile_summary){
		.run = r,
		.clock = r->clock,
		.groups = g,
		.calls = calls,
		.phases = r->phases,
		.no_failures = r->failures.absent,
		.whole = r->cpu.source != NULL,
		.ns = at_least_0(r->end.duration_ns),
		.lost = at_least_0(r->end.lost),
		.untracked = at_least_0(r->end.untracked),
		.missed = r->end.missed,
		.unfinished = unfinished,
		.unseen = at_least_0(run__births_unseen(r) - unfinished),
		.filtered = at_least_0(r->end.filtered),
		.kernel = MISSING,
		.run_ns = MISSING,
		.top = PROFILE_TOP,
		.calibration = r->calibration,
	};
}

struct profile_summary profile_summary__stored(const struct run *r, struct groups *g,
					       const struct spans *calls)
{
	struct profile_summary s = profile_summary__of(r, g, calls);

	s.stored = true;
	groups__count_received(g);
	if (r->end.births_lost > 0)
		g->all.counts.lost = r->end.births_lost;
	groups__sort(g);
	return s;
}
