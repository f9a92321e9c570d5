// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a profile begins with: what was lost, how many births, and what share of the whole. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/table/part.h"
#include "user/text/escape.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"

/* Groups whose errors are named. */
#define ERROR_LINES_MAX 10

static void print_errors(const struct profile_summary *sum, FILE *out)
{
	int lines = 0;

	if (sum->groups->all.counts.failures)
		layout_print(
			out, 2,
			"%" PRIu64 " %s failed:", (uint64_t)sum->groups->all.counts.failures,
			text_plural((int64_t)sum->groups->all.counts.failures, "call", "calls"));
	for (size_t i = 0; i < sum->groups->n && lines < ERROR_LINES_MAX; i++) {
		const struct group *g = &sum->groups->v[i];
		struct strbuf line = {0};

		if (!g->errnos[0].number)
			continue;
		lines++;
		strbuf__add(&line, "%s by ", method_name(g->key.method));
		table_add_group(sum->groups, g, &line);
		for (int k = 0; k < GROUP_ERRNOS_MAX && g->errnos[k].number; k++) {
			const char *name = errno_name(g->errnos[k].number);

			strbuf__add(&line, "%s%s (%" PRId64 ")",
				    k ? ", " : " failed: ", name ? name : "?", g->errnos[k].n);
		}
		fputs("  ", out);
		layout_wrap(out, 2, 4, strbuf__text(&line));
		strbuf__free(&line);
	}
}

/* All numbers are then lower bounds. */
static void print_missing(const struct profile_summary *sum, FILE *out, bool colour)
{
	fputs(colour ? "\033[1m" : "", out);
	if (sum->unseen > 0)
		layout_print(out, 2,
			     "%" PRId64 " %s made no record: the numbers are of the "
			     "others.",
			     sum->unseen, text_plural(sum->unseen, "birth", "births"));
	if (sum->untracked > 0)
		layout_print(out, 2,
			     "%" PRId64 " %s could not be followed: what they did, "
			     "their own births too, is missing.",
			     sum->untracked, text_plural(sum->untracked, "child", "children"));
	fputs(colour ? "\033[0m" : "", out);
}

void table_profile_losses(const struct profile_summary *sum, FILE *out, bool colour)
{
	const struct group_counts *c = &sum->groups->all.counts;

	if (!sum->run->ended)
		layout_print(out, 2, "The run broke off: what came later is in no number.");
	if (c->lost || sum->lost) {
		fputs(colour ? "\033[1m" : "", out);
		layout_print(out, 2, "%" PRId64 " %s lost, %" PRIu64 " of them of births: %s.",
			     sum->lost, text_plural(sum->lost, "record was", "records were"),
			     (uint64_t)c->lost,
			     sum->stored ? "times and counts are of the others"
					 : "times are of the others, counts are whole");
		fputs(colour ? "\033[0m" : "", out);
	}
	print_missing(sum, out, colour);
	print_errors(sum, out);
}

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

static void add_work(const struct profile_summary *sum, struct strbuf *line)
{
	const struct phase_origin *cpu = &sum->run->cpu, *copy = &sum->phases[PHASE_copy_mm];
	double work = sum->groups->all.work_ns, all = (double)sum->run->end.cpu_ns;

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

/* "Command: make -j2"; of another profile "Options: -a -d 10". */
static void add_subject(char *const *command, struct strbuf *line)
{
	size_t from = 0;

	while (command[from] && strcmp(command[from], "--"))
		from++;
	strbuf__add(line, command[from] ? "Command:" : "Options:");
	/* "spawnscope profile" comes first. */
	from = command[from] ? from + 1 : 2;
	for (size_t i = from; command[i]; i++)
		strbuf__add(line, " %s", command[i]);
}

static void print_line(struct strbuf *line, FILE *out)
{
	layout_wrap(out, 0, 2, strbuf__text(line));
	strbuf__free(line);
}

static void print_subject(const struct profile_summary *sum, FILE *out)
{
	struct strbuf line = {0};
	char *text;

	if (!sum->run->command || !sum->run->command[0] || !sum->run->command[1])
		return;
	add_subject(sum->run->command, &line);
	text = escape_copy(strbuf__text(&line));
	if (text) {
		layout_cut(text, layout_width());
		fprintf(out, "%s\n", text);
	}
	free(text);
	strbuf__free(&line);
}

static void add_if(struct strbuf *line, int64_t n, const char *one, const char *many)
{
	if (n && n != MISSING)
		strbuf__add(line, "%s%" PRId64 " %s", line->length ? ", " : "", n,
			    text_plural(n, one, many));
}

static void print_counts(const struct profile_summary *sum, FILE *out)
{
	struct strbuf line = {0};

	add_if(&line, sum->unfinished, "birth still in the call at the end",
	       "births still in the call at the end");
	add_if(&line, (int64_t)sum->groups->all.counts.restarts, "call restarted by a signal",
	       "calls restarted by a signal");
	add_if(&line, sum->filtered, "left out by the filters", "left out by the filters");
	add_if(&line, sum->missed, "run of a probe missed", "runs of probes missed");
	if (sum->kernel != MISSING)
		strbuf__add(&line, "%s/proc/stat counted %" PRId64 " %s meanwhile, we %" PRId64,
			    line.length ? "; " : "", sum->kernel,
			    text_plural(sum->kernel, "birth", "births"), sum->newtasks);
	if (sum->run_ns != MISSING)
		strbuf__add(&line, "%sthe probes ran for %s (%.2f %% of a CPU)",
			    line.length ? "; " : "",
			    text_plain_time((double)sum->run_ns, sum->clock).text,
			    sum->ns > 0 ? 100.0 * (double)sum->run_ns / (double)sum->ns : 0);
	if (line.length)
		layout_wrap(out, 0, 2, strbuf__text(&line));
	strbuf__free(&line);
}

void table_profile_headline(const struct profile_summary *sum, FILE *out, bool colour)
{
	const struct group *all = &sum->groups->all;
	bool partial = sum->unseen > 0 || sum->untracked > 0 || (sum->stored && all->counts.lost);
	struct strbuf line = {0};

	fputs(colour ? "\033[1m" : "", out);
	strbuf__add(&line, "%s%" PRIu64 " %s", partial ? "at least " : "",
		    (uint64_t)all->counts.births,
		    text_plural((int64_t)all->counts.births, "birth", "births"));
	add_calls(sum, &line);
	print_line(&line, out);
	fputs(colour ? "\033[0m" : "", out);
	if (all->work_ns > 0) {
		add_work(sum, &line);
		print_line(&line, out);
	}
	print_subject(sum, out);
	print_counts(sum, out);
	if (sum->no_failures)
		layout_print(out, 2, "Not counted: calls that failed: %s", sum->no_failures);
}
