// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command scenario: runs one, stores what it measured, and prints its summary. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/base/command.h"
#include "user/base/output.h"
#include "user/base/progress.h"
#include "user/base/say.h"
#include "user/collect/environment.h"
#include "user/model/memory.h"
#include "user/scenario/options.h"
#include "user/scenario/stage.h"
#include "user/scenario/upgrade/server.h"
#include "user/store/store.h"

/* What was chosen is a fact beside those of the machine. */
static int describe(struct run *r, const struct scenario_command *c, char **argv)
{
	const struct scenario_options *o = &c->options;
	unsigned int takes = c->scenario->takes;
	int err = run__begin(r, "scenario", argv + 1, environment_clock());

	if (!err)
		err = text_copy(&r->scenario, c->scenario->name);
	if (!err)
		err = environment_read(r, NULL);
	if (!err && takes & SCENARIO_SIZE)
		err = run__add_env_number(r, "size_bytes", o->size_bytes);
	if (!err && takes & SCENARIO_WORKERS)
		err = run__add_env_number(r, "workers", o->workers);
	if (!err && takes & SCENARIO_RATE)
		err = run__add_env_number(r, "rate", o->rate);
	if (!err && takes & SCENARIO_SKEW)
		err = run__add_env_text(r, "skew", o->skew == SKEW_ZIPF ? "zipf" : "uniform");
	environment_begin(r);
	return err;
}

static int measure(const struct scenario_command *c, struct run *r, struct fault *why)
{
	struct stage s = {.options = &c->options, .run = r, .why = why, .quiet = c->quiet};
	int err;

	crew__begin(&s.crew);
	err = c->scenario->run(&s);
	crew__end(&s.crew);
	progress__free(s.progress);
	if (!err && s.error)
		err = fault__set(why, s.error, "%s", strerror(-s.error));
	return err;
}

/* The file has its first line before anything is measured, and its last after all was. */
static int write_observations(struct store *file, struct run *r)
{
	int err = 0;

	for (size_t i = 0; i < r->observation_count && !err; i++)
		err = store__write_observation(file, &r->observations[i]);
	environment_end(r);
	r->end.births = r->end.lost = r->end.missed = MISSING;
	r->end.started = r->end.started_untraced = MISSING;
	r->ended = true;
	return err ? err : store__write_end(file, r);
}

static int run_scenario(const struct scenario_command *c, char **argv, struct run *r,
			struct fault *why)
{
	const char *path = c->json ? "-" : c->output;
	struct store *file = NULL;
	int err = describe(r, c, argv);

	if (err)
		return fault__set(why, err, "%s", strerror(-err));
	if (path) {
		file = store__create(path);
		if (!file)
			return output_failed(path, -errno, why);
		err = store__write_run(file, r);
		if (err)
			output_failed(path, err, why);
	}
	if (!err)
		err = measure(c, r, why);
	if (!err && file && (err = write_observations(file, r)))
		output_failed(path, err, why);
	if (file) {
		int closed = store__close(file);

		if (!err && closed)
			err = output_failed(path, closed, why);
	}
	return err;
}

static int read_run(const struct scenario_command *c, struct run *r, struct fault *why)
{
	int err = store_read(c->input, r, why);

	if (!err && (!r->scenario || !scenario_find(r->scenario)))
		err = fault__set(why, -EINVAL, "%s: no result of a scenario that this tool knows",
				 c->input);
	if (!err && !r->ended)
		err = fault__set(why, -EINVAL, "%s: the run broke off, it has no end line",
				 c->input);
	return err;
}

static int print(const struct run *r)
{
	int err = scenario_find(r->scenario)->print(r, stdout, say_in_colour(stdout));

	if (!err && (fflush(stdout) || ferror(stdout)))
		err = errno ? -errno : -EIO;
	if (err)
		complain("cannot write to standard output: %s", strerror(-err));
	return err;
}

int command_scenario(int argc, char **argv)
{
	struct scenario_command c = {0};
	struct run r = {0};
	struct fault why = {""};
	int err;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		scenario_list(stdout);
		return EXIT_OK;
	}
	/* Only for ourselves. */
	if (argc == 2 + UPGRADE_RESUME_ARGS && !strcmp(argv[1], UPGRADE_RESUME))
		upgrade_resume(argv + 2);
	if (scenario_options__parse(&c, argc, argv))
		return EXIT_TROUBLE;
	err = c.input ? read_run(&c, &r, &why) : run_scenario(&c, argv, &r, &why);
	if (err)
		complain("%s", *why.text ? why.text : strerror(-err));
	else if (!c.json && !(c.output && !strcmp(c.output, "-")))
		err = print(&r);
	run__free(&r);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
