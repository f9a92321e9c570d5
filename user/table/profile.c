// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/profile.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/analysis/whatif.h"
#include "user/table/whatif.h"
#include "user/text/columns.h"
#include "user/text/escape.h"
#include "user/text/wrap.h"

#define LABEL_MAX 256

/* Groups whose errors are named. */
#define ERROR_LINES_MAX 10

static const char *const by_names[] = {
	[GROUP_BY_COMM] = "PARENT",   [GROUP_BY_EXE] = "PROGRAM",     [GROUP_BY_PID] = "PROCESS",
	[GROUP_BY_CGROUP] = "CGROUP", [GROUP_BY_STACK] = "CALLED BY",
};

static void add_time(struct columns *s, const char *clock, double ns)
{
	char text[32];

	columns__add(s, "%s", time_format(ns, clock, text, sizeof(text)));
}

static double largest(const struct sketch *k)
{
	return k->n ? (double)k->max : NAN;
}

static void add_number(struct columns *s, double n)
{
	if (isnan(n))
		columns__add(s, "-");
	else
		columns__add(s, n < 1e9 ? "%.0f" : "%.3g", n);
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
	char label[LABEL_MAX], text[LABEL_MAX];

	group_label(sum->groups, g, label, sizeof(label));
	escape_text(label, text, sizeof(text));
	columns__add(s, "%s", text);
	columns__add(s, "%s", g == &sum->groups->other ? "-" : method_name(g->key.method));
}

static struct columns *new_sheet(const struct profile_summary *sum)
{
	struct columns *s = columns__new(2);

	if (s) {
		columns__column(s, by_names[sum->groups->by], 0);
		columns__column(s, "METHOD", 0);
	}
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
	int err;

	if (!s)
		return -ENOMEM;
	columns__column(s, "BIRTHS", COLUMNS_RIGHT);
	columns__column(s, "RATE", COLUMNS_RIGHT);
	if (sum->groups->all.counts.failures)
		columns__column(s, "ERRORS", COLUMNS_RIGHT);
	columns__column(s, "MEDIAN", COLUMNS_RIGHT | COLUMNS_OPTIONAL);
	columns__column(s, "P99", COLUMNS_RIGHT | COLUMNS_OPTIONAL);
	columns__column(s, "MAX", COLUMNS_RIGHT | COLUMNS_OPTIONAL);
	columns__column(s, "WORK", COLUMNS_RIGHT);
	for (size_t i = 0; (g = shown(sum, i)); i++) {
		add_labels(sum, s, g);
		add_number(s, (double)g->counts.births);
		add_rate(s, (double)g->counts.births, sum->ns);
		if (sum->groups->all.counts.failures)
			add_number(s, (double)g->counts.failures);
		add_time(s, sum->clock, sketch__quantile(&g->call, 0.5));
		add_time(s, sum->clock, sketch__tail(&g->call, 0.99));
		add_time(s, sum->clock, largest(&g->call));
		add_time(s, sum->clock, g->work_ns > 0 ? g->work_ns : NAN);
	}
	err = columns__print(s, "Births, and the time of the call", out, colour);
	columns__free(s);
	return err;
}

/* "COPY_MM": the name without a prefix that the table makes obvious. */
static void phase_title(enum phase p, char *text, size_t size)
{
	const char *name = phase_name(p);

	if (p == PHASE_clone_setup || p == PHASE_clone_finish)
		name += strlen("clone_");
	else if (p == PHASE_exec_open || p == PHASE_exec_flush || p == PHASE_exec_load)
		name += strlen("exec_");
	snprintf(text, size, "%s", name);
	for (char *c = text; *c; c++)
		*c = (char)toupper((unsigned char)*c);
}

static bool is_cow(enum phase p)
{
	return p == PHASE_cow_parent || p == PHASE_cow_child;
}

static int print_phases(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = new_sheet(sum);
	const struct group *g;
	char title[32];
	int err;

	if (!s)
		return -ENOMEM;
	for (int p = 0; p < PHASE_COUNT; p++) {
		phase_title(p, title, sizeof(title));
		if (!is_cow(p))
			columns__column(s, title, COLUMNS_RIGHT | COLUMNS_OPTIONAL);
	}
	for (size_t i = 0; (g = shown(sum, i)); i++) {
		add_labels(sum, s, g);
		for (int p = 0; p < PHASE_COUNT; p++)
			if (!is_cow(p))
				add_time(s, sum->clock, sketch__quantile(&g->phase[p], 0.5));
	}
	err = columns__print(s, "Where the time went (medians)", out, colour);
	columns__free(s);
	return err;
}

static int print_parents(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = new_sheet(sum);
	const struct group *g;
	int err;

	if (!s)
		return -ENOMEM;
	columns__column(s, "RSS", COLUMNS_RIGHT | COLUMNS_OPTIONAL);
	columns__column(s, "VMAS", COLUMNS_RIGHT | COLUMNS_OPTIONAL);
	columns__column(s, "THREADS", COLUMNS_RIGHT | COLUMNS_OPTIONAL);
	columns__column(s, "FDS", COLUMNS_RIGHT | COLUMNS_OPTIONAL);
	columns__column(s, "PTES COPIED", COLUMNS_RIGHT | COLUMNS_OPTIONAL);
	columns__column(s, "EXECS", COLUMNS_RIGHT);
	for (size_t i = 0; (g = shown(sum, i)); i++) {
		add_labels(sum, s, g);
		add_bytes(s, sketch__quantile(&g->rss, 0.5));
		add_number(s, sketch__quantile(&g->count[COUNT_parent_vmas], 0.5));
		add_number(s, sketch__quantile(&g->count[COUNT_parent_threads], 0.5));
		add_number(s, sketch__quantile(&g->count[COUNT_parent_fds], 0.5));
		add_number(s, sketch__quantile(&g->count[COUNT_ptes_copied], 0.5));
		add_number(s, (double)g->execs);
	}
	err = columns__print(s, "The parent at the birth (medians), and children that execed", out,
			     colour);
	columns__free(s);
	return err;
}

static const struct {
	const char *name;
	enum count faults, copied;
	enum phase time;
} sides[] = {
	{"child", COUNT_cow_faults_child, COUNT_cow_copied_child, PHASE_cow_child},
	{"parent", COUNT_cow_faults_parent, COUNT_cow_copied_parent, PHASE_cow_parent},
};

static int print_cow(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = new_sheet(sum);
	const struct group *g;
	int err;

	if (!s)
		return -ENOMEM;
	columns__column(s, "IN", 0);
	columns__column(s, "FAULTS", COLUMNS_RIGHT);
	columns__column(s, "COPIED", COLUMNS_RIGHT);
	columns__column(s, "MEDIAN", COLUMNS_RIGHT);
	columns__column(s, "MAX", COLUMNS_RIGHT);
	columns__column(s, "TOTAL TIME", COLUMNS_RIGHT);
	for (size_t i = 0; (g = shown(sum, i)); i++)
		for (size_t k = 0; k < 2; k++) {
			const struct sketch *faults = &g->count[sides[k].faults];

			if (!faults->n)
				continue;
			add_labels(sum, s, g);
			columns__add(s, "%s", sides[k].name);
			add_number(s, faults->sum);
			add_number(s, g->count[sides[k].copied].sum);
			add_number(s, sketch__quantile(faults, 0.5));
			add_number(s, largest(faults));
			add_time(s, sum->clock, g->phase[sides[k].time].sum);
		}
	err = columns__print(s, "Copy-on-write faults (in sum; median and maximum of a birth)", out,
			     colour);
	columns__free(s);
	return err;
}

static int print_totals(const struct profile_summary *sum, FILE *out, bool colour)
{
	const struct group *all = &sum->groups->all;
	struct columns *s = columns__new(1);
	int err;

	if (!s)
		return -ENOMEM;
	columns__column(s, "PHASE", 0);
	columns__column(s, "TOTAL", COLUMNS_RIGHT);
	columns__column(s, "OF WORK", COLUMNS_RIGHT | COLUMNS_OPTIONAL);
	columns__column(s, "N", COLUMNS_RIGHT);
	columns__column(s, "MEDIAN", COLUMNS_RIGHT);
	columns__column(s, "P99", COLUMNS_RIGHT | COLUMNS_OPTIONAL);
	columns__column(s, "MAX", COLUMNS_RIGHT);
	for (int p = 0; p < PHASE_COUNT; p++) {
		const struct sketch *k = &all->phase[p];

		if (!k->n)
			continue;
		columns__add(s, "%s%s", phase_models[p].part_of == PHASE_none ? "" : "  of it ",
			     phase_name(p));
		add_time(s, sum->clock, k->sum);
		if (phase_is_work(p) && all->work_ns > 0)
			columns__add(s, "%.1f %%", 100 * k->sum / all->work_ns);
		else
			columns__add(s, "-");
		add_number(s, (double)k->n);
		add_time(s, sum->clock, sketch__quantile(k, 0.5));
		add_time(s, sum->clock, sketch__tail(k, 0.99));
		add_time(s, sum->clock, largest(k));
	}
	err = columns__print(s, "Phases, over all births", out, colour);
	columns__free(s);
	return err;
}

/* The stacks whole, as far as they were unwound; innermost first. */
static void print_stacks(const struct profile_summary *sum, FILE *out, bool colour)
{
	const struct group *g;
	char frames[4096], line[4200];

	layout_title(out, "Stacks: who called, and from where", colour);
	for (size_t i = 0; (g = shown(sum, i)); i++) {
		if (!g->stack)
			continue;
		escape_text(g->stack->all, frames, sizeof(frames));
		snprintf(line, sizeof(line), "#%zu %s %" PRIu64 ": %s", i + 1,
			 method_name(g->key.method), (uint64_t)g->counts.births, frames);
		layout_wrap(out, 0, 4, line);
	}
}

static void print_hidden(const struct profile_summary *sum, FILE *out)
{
	const struct groups *g = sum->groups;
	int64_t births = 0;
	double work = 0;
	char text[32];

	if (g->n <= sum->top)
		return;
	for (size_t i = sum->top; i < g->n; i++) {
		births += (int64_t)g->v[i].counts.births;
		work += g->v[i].work_ns;
	}
	fprintf(out, "%zu more groups with %" PRId64 " births and %s of work: --top shows more\n",
		g->n - sum->top, births, time_format(work, sum->clock, text, sizeof(text)));
}

static void print_errors(const struct profile_summary *sum, FILE *out)
{
	char line[1024], whole[LABEL_MAX], label[LABEL_MAX];
	const struct group *g;
	int lines = 0;

	for (size_t i = 0; i < sum->groups->n && lines < ERROR_LINES_MAX; i++) {
		const char *before = "";

		g = &sum->groups->v[i];
		if (!g->errnos[0].number)
			continue;
		lines++;
		group_label(sum->groups, g, whole, sizeof(whole));
		escape_text(whole, label, sizeof(label));
		if (g->stack)
			layout_cut(label, LAYOUT_WIDTH / 2);
		snprintf(line, sizeof(line), "%s by %s failed: ", method_name(g->key.method),
			 label);
		for (int k = 0; k < GROUP_ERRNOS_MAX && g->errnos[k].number; k++) {
			const char *name = errno_name(g->errnos[k].number);

			layout_append(line, sizeof(line), "%s%s (%" PRId64 ")", before,
				      name ? name : "?", g->errnos[k].n);
			before = ", ";
		}
		layout_wrap(out, 0, 2, line);
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
	char line[1024], why[512];

	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!is_absent(sum, p) || was_named(sum, p))
			continue;
		snprintf(line, sizeof(line), "Not measured: %s", phase_name(p));
		for (int k = p + 1; k < PHASE_COUNT; k++)
			if (is_absent(sum, k) &&
			    !strcmp(sum->phases[k].absent, sum->phases[p].absent))
				layout_append(line, sizeof(line), ", %s", phase_name(k));
		escape_text(sum->phases[p].absent, why, sizeof(why));
		layout_append(line, sizeof(line), ": %s", why);
		layout_wrap(out, 0, 2, line);
	}
}

static void print_no_failures(const struct profile_summary *sum, FILE *out)
{
	char line[1024], why[512];

	escape_text(sum->no_failures, why, sizeof(why));
	snprintf(line, sizeof(line), "Not counted: calls that failed: %s", why);
	layout_wrap(out, 0, 2, line);
}

static void print_uncalibrated(const struct profile_summary *sum, FILE *out)
{
	char line[1024], why[512];

	escape_text(sum->uncalibrated, why, sizeof(why));
	snprintf(line, sizeof(line), "Not calibrated, so from these births alone: %s", why);
	layout_wrap(out, 0, 2, line);
}

static void print_head(const struct profile_summary *sum, FILE *out, bool colour)
{
	const struct group_counts *c = &sum->groups->all.counts;
	char what[512], text[32], line[1024];

	if (c->lost || sum->lost)
		fprintf(out,
			"%s%" PRId64 " records were lost, %" PRIu64
			" of them of births: times are of the others, counts are "
			"whole.\n%s",
			colour ? "\033[1m" : "", sum->lost, (uint64_t)c->lost,
			colour ? "\033[0m" : "");
	escape_text(sum->what, what, sizeof(what));
	snprintf(line, sizeof(line), "%s, %s", what,
		 time_format((double)sum->ns, sum->clock, text, sizeof(text)));
	layout_wrap(out, 0, 2, line);
	snprintf(text, sizeof(text), "%" PRIu64, (uint64_t)c->failures);
	fprintf(out, "%" PRIu64 " births, %s failed, %" PRIu64 " lost\n", (uint64_t)c->births,
		sum->no_failures ? "-" : text, (uint64_t)c->lost);
}

static void add_if(char *line, size_t size, int64_t n, const char *what)
{
	if (n && n != MISSING)
		layout_append(line, size, "%s%" PRId64 " %s", *line ? ", " : "", n, what);
}

static void print_foot(const struct profile_summary *sum, FILE *out)
{
	char line[1024] = "", text[32];

	add_if(line, sizeof(line), sum->unfinished, "births still in the call at the end");
	add_if(line, sizeof(line), (int64_t)sum->groups->all.counts.restarts,
	       "calls restarted by a signal");
	add_if(line, sizeof(line), sum->filtered, "left out by the filters");
	add_if(line, sizeof(line), sum->untracked, "children that could not be followed");
	add_if(line, sizeof(line), sum->missed, "runs of probes missed");
	if (sum->kernel != MISSING)
		layout_append(line, sizeof(line),
			      "%s/proc/stat counted %" PRId64 " births meanwhile, we %" PRId64,
			      *line ? "; " : "", sum->kernel, sum->newtasks);
	if (sum->run_ns != MISSING)
		layout_append(line, sizeof(line), "%sthe probes ran for %s (%.2f %% of a CPU)",
			      *line ? "; " : "",
			      time_format((double)sum->run_ns, sum->clock, text, sizeof(text)),
			      sum->ns > 0 ? 100.0 * (double)sum->run_ns / (double)sum->ns : 0);
	if (*line)
		layout_wrap(out, 0, 2, line);
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
		print_uncalibrated(s, out);
	if (shown(s, 0)) {
		fputc('\n', out);
		print_hidden(s, out);
		print_errors(s, out);
		print_absent(s, out);
	}
	if (s->no_failures)
		print_no_failures(s, out);
	print_foot(s, out);
	if (fflush(out) == EOF || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
