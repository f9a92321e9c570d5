// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command gate: where the runs come from, and where the verdict goes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "user/base/command.h"
#include "user/base/interrupt.h"
#include "user/base/privilege.h"
#include "user/base/say.h"
#include "user/gate/budget/bounds.h"
#include "user/gate/budget/budget.h"
#include "user/gate/budget/check.h"
#include "user/gate/compare/compare.h"
#include "user/gate/compare/paired.h"
#include "user/gate/options.h"
#include "user/gate/print/ci.h"
#include "user/gate/print/json.h"
#include "user/gate/print/text.h"
#include "user/gate/runs/baseline.h"
#include "user/gate/runs/kept.h"
#include "user/gate/runs/runs.h"
#include "user/store/store.h"
#include "user/text/escape.h"
#include "user/text/wrap.h"

struct gate {
	struct gate_options o;
	struct gate_report report;
	struct fault why;
};

struct set {
	struct run *runs;
	size_t count;
};

static void free_set(struct set *s)
{
	for (size_t i = 0; i < s->count; i++)
		run__free(&s->runs[i]);
	free(s->runs);
	*s = (struct set){0};
}

static int read_one(struct gate *g, const char *path, struct run *r)
{
	char text[256];
	int err = store_read(path, r, &g->why);

	if (err || r->ended || g->o.truncated)
		return err;
	escape_text(path, text, sizeof(text));
	fault__set(&g->why, 0,
		   "%s: a truncated run, it has no end line; --truncated takes what is there",
		   text);
	run__free(r);
	return -EINVAL;
}

static bool same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return stat(a, &sa) == 0 && stat(b, &sb) == 0 && S_ISREG(sa.st_mode) &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

/* One run does not become several by being named so often. */
static int check_once(struct gate *g, char *const *paths, size_t count)
{
	char text[256];

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++) {
			if (!same_file(paths[i], paths[k]))
				continue;
			escape_text(paths[i], text, sizeof(text));
			return fault__set(&g->why, -EINVAL,
					  "%s is named twice; each run of a side counts once",
					  text);
		}
	return 0;
}

static int read_set(struct gate *g, char *const *paths, size_t count, struct set *s)
{
	int err = 0;

	if (count > GATE_PAIRS_MAX) {
		return fault__set(&g->why, -E2BIG, "%zu runs: %d are the most", count,
				  GATE_PAIRS_MAX);
	}
	s->runs = calloc(count, sizeof(*s->runs));
	if (!s->runs)
		return -ENOMEM;
	err = check_once(g, paths, count);
	for (size_t i = 0; i < count && !err; i++) {
		err = read_one(g, paths[i], &s->runs[i]);
		s->count += !err;
	}
	return err;
}

static bool same_bytes(const char *a, const char *b)
{
	FILE *fa = fopen(a, "re"), *fb = fopen(b, "re");
	bool same = fa && fb;
	int c = 0;

	while (same && c != EOF) {
		c = getc_unlocked(fa);
		same = c == getc_unlocked(fb);
	}
	if (fa)
		fclose(fa);
	if (fb)
		fclose(fb);
	return same;
}

/* Why nothing can differ: NULL if it can. In the lab two runs may well be equal in every byte. */
static const char *why_same(char *const *a, char *const *b, size_t count, const struct run *r)
{
	struct stat sa, sb;
	size_t same = 0;

	while (same < count && same_file(a[same], b[same]))
		same++;
	if (same == count)
		return count == 1 ? "BASE and NEW are the same file: nothing can differ"
				  : "BASE and NEW are the same files: nothing can differ";
	if (count == 1 && !stat(*a, &sa) && !stat(*b, &sb) && S_ISREG(sa.st_mode) &&
	    S_ISREG(sb.st_mode) && sa.st_size == sb.st_size && !run__counts_instructions(r) &&
	    same_bytes(*a, *b))
		return "NEW is a copy of BASE: nothing can differ";
	return NULL;
}

static void say_same(struct gate_report *r, const char *why)
{
	if (r->verdict == GATE_NOT_COMPARABLE)
		return;
	for (size_t i = 0; i < r->row_count; i++)
		if (r->rows[i].kind != GATE_SHOWN) {
			r->rows[i].verdict = GATE_PASS;
			r->rows[i].note[0] = '\0';
		}
	gate_report__conclude(r);
	if (r->verdict == GATE_PASS)
		snprintf(r->headline, sizeof(r->headline), "%s", why);
}

/* That it cannot be compared is a verdict, not a fault. */
static void not_comparable(struct gate *g, const char *text)
{
	g->report = (struct gate_report){.verdict = GATE_NOT_COMPARABLE};
	layout_append(g->report.headline, sizeof(g->report.headline), "%s", text);
}

/* As --ab decided, if the runs are what it kept; else all of them at once. */
static int compare_sets(struct gate *g, struct set *a, struct set *b)
{
	struct gate_stored stored = {a->runs, b->runs, a->count, b->count, 0};
	bool a_profile = budget_is_profile(&a->runs[0]), b_profile = budget_is_profile(&b->runs[0]);
	unsigned int of_b = 0;

	if (a_profile || b_profile) {
		not_comparable(g, a_profile && b_profile
					  ? "A and B are profiles, which have no cells; --budget "
					    "holds one against rules"
				  : a_profile ? "A is a profile, and B a run of bench"
					      : "B is a profile, and A a run of bench");
		return 0;
	}

	if (gate_kept(a->runs, a->count, &stored.planned) && gate_kept(b->runs, b->count, &of_b) &&
	    of_b == stored.planned)
		return gate_replay(&g->o, &stored, &g->report, &g->why);
	return gate_compare(a->runs, a->count, b->runs, b->count, &g->o.policy, &g->report);
}

static int compare_stored(struct gate *g)
{
	const struct gate_options *o = &g->o;
	size_t count_b = o->path_count - o->base_count;
	const char *same = NULL;
	struct set a = {0}, b = {0};
	int err = read_set(g, o->paths, o->base_count, &a);

	if (!err)
		err = read_set(g, o->paths + o->base_count, count_b, &b);
	if (!err && o->base_count == count_b)
		same = why_same(o->paths, o->paths + count_b, count_b, &a.runs[0]);
	if (!err)
		err = compare_sets(g, &a, &b);
	if (!err && same)
		say_same(&g->report, same);
	free_set(&a);
	free_set(&b);
	return err;
}

/* As with runs that are named: what was killed is taken only if that is asked for. */
static int check_ended(struct gate *g, const struct baseline *b)
{
	for (size_t i = 0; i < b->count; i++) {
		if (b->runs[i].ended || g->o.truncated)
			continue;
		return fault__set(
			&g->why, -EINVAL,
			"baseline %s, %zu.jsonl: a truncated run, it has no end line; save it "
			"again, or take what is there with --truncated",
			g->o.baseline, i + 1);
	}
	return 0;
}

/* Loads the baseline; false with *err set, or with a verdict. */
static bool load_baseline(struct gate *g, struct baseline *b, int *err)
{
	const struct gate_options *o = &g->o;
	char text[160];

	*err = baseline_load(o->folder, o->baseline, b, &g->why);
	if (*err == -ENOENT) {
		not_comparable(g, g->why.text);
		*err = 0;
		return false;
	}
	if (!*err)
		*err = check_ended(g, b);
	if (*err)
		return false;
	snprintf(text, sizeof(text), "baseline %s: %zu run%s, saved %s, %.1f days ago", o->baseline,
		 b->count, b->count == 1 ? "" : "s", b->saved, b->age_days);
	if (b->age_days < -1)
		snprintf(text, sizeof(text), "baseline %s was saved in the future, %s", o->baseline,
			 b->saved);
	else if (o->max_age_days == 0 || b->age_days <= o->max_age_days)
		return true;
	else
		snprintf(text, sizeof(text),
			 "baseline %s has expired: saved %s, %.1f days ago; --max-age allows %g",
			 o->baseline, b->saved, b->age_days, o->max_age_days);
	not_comparable(g, text);
	return false;
}

static int compare_with_baseline(struct gate *g)
{
	const struct gate_options *o = &g->o;
	struct baseline base = {0};
	struct set b = {0};
	int err;

	if (!load_baseline(g, &base, &err))
		goto cleanup;
	if (o->lab) {
		err = gate_in_lab(o, base.runs, base.count, &g->report, &g->why);
	} else {
		err = read_set(g, o->paths, o->path_count, &b);
		if (!err)
			err = gate_compare(base.runs, base.count, b.runs, b.count, &o->policy,
					   &g->report);
	}
	if (!err)
		err = gate_report__note(&g->report, "baseline %s: saved %s, %.1f days ago",
					o->baseline, base.saved, base.age_days);
cleanup:
	baseline_free(&base);
	free_set(&b);
	return err;
}

/* What is saved is read twice, to see whether it is whole and to copy it: a pipe is empty then. */
static int check_files(struct gate *g, char *const *paths, size_t count)
{
	char text[256];
	struct stat st;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(paths[i], "-") &&
		    (stat(paths[i], &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
			continue;
		escape_text(paths[i], text, sizeof(text));
		return fault__set(&g->why, -EINVAL,
				  "%s is no file: store the run in one first, then save that",
				  text);
	}
	return 0;
}

/* Only whole runs that can be read are worth keeping. */
static int save_baseline(struct gate *g)
{
	const struct gate_options *o = &g->o;
	char path[64], text[256], *taken[1] = {path};
	char *const *paths = o->paths;
	size_t count = o->path_count;
	struct set s = {0};
	int fd = -1, err = 0;

	if (o->lab) {
		err = gate_lab_run(o, &fd, &g->why);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		paths = taken;
		count = 1;
	} else {
		err = check_files(g, paths, count);
		if (!err)
			err = read_set(g, paths, count, &s);
	}
	if (!err)
		err = baseline_save(o->folder, o->save, paths, count, &g->why);
	if (!err) {
		escape_text(o->folder, text, sizeof(text));
		printf("saved %zu run%s as baseline %s in %s\n", count, count == 1 ? "" : "s",
		       o->save, text);
	}
	if (fd >= 0)
		close(fd);
	free_set(&s);
	return err;
}

static int check_budget(struct gate *g)
{
	const struct gate_options *o = &g->o;
	struct budget budget = {0};
	struct run run = {0};
	char name[256];
	FILE *in = strcmp(o->budget, "-") ? fopen(o->budget, "re") : stdin;
	int err;

	if (!in) {
		err = -errno;
		escape_text(o->budget, name, sizeof(name));
		return fault__set(&g->why, err, "%s: %s", name, strerror(-err));
	}
	err = budget_read(in, o->budget, &budget, &g->why);
	if (in != stdin)
		fclose(in);
	if (!err)
		err = read_one(g, o->paths[0], &run);
	if (!err)
		err = budget_check(&budget, &run, &g->report);
	budget_free(&budget);
	run__free(&run);
	return err;
}

static int decide(struct gate *g)
{
	const struct gate_options *o = &g->o;

	if (o->budget)
		return check_budget(g);
	if (o->baseline)
		return compare_with_baseline(g);
	if (o->lab)
		return gate_in_lab(o, NULL, 0, &g->report, &g->why);
	if (o->ab)
		return gate_live(o, &g->report, &g->why);
	return compare_stored(g);
}

static int print_to_standard_output(const struct gate *g)
{
	return g->o.json ? gate_print_json(&g->report, stdout)
			 : gate_print_text(&g->report, stdout, want_colour(stdout), g->o.verbose);
}

static int print_json(const struct gate_report *r, FILE *out, bool strict)
{
	(void)strict;
	return gate_print_json(r, out);
}

/* A file is written anew, but for the summary of a job, to which each step adds. */
static int print_to_file(struct gate *g, const char *path, bool append,
			 int (*print)(const struct gate_report *, FILE *, bool))
{
	bool strict = g->o.on_inconclusive == INCONCLUSIVE_FAILS;
	FILE *out = NULL;
	char text[256];
	int err = append ? output_append(path, &out) : output_open(path, &out, NULL);

	if (!err)
		err = print(&g->report, out, strict);
	if (out && fclose(out) == EOF && !err)
		err = -errno;
	if (err) {
		escape_text(path, text, sizeof(text));
		fault__set(&g->why, 0, "cannot write %s: %s", text, strerror(-err));
	}
	return err;
}

static int print_all(struct gate *g)
{
	const struct gate_options *o = &g->o;
	int err = print_to_standard_output(g);

	if (err)
		fault__set(&g->why, 0, "cannot write to standard output: %s", strerror(-err));
	if (!err && o->output)
		err = print_to_file(g, o->output, false, print_json);
	if (!err && o->junit)
		err = print_to_file(g, o->junit, false, gate_print_junit);
	if (!err && o->ktap)
		err = print_to_file(g, o->ktap, false, gate_print_ktap);
	if (!err && o->markdown)
		err = print_to_file(g, o->markdown, true, gate_print_markdown);
	return err;
}

/* GitHub shows a line of this form beside the change that it is about. */
static void annotate(const struct gate *g)
{
	static const char *const levels[] = {
		[GATE_PASS] = "notice",
		[GATE_REGRESSION] = "error",
		[GATE_INCONCLUSIVE] = "warning",
		[GATE_NOT_COMPARABLE] = "error",
	};
	const char *actions = getenv("GITHUB_ACTIONS");
	const char *level = levels[g->report.verdict];

	if (!g->o.markdown || !actions || strcmp(actions, "true"))
		return;
	if (g->report.verdict == GATE_INCONCLUSIVE && g->o.on_inconclusive == INCONCLUSIVE_FAILS)
		level = "error";
	fprintf(stderr, "::%s title=spawnscope gate::%s: ", level,
		gate_verdict_name(g->report.verdict));
	for (const char *c = g->report.headline; *c; c++)
		fprintf(stderr, *c == '%' ? "%%25" : "%c", *c);
	fputc('\n', stderr);
}

static int exit_status(const struct gate *g)
{
	if (g->report.verdict != GATE_INCONCLUSIVE || g->o.on_inconclusive == INCONCLUSIVE_FAILS)
		return (int)g->report.verdict;
	if (g->o.on_inconclusive == INCONCLUSIVE_WARNS)
		complain("warning: inconclusive: %s", g->report.headline);
	return EXIT_OK;
}

/* What sudo made us is needed to take runs, and for nothing else. */
static int become_invoking_user(struct gate *g)
{
	int err = geteuid() == 0 && getenv("SUDO_UID") ? privilege_reduce() : 0;

	if (!err)
		err = privilege_drop();
	if (err)
		return fault__set(&g->why, err, "cannot give up privileges: %s", strerror(-err));
	return err;
}

int command_gate(int argc, char **argv)
{
	struct gate g = {0};
	int err, status = EXIT_TROUBLE;

	err = gate_options__parse(&g.o, argc, argv);
	if (err) {
		gate_options__free(&g.o);
		return EXIT_TROUBLE;
	}
	if (g.o.ab || g.o.lab)
		interrupt_catch();
	if (!g.o.ab || g.o.lab)
		err = become_invoking_user(&g);
	if (!err)
		err = g.o.save ? save_baseline(&g) : decide(&g);
	if (!err && g.o.save) {
		status = EXIT_OK;
	} else if (!err) {
		if (g.o.ab && !g.o.lab)
			err = become_invoking_user(&g);
		if (!err)
			err = print_all(&g);
		annotate(&g);
		if (!err)
			status = exit_status(&g);
	}
	if (err && !g.why.text[0] && err != -ECANCELED)
		fault__set(&g.why, 0, "%s", strerror(-err));
	if (err && g.why.text[0])
		complain("%s", g.why.text);
	gate_report__free(&g.report);
	gate_options__free(&g.o);
	return status;
}
