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
	if (sum->run->end.waits_late > 0)
		layout_print(out, 2,
			     "%" PRId64 " %s so long after the fork that no stall has %s: "
			     "the longest may be missing.",
			     sum->run->end.waits_late,
			     text_plural(sum->run->end.waits_late, "wait of another thread ended",
					 "waits of other threads ended"),
			     text_plural(sum->run->end.waits_late, "it", "them"));
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

static void print_line(struct strbuf *line, FILE *out)
{
	layout_wrap(out, 0, 2, strbuf__text(line));
	strbuf__free(line);
}

static void print_subject(const struct profile_summary *sum, FILE *out)
{
	struct strbuf line = {0};
	char *text;

	profile_add_subject(&line, sum->run);
	text = escape_copy(strbuf__text(&line));
	if (text && text[0]) {
		layout_cut(text, layout_width());
		fprintf(out, "%s\n", text);
	}
	free(text);
	strbuf__free(&line);
}

/* What a command leaves behind is often what its user wanted to see: a server, or a build's daemon.
 */
static void print_alive(int64_t n, FILE *out)
{
	if (n > 0)
		layout_print(out, 2,
			     "%" PRId64 " %s of it still ran when it ended; what %s after that is "
			     "not counted: -p PID --children follows %s",
			     n, text_plural(n, "process", "processes"),
			     text_plural(n, "it did", "they did"), text_plural(n, "it", "them"));
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
	struct strbuf line = {0};

	fputs(colour ? "\033[1m" : "", out);
	profile_add_headline(&line, sum);
	print_line(&line, out);
	fputs(colour ? "\033[0m" : "", out);
	profile_add_work(&line, sum);
	if (line.length)
		print_line(&line, out);
	print_subject(sum, out);
	print_alive(sum->run->end.children_alive, out);
	print_counts(sum, out);
	if (sum->price)
		layout_print(out, 2, "%s", sum->price);
	if (sum->no_failures)
		layout_print(out, 2, "Not counted: calls that failed: %s", sum->no_failures);
}
