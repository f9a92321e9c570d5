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
#include "user/gate/options.h"
#include "user/gate/print/print.h"
#include "user/gate/runs/runs.h"

struct gate {
	struct gate_options o;
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

static int decide(struct gate *g)
{
	const struct gate_options *o = &g->o;

	if (o->budget)
		return check_budget(g);
	if (o->baseline)
		return gate_compare_baseline(o, &g->report, &g->why);
	if (o->lab)
		return gate_in_lab(o, NULL, 0, &g->report, &g->why);
	if (o->ab)
		return gate_live(o, &g->report, &g->why);
	return gate_compare_stored(o, &g->report, &g->why);
}

static int print_to_standard_output(struct gate *g)
{
	int err = g->o.json ? gate_print_json(&g->report, stdout, false)
			    : gate_print_text(&g->report, stdout, say_in_colour(stdout),
					      g->o.verbose);

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

static int print_all(struct gate *g)
{
	struct printing files[] = {
		{g->o.output, output_replace, gate_print_json, g},
		{g->o.junit, output_replace, gate_print_junit, g},
		{g->o.ktap, output_replace, gate_print_ktap, g},
		/* Each step of a job adds to its summary. */
		{g->o.markdown, output_append, gate_print_markdown, g},
	};
	int err = print_to_standard_output(g);

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !err; i++) {
		if (files[i].path)
			err = files[i].write(files[i].path, print_file, &files[i], &g->why);
	}
	return err;
}

/* GitHub shows a line of this form beside the change. */
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

/* Only taking runs needs root. */
static int become_invoking_user(struct gate *g)
{
	int err = privilege_become_caller();

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
		err = g.o.save ? gate_save_baseline(&g.o, &g.why) : decide(&g);
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
