// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/profile.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "user/analysis/whatif.h"
#include "user/table/part.h"
#include "user/table/whatif.h"
#include "user/text/columns.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"

#define LABEL_MAX 256

/* Groups whose errors are named. */
#define ERROR_LINES_MAX 10

static const char *const by_names[] = {
	[GROUP_BY_COMM] = "PARENT",   [GROUP_BY_EXE] = "PROGRAM",     [GROUP_BY_PID] = "PROCESS",
	[GROUP_BY_CGROUP] = "CGROUP", [GROUP_BY_STACK] = "CALLED BY",
};

static double largest(const struct sketch *k)
{
	return k->n ? (double)k->max : NAN;
}

/* Quantiles of counts lie between them. */
static void add_median(struct columns *s, const struct sketch *k)
{
	columns__add_number(s, rint(sketch__quantile(k, 0.5)));
}

/* In steps of what is shown: sizes have no fixed number of digits. */
static void add_bytes(struct columns *s, double bytes)
{
	static const char units[] = "BKMGT";
	size_t i = 0;

	while (bytes >= 1024 && i + 2 < sizeof(units)) {
		bytes /= 1024;
		i++;
	}
	if (isnan(bytes))
		columns__add(s, "-");
	else
		columns__add(s, bytes < 10 && i > 0 ? "%.1f%c" : "%.0f%c", bytes, units[i]);
}

static void add_rate(struct columns *s, double births, int64_t ns)
{
	double rate = ns > 0 ? births / ((double)ns / 1e9) : NAN;

	if (isnan(rate))
		columns__add(s, "-");
	else
		columns__add(s, rate < 10 ? "%.2f/s" : rate < 100 ? "%.1f/s" : "%.0f/s", rate);
}

static void add_labels(const struct profile_summary *sum, struct columns *s, const struct group *g)
{
	char label[LABEL_MAX];

	group_label(sum->groups, g, label, sizeof(label));
	columns__add(s, "%s", label);
	columns__add(s, "%s", g == &sum->groups->other ? "-" : method_name(g->key.method));
}

static struct columns *new_sheet(const struct profile_summary *sum)
{
	struct columns *s = columns__new(2);

	columns__head(s, 0, by_names[sum->groups->by], "METHOD", NULL);
	return s;
}

/* The groups that are shown, then the rest if it has any; NULL at the end. */
static const struct group *shown(const struct profile_summary *sum, size_t i)
{
	const struct groups *g = sum->groups;
	size_t n = g->n < sum->top ? g->n : sum->top;

	if (i < n)
		return &g->v[i];
	return i == n && g->other.label ? &g->other : NULL;
}

static int print_calls(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = new_sheet(sum);
	const struct group *g;

	columns__head(s, COLUMNS_RIGHT, "BIRTHS", "RATE", NULL);
	if (sum->groups->all.counts.failures)
		columns__head(s, COLUMNS_RIGHT, "ERRORS", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "MEDIAN", "P99", "MAX", NULL);
	columns__head(s, COLUMNS_RIGHT, "WORK", NULL);
	for (size_t i = 0; (g = shown(sum, i)); i++) {
		add_labels(sum, s, g);
		columns__add_number(s, (double)g->counts.births);
		add_rate(s, (double)g->counts.births, sum->ns);
		if (sum->groups->all.counts.failures)
			columns__add_number(s, (double)g->counts.failures);
		columns__add_time(s, sketch__quantile(&g->call, 0.5), sum->clock);
		columns__add_time(s, sketch__tail(&g->call, 0.99), sum->clock);
		columns__add_time(s, largest(&g->call), sum->clock);
		columns__add_time(s, g->work_ns > 0 ? g->work_ns : NAN, sum->clock);
	}
	return columns__finish(s, "Births, and the time of the call", out, colour);
}

static bool is_cow(enum phase p)
{
	return p == PHASE_cow_parent || p == PHASE_cow_child;
}

static int print_phases(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = new_sheet(sum);
	const struct group *g;
	char heading[HEADING_MAX];

	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!is_cow(p))
			columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL,
				      table_heading(p, heading), NULL);
	}
	for (size_t i = 0; (g = shown(sum, i)); i++) {
		add_labels(sum, s, g);
		for (int p = 0; p < PHASE_COUNT; p++)
			if (!is_cow(p))
				columns__add_time(s, sketch__quantile(&g->phase[p], 0.5),
						  sum->clock);
	}
	return columns__finish(s, "Where the time went (medians)", out, colour);
}

static int print_parents(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = new_sheet(sum);
	const struct group *g;

	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "RSS", "VMAS", "THREADS", "FDS",
		      "PTES COPIED", NULL);
	columns__head(s, COLUMNS_RIGHT, "EXECS", NULL);
	for (size_t i = 0; (g = shown(sum, i)); i++) {
		add_labels(sum, s, g);
		add_bytes(s, sketch__quantile(&g->rss, 0.5));
		add_median(s, &g->count[COUNT_parent_vmas]);
		add_median(s, &g->count[COUNT_parent_threads]);
		add_median(s, &g->count[COUNT_parent_fds]);
		add_median(s, &g->count[COUNT_ptes_copied]);
		columns__add_number(s, (double)g->execs);
	}
	return columns__finish(s, "The parent at the birth (medians), and children that execed",
			       out, colour);
}

static int print_cow(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = new_sheet(sum);
	const struct group *g;

	columns__head(s, 0, "IN", NULL);
	columns__head(s, COLUMNS_RIGHT, "FAULTS", "COPIED", "MEDIAN", "MAX", "TOTAL TIME", NULL);
	for (size_t i = 0; (g = shown(sum, i)); i++)
		for (size_t k = 0; k < 2; k++) {
			const struct cow_side *side = &cow_sides[k];
			const struct sketch *faults = &g->count[side->faults];

			if (!faults->n)
				continue;
			add_labels(sum, s, g);
			columns__add(s, "%s", side->name);
			columns__add_number(s, faults->sum);
			columns__add_number(s, g->count[side->copied].sum);
			add_median(s, faults);
			columns__add_number(s, largest(faults));
			columns__add_time(s, g->phase[side->time].sum, sum->clock);
		}
	return columns__finish(s, "Copy-on-write faults (in sum; median and maximum of a birth)",
			       out, colour);
}

static int print_totals(const struct profile_summary *sum, FILE *out, bool colour)
{
	const struct group *all = &sum->groups->all;
	struct columns *s = columns__new(1);

	columns__head(s, 0, "PHASE", NULL);
	columns__head(s, COLUMNS_RIGHT, "TOTAL", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "OF WORK", NULL);
	columns__head(s, COLUMNS_RIGHT, "N", "MEDIAN", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "P99", NULL);
	columns__head(s, COLUMNS_RIGHT, "MAX", NULL);
	for (int p = 0; p < PHASE_COUNT; p++) {
		const struct sketch *k = &all->phase[p];

		if (!k->n)
			continue;
		columns__add(s, "%s%s", phase_models[p].part_of == PHASE_none ? "" : "  of it ",
			     phase_name(p));
		columns__add_time(s, k->sum, sum->clock);
		if (phase_is_work(p) && all->work_ns > 0)
			columns__add(s, "%.1f %%", 100 * k->sum / all->work_ns);
		else
			columns__add(s, "-");
		columns__add_number(s, (double)k->n);
		columns__add_time(s, sketch__quantile(k, 0.5), sum->clock);
		columns__add_time(s, sketch__tail(k, 0.99), sum->clock);
		columns__add_time(s, largest(k), sum->clock);
	}
	return columns__finish(s, "Phases, over all births", out, colour);
}

/* The stacks whole, as far as they were unwound; innermost first. */
static void print_stacks(const struct profile_summary *sum, FILE *out, bool colour)
{
	const struct group *g;

	layout_title(out, "Stacks: who called, and from where", colour);
	for (size_t i = 0; (g = shown(sum, i)); i++) {
		if (g->stack)
			layout_print(out, 4, "#%zu %s %" PRIu64 ": %s", i + 1,
				     method_name(g->key.method), (uint64_t)g->counts.births,
				     g->stack->all);
	}
}

static void print_hidden(const struct profile_summary *sum, FILE *out)
{
	const struct groups *g = sum->groups;
	int64_t births = 0;
	double work = 0;

	if (g->n <= sum->top)
		return;
	for (size_t i = sum->top; i < g->n; i++) {
		births += (int64_t)g->v[i].counts.births;
		work += g->v[i].work_ns;
	}
	fprintf(out, "%zu more groups with %" PRId64 " births and %s of work: --top shows more\n",
		g->n - sum->top, births, text_plain_time(work, sum->clock).text);
}

static void print_errors(const struct profile_summary *sum, FILE *out)
{
	int lines = 0;

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
		layout_wrap(out, 0, 2, strbuf__text(&line));
		strbuf__free(&line);
	}
}

static bool is_absent(const struct profile_summary *sum, int p)
{
	return sum->phases[p].absent && !sum->groups->all.phase[p].n;
}

/* Whether a phase before this one is absent for the same reason, and so was named with it. */
static bool was_named(const struct profile_summary *sum, int p)
{
	for (int k = 0; k < p; k++)
		if (is_absent(sum, k) && !strcmp(sum->phases[k].absent, sum->phases[p].absent))
			return true;
	return false;
}

/* Phases without a value, with the reason; those with the same reason in one line. */
static void print_absent(const struct profile_summary *sum, FILE *out)
{
	for (int p = 0; p < PHASE_COUNT; p++) {
		struct strbuf line = {0};

		if (!is_absent(sum, p) || was_named(sum, p))
			continue;
		strbuf__add(&line, "Not measured: %s", phase_name(p));
		for (int k = p + 1; k < PHASE_COUNT; k++)
			if (is_absent(sum, k) &&
			    !strcmp(sum->phases[k].absent, sum->phases[p].absent))
				strbuf__add(&line, ", %s", phase_name(k));
		layout_print(out, 2, "%s: %s", strbuf__text(&line), sum->phases[p].absent);
		strbuf__free(&line);
	}
	if (is_absent(sum, PHASE_copy_mm))
		layout_print(out, 2, "WORK lacks copy_mm, most of the work of a fork.");
}

/* Before all numbers: they are lower bounds. */
static void print_missing(const struct profile_summary *sum, FILE *out, bool colour)
{
	fputs(colour ? "\033[1m" : "", out);
	if (sum->unseen > 0)
		layout_print(out, 2,
			     "%" PRId64 " births made no record: the numbers are of the "
			     "others.",
			     sum->unseen);
	if (sum->untracked > 0)
		layout_print(out, 2,
			     "%" PRId64 " children could not be followed: what they did, "
			     "their own births too, is missing.",
			     sum->untracked);
	fputs(colour ? "\033[0m" : "", out);
}

static void print_head(const struct profile_summary *sum, FILE *out, bool colour)
{
	const struct group_counts *c = &sum->groups->all.counts;
	bool partial = sum->unseen > 0 || sum->untracked > 0 || (sum->stored && c->lost);
	char text[32];

	if (c->lost || sum->lost)
		fprintf(out,
			"%s%" PRId64 " records were lost, %" PRIu64 " of them of births: %s.\n%s",
			colour ? "\033[1m" : "", sum->lost, (uint64_t)c->lost,
			sum->stored ? "times and counts are of the others"
				    : "times are of the others, counts are whole",
			colour ? "\033[0m" : "");
	print_missing(sum, out, colour);
	layout_print(out, 2, "%s, %s", sum->what,
		     text_plain_time((double)sum->ns, sum->clock).text);
	snprintf(text, sizeof(text), "%" PRIu64, (uint64_t)c->failures);
	fprintf(out, "%s%" PRIu64 " births, %s failed, %" PRIu64 " lost\n",
		partial ? "at least " : "", (uint64_t)c->births, sum->no_failures ? "-" : text,
		(uint64_t)c->lost);
}

static void add_if(struct strbuf *line, int64_t n, const char *what)
{
	if (n && n != MISSING)
		strbuf__add(line, "%s%" PRId64 " %s", line->length ? ", " : "", n, what);
}

static void print_foot(const struct profile_summary *sum, FILE *out)
{
	struct strbuf line = {0};

	add_if(&line, sum->unfinished, "births still in the call at the end");
	add_if(&line, (int64_t)sum->groups->all.counts.restarts, "calls restarted by a signal");
	add_if(&line, sum->filtered, "left out by the filters");
	add_if(&line, sum->missed, "runs of probes missed");
	if (sum->kernel != MISSING)
		strbuf__add(&line, "%s/proc/stat counted %" PRId64 " births meanwhile, we %" PRId64,
			    line.length ? "; " : "", sum->kernel, sum->newtasks);
	if (sum->run_ns != MISSING)
		strbuf__add(&line, "%sthe probes ran for %s (%.2f %% of a CPU)",
			    line.length ? "; " : "",
			    text_plain_time((double)sum->run_ns, sum->clock).text,
			    sum->ns > 0 ? 100.0 * (double)sum->run_ns / (double)sum->ns : 0);
	if (line.length)
		layout_wrap(out, 0, 2, strbuf__text(&line));
	strbuf__free(&line);
}

int table_profile_print(const struct profile_summary *s, FILE *out, bool colour)
{
	static int (*const parts[])(const struct profile_summary *, FILE *, bool) = {
		print_calls, print_phases, print_parents, print_cow, print_totals,
	};
	int err = 0;

	print_head(s, out, colour);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !err; i++)
		err = parts[i](s, out, colour);
	if (err)
		return err;
	if (s->groups->by == GROUP_BY_STACK && shown(s, 0))
		print_stacks(s, out, colour);
	whatif_print(s->groups, s->top, s->calibration, s->clock, out, colour);
	if (s->uncalibrated && whatif_any(s->groups, s->top))
		layout_print(out, 2, "Not calibrated, so from these births alone: %s",
			     s->uncalibrated);
	if (shown(s, 0)) {
		fputc('\n', out);
		print_hidden(s, out);
		print_errors(s, out);
		print_absent(s, out);
	}
	if (s->no_failures)
		layout_print(out, 2, "Not counted: calls that failed: %s", s->no_failures);
	print_foot(s, out);
	if (fflush(out) == EOF || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
