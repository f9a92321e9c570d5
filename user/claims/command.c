// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command claims: puts what people say about starting processes to the test, here. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/base/command.h"
#include "user/base/interrupt.h"
#include "user/base/option.h"
#include "user/base/output.h"
#include "user/base/progress.h"
#include "user/base/say.h"
#include "user/claims/evidence.h"
#include "user/claims/experiment.h"
#include "user/claims/print.h"
#include "user/claims/suite.h"
#include "user/collect/environment.h"
#include "user/store/store.h"

enum { OPTION_CLAIM = 1000, OPTION_QUICK, OPTION_JSON, OPTION_LIST };

struct options {
	const char *path, *output;
	unsigned long long chosen; /* a bit for each claim */
	bool named;		   /* by --claim */
	bool quick, json, list, quiet, verbose;
};

static const struct option_place places[] = {
	OPTION_TEXT('o', struct options, output),
	OPTION_FLAG(OPTION_QUICK, struct options, quick),
	OPTION_FLAG(OPTION_JSON, struct options, json),
	OPTION_FLAG(OPTION_LIST, struct options, list),
	OPTION_FLAG('q', struct options, quiet),
	OPTION_FLAG('v', struct options, verbose),
	{0},
};

static const char doc[] =
	"Puts what people say about starting processes to the test on this machine, and prints of "
	"each claim whether it holds, with the numbers."
	"\v"
	"Examples:\n"
	"  spawnscope claims --quick\n"
	"  spawnscope claims -v -o claims.jsonl\n"
	"  spawnscope claims --claim vfork-ratio,fork-first\n"
	"  spawnscope claims claims.jsonl\n"
	"  spawnscope lab -- claims\n\n"
	"A claim holds, does not hold, or depends on something; it is inconclusive where the "
	"intervals do not decide, and absent where it cannot be tested here. FILE is a result file "
	"of `claims -o`: its verdicts are computed anew. All is measured without probes and needs "
	"no root. In the lab, times are instructions.";

#define CHOICES_MAX 64

/* Adds the claims of a list. 0, or -EINVAL after one line. */
static int choose(const char *list, unsigned long long *chosen)
{
	struct option_choice choices[CHOICES_MAX];
	char *copy = strdup(list), *rest = copy, *name;
	int err = copy ? 0 : -ENOMEM, i;

	for (size_t k = 0; k < claim_count && k < CHOICES_MAX; k++)
		choices[k] = (struct option_choice){claims[k]->name, (int)k};
	while (!err && (name = strsep(&rest, ","))) {
		err = option_choice("claim", name, choices, claim_count, &i);
		if (!err)
			*chosen |= 1ULL << i;
	}
	free(copy);
	return err;
}

static int check(struct options *o)
{
	if (o->path && o->output) {
		complain("%s holds what was measured already: -o writes what is measured anew",
			 o->path);
		return -EINVAL;
	}
	o->named = o->chosen != 0;
	if (!o->named)
		o->chosen = CLAIMS_ALL;
	return 0;
}

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	if (option_store(places, key, arg, o))
		return 0;
	switch (key) {
	case OPTION_CLAIM:
		return choose(arg, &o->chosen);
	case ARGP_KEY_ARG:
		if (o->path) {
			complain("claims reads one file; '%s' is a second one", arg);
			return -EINVAL;
		}
		o->path = arg;
		return 0;
	case ARGP_KEY_END:
		return check(o);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool is_chosen(const struct options *o, size_t i)
{
	return (o->chosen >> i) & 1;
}

/* Whether a claim that was chosen needs the experiment. */
static bool is_needed(const struct options *o, const struct experiment *x)
{
	for (size_t i = 0; i < claim_count; i++) {
		for (size_t k = 0; k < CLAIM_EXPERIMENTS && is_chosen(o, i); k++) {
			const char *name = claims[i]->experiments[k];

			if (name && !strcmp(name, x->name))
				return true;
		}
	}
	return false;
}

static int run_experiments(const struct options *o, struct run *r)
{
	struct progress *progress;
	size_t count = 0;
	int err = 0;

	for (size_t i = 0; experiment_at(i); i++)
		count += is_needed(o, experiment_at(i));
	progress = progress__new(count, o->quiet, "experiments");
	for (size_t i = 0; experiment_at(i) && !err; i++) {
		if (!is_needed(o, experiment_at(i)))
			continue;
		err = experiment_run(experiment_at(i), o->named, r);
		progress__step(progress);
	}
	progress__free(progress);
	return err;
}

static int measure(const struct options *o, struct run *r, char *const *args, struct fault *why)
{
	struct suite_options suite = {.effort = o->quick ? EFFORT_QUICK : EFFORT_FULL,
				      .quiet = o->quiet};
	int err;

	if (clock_counts_instructions(environment_clock()))
		suite.effort = EFFORT_LAB;
	for (size_t i = 0; i < claim_count; i++)
		suite.cells |= is_chosen(o, i) ? claims[i]->cells : 0;
	err = suite_measure(&suite, r, why);
	if (!err)
		err = run_experiments(o, r);
	if (!err)
		err = run__set_command(r, "claims", args);
	interrupt_end();
	return err;
}

/* Measures, and writes the file if one is asked for: it is opened first. */
static int measure_and_keep(const struct options *o, struct run *r, char *const *args,
			    struct fault *why)
{
	struct store *s = o->output ? store__create(o->output) : NULL;
	int err = o->output && !s ? -errno : 0, closed;

	if (err)
		return output_failed(o->output, err, why);
	err = measure(o, r, args, why);
	if (!s)
		return err;
	if (!err) {
		err = store__write_all(s, r);
		closed = store__close(s);
		err = err ? err : closed;
		if (err)
			output_failed(o->output, err, why);
		return err;
	}
	store__close(s);
	return err;
}

static int read_run(const struct options *o, struct run *r, struct fault *why)
{
	int err = store_read(o->path, r, why);

	if (err || r->ended)
		return err;
	run__free(r);
	return fault__set(why, -EINVAL, "%s: broke off: it has no end line", o->path);
}

static int cannot_print(int err)
{
	if (err)
		complain("cannot write standard output: %s", strerror(-err));
	return err;
}

static int judge_and_print(const struct options *o, const struct run *r)
{
	struct judged judged[CHOICES_MAX];
	struct evidence e;
	size_t n = 0;
	int err = evidence__init(&e, r);

	for (size_t i = 0; i < claim_count && !err; i++) {
		if (is_chosen(o, i))
			judged[n++] = (struct judged){claims[i], claim_judge(claims[i], &e)};
	}
	if (!err && o->json)
		err = claims_print_json(&e, judged, n, stdout);
	else if (!err)
		err = claims_print(&e, judged, n, o->verbose, say_in_colour(stdout), stdout);
	evidence__free(&e);
	return cannot_print(err);
}

static int claims_main(const struct options *o, char *const *args)
{
	struct fault why = {""};
	struct run r = {0};
	int err;

	if (o->path) {
		err = read_run(o, &r, &why);
	} else {
		interrupt_catch();
		err = measure_and_keep(o, &r, args, &why);
	}
	if (err && (why.text[0] || err != -ECANCELED))
		complain("%s", why.text[0] ? why.text : strerror(-err));
	/* The lines of -o - are not mixed with text. */
	if (!err && !(o->output && !strcmp(o->output, "-")))
		err = judge_and_print(o, &r);
	run__free(&r);
	return err;
}

int command_claims(int argc, char **argv)
{
	const struct argp_option table[] = {
		{"claim", OPTION_CLAIM, "LIST", 0, "only these claims; --list has their names", 0},
		{"quick", OPTION_QUICK, 0, 0,
		 "about half a minute: fewer sizes and samples, so that more is inconclusive", 0},
		{"list", OPTION_LIST, 0, 0, "print the claims, and test none", 0},
		{"output", 'o', "FILE", 0,
		 "write a result file (JSON Lines); -: standard output, and no verdicts", 1},
		{"json", OPTION_JSON, 0, 0, "print the verdicts as JSON", 1},
		{"quiet", 'q', 0, 0, "print no progress", 1},
		{"verbose", 'v', 0, 0, "print how each claim was tested, too", 1},
		{0},
	};
	const struct argp argp = {table, parse_option, "[FILE]", doc, NULL, NULL, NULL};
	struct options o = {0};
	int err = option_parse(&argp, argc, argv, &o);

	if (!err && o.list)
		err = cannot_print(claims_print_list(stdout));
	else if (!err)
		err = claims_main(&o, argv + 1);
	interrupt_die();
	return err ? EXIT_TROUBLE : EXIT_OK;
}
