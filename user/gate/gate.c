// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command gate: where runs come from, and where the verdict goes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "user/base/command.h"
#include "user/base/interrupt.h"
#include "user/base/output.h"
#include "user/base/privilege.h"
#include "user/base/say.h"
#include "user/gate/budget/budget.h"
#include "user/gate/compare/accept.h"
#include "user/gate/options.h"
#include "user/gate/print/lkml.h"
#include "user/gate/print/print.h"
#include "user/gate/runs/runs.h"
#include "user/text/escape.h"

struct gate {
	struct gate_options o;
	int argc;
	char **argv;
	struct gate_accept accept;
	struct gate_report report;
	struct fault why;
};

static int check_budget(struct gate *g)
{
	const struct gate_options *o = &g->o;
	struct budget budget = {0};
	struct run run = {0};
	FILE *in = strcmp(o->budget, "-") ? fopen(o->budget, "re") : stdin;
	int err = in ? 0 : -errno;

	if (err)
		return fault__set(&g->why, err, "%s: %s", o->budget, strerror(-err));
	err = budget_read(in, o->budget, &budget, &g->why);
	if (in != stdin)
		fclose(in);
	if (!err)
		err = gate_read_run(o, o->paths[0], &run, &g->why);
	if (!err)
		err = budget_check(&budget, &run, &g->report);
	budget_free(&budget);
	run__free(&run);
	return err;
}

static int compare(struct gate *g)
{
	const struct gate_options *o = &g->o;

	if (o->baseline)
		return gate_compare_baseline(o, &g->report, &g->why);
	if (o->lab)
		return gate_in_lab(o, NULL, 0, &g->report, &g->why);
	if (o->ab)
		return gate_live(o, &g->report, &g->why);
	return gate_compare_stored(o, &g->report, &g->why);
}

static int decide(struct gate *g)
{
	int err;

	if (g->o.budget)
		return check_budget(g);
	err = compare(g);
	if (!err && g->report.verdict != GATE_NOT_COMPARABLE)
		err = gate_accept__note(g->o.policy.accepted, &g->report);
	return err;
}

/* What a side is called: what makes it differ from the other one. */
static const char *name_of(const struct gate_options *o, int side)
{
	const char *const *const twice[] = {o->kernels, o->programs, o->libcs, o->envs};

	for (size_t i = 0; i < sizeof(twice) / sizeof(twice[0]); i++) {
		if (twice[i][1])
			return twice[i][side];
	}
	if (!side && o->baseline)
		return o->baseline;
	if (o->baseline)
		return o->kernels[0] ? o->kernels[0] : o->programs[0];
	return o->path_count ? o->paths[side ? o->base_count ? o->base_count : 1 : 0] : NULL;
}

static int print_to_standard_output(struct gate *g)
{
	struct gate_about about = {{name_of(&g->o, 0), name_of(&g->o, 1)}, g->argc, g->argv};
	int err = 0;

	if (g->o.format == GATE_FORMAT_LKML)
		gate_print_lkml(&g->report, &about, stdout);
	else if (g->o.format == GATE_FORMAT_JSON)
		err = gate_print_json(&g->report, stdout, false);
	else
		err = gate_print_text(&g->report, stdout, say_in_colour(stdout), g->o.verbose);

	if (!err && (fflush(stdout) == EOF || ferror(stdout)))
		err = errno ? -errno : -EIO;
	return err ? fault__set(&g->why, err, "cannot write to standard output: %s", strerror(-err))
		   : 0;
}

/* A file to print, and how. */
struct printing {
	const char *path;
	int (*write)(const char *path, output_fn *write, void *context, struct fault *why);
	gate_print_fn *print;
	const struct gate *gate;
};

static int print_file(void *printing, FILE *out)
{
	const struct printing *p = printing;

	return p->print(&p->gate->report, out, p->gate->o.on_inconclusive == INCONCLUSIVE_FAILS);
}

/*
 * Each of them, whatever becomes of the others; `why` is that of the first that failed.
 * `no_stdout`: that is known to fail.
 */
static int print_files(struct gate *g, bool no_stdout)
{
	struct printing files[] = {
		{g->o.output, output_replace, gate_print_json, g},
		{g->o.junit, output_replace, gate_print_junit, g},
		{g->o.ktap, output_replace, gate_print_ktap, g},
		/* Each step of a job adds to its summary. */
		{g->o.markdown, output_append, gate_print_markdown, g},
	};
	struct fault why;
	int err = 0, failed;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (!files[i].path || (no_stdout && !strcmp(files[i].path, "-")))
			continue;
		failed = files[i].write(files[i].path, print_file, &files[i], &why);
		if (failed && err)
			complain("%s", why.text);
		else if (failed)
			g->why = why;
		err = err ? err : failed;
	}
	return err;
}

static int print_report(struct gate *g)
{
	int err = print_to_standard_output(g), failed;
	struct fault why = g->why;

	failed = print_files(g, err != 0);
	if (failed && err)
		complain("%s", g->why.text);
	if (err)
		g->why = why;
	return err ? err : failed;
}

/* GitHub shows a line of this form beside the change. */
static void annotate(const struct gate *g)
{
	static const char *const levels[] = {
		[GATE_PASS] = "notice",		 [GATE_REGRESSION] = "error",
		[GATE_TROUBLE] = "error",	 [GATE_INCONCLUSIVE] = "warning",
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

/* Only taking runs needs root. */
static int become_invoking_user(struct gate *g)
{
	int err = privilege_become_caller();

	if (err)
		return fault__set(&g->why, err, "cannot give up privileges: %s", strerror(-err));
	return err;
}

/*
 * What `git bisect run` makes of a status: 0 good, 1 to 127 bad but for 125, which skips the
 * commit; above 127 it stops.
 */
static int bisect_status(int status)
{
	switch (status) {
	case GATE_INCONCLUSIVE:
	case GATE_NOT_COMPARABLE:
		return 125;
	case EXIT_TROUBLE:
		return 128;
	default:
		return status;
	}
}

/* A job that reads a file for the verdict finds there why there is none. */
static void print_trouble(struct gate *g)
{
	struct fault why = g->why;

	if (g->o.ab && !g->o.lab && become_invoking_user(g))
		return;
	gate_report__free(&g->report);
	g->report.verdict = GATE_TROUBLE;
	escape_text(why.text[0] ? why.text : "a run failed, and its output says why",
		    g->report.headline, sizeof(g->report.headline));
	if (print_files(g, false))
		complain("%s", g->why.text);
	annotate(g);
	g->why = why;
}

/* Decides, and prints that. *status: of the verdict. */
static int judge(struct gate *g, int *status)
{
	int err = gate_read_accept(&g->o, &g->accept, &g->why);

	if (!err && !g->o.budget)
		g->o.policy.accepted = &g->accept;
	if (!err)
		err = decide(g);
	interrupt_end();
	if (err && err != -EINTR)
		print_trouble(g);
	if (err)
		return err;
	if (g->o.ab && !g->o.lab)
		err = become_invoking_user(g);
	if (!err)
		err = print_report(g);
	annotate(g);
	if (!err)
		*status = exit_status(g);
	return err;
}

static int save(struct gate *g, int *status)
{
	int err = gate_save_baseline(&g->o, &g->why);

	if (!err)
		*status = EXIT_OK;
	return err;
}

int command_gate(int argc, char **argv)
{
	struct gate g = {.argc = argc, .argv = argv};
	int err, status = EXIT_TROUBLE;

	err = gate_options__parse(&g.o, argc, argv);
	if (err) {
		gate_options__free(&g.o);
		return g.o.bisect ? bisect_status(EXIT_TROUBLE) : EXIT_TROUBLE;
	}
	if (g.o.ab || g.o.lab)
		interrupt_catch();
	if (!g.o.ab || g.o.lab)
		err = become_invoking_user(&g);
	if (!err)
		err = g.o.save ? save(&g, &status) : judge(&g, &status);
	if (err && !g.why.text[0] && err != -ECANCELED)
		fault__set(&g.why, 0, "%s", strerror(-err));
	if (err && err != -ECANCELED && g.why.text[0])
		complain("%s", g.why.text);
	if (g.o.bisect)
		status = bisect_status(status);
	gate_report__free(&g.report);
	gate_accept__free(&g.accept);
	gate_options__free(&g.o);
	interrupt_die();
	return status;
}
