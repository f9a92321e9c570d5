// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command report: writes runs as a page or as Markdown. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/base/command.h"
#include "user/base/option.h"
#include "user/base/output.h"
#include "user/base/overwrite.h"
#include "user/base/say.h"
#include "user/report/format.h"
#include "user/report/sides.h"
#include "user/report/verdict.h"
#include "user/store/inputs.h"
#include "user/text/numbers.h"

static const struct report_format *const formats[] = {
#define X(name) &report_##name,
	REPORT_FORMATS(X)
#undef X
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

static const struct option_value *format_value(size_t i)
{
	return i < FORMAT_COUNT ? &formats[i]->value : NULL;
}

enum { OPTION_FORMAT = 1000, OPTION_TRUNCATED };

struct options {
	const struct report_format *format;
	const char *output;
	bool truncated;
	char **paths; /* of argv */
	size_t count;
};

static const char doc[] =
	"Writes one page about runs: questions and answers, latency, phases, distributions, the "
	"births of a profile, a scenario's measures, and how several runs differ. The page needs "
	"no network and no server."
	"\v"
	"Examples:\n"
	"  spawnscope report run.jsonl -o page.html\n"
	"  spawnscope report profile.jsonl -o page.html\n"
	"  spawnscope report before.jsonl after.jsonl -o page.html\n"
	"  spawnscope report before.jsonl after.jsonl verdict.json -o page.html\n"
	"  spawnscope report verdict.json -o page.html\n"
	"  spawnscope report keep/*.jsonl verdict.json -o page.html\n"
	"  spawnscope report results/lab/*.jsonl -o lab.html\n"
	"  spawnscope report --format markdown run.jsonl >>\"$GITHUB_STEP_SUMMARY\"\n\n"
	"RUN is a result file, which -o of bench, profile, anatomy, claims or scenario (the last "
	"on "
	"a page only) writes; - is standard input. Files that `spawnscope gate --json` wrote may "
	"be "
	"among them, or stand alone.";

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	int format;

	switch (key) {
	case OPTION_FORMAT:
		format = option_value("format", arg, format_value);
		if (format < 0)
			return format;
		o->format = formats[format];
		return 0;
	case OPTION_TRUNCATED:
		o->truncated = true;
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case ARGP_KEY_ARG:
		o->paths[o->count++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->count > 0)
			return 0;
		complain("report needs a run: a result file of `spawnscope bench -o FILE` or "
			 "`spawnscope profile -o FILE`");
		return -EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What compose() makes the report from. */
struct task {
	const struct options *o;
	const struct input *in;
	const struct sides *sides;
	struct birth_sums **births; /* for each file */
};

/* An input_birth_fn. */
static int add_birth(void *births, size_t run, const struct birth *b)
{
	struct birth_sums **sums = &((struct birth_sums **)births)[run];

	if (!*sums)
		*sums = birth_sums__new();
	return *sums ? birth_sums__add(*sums, b) : -ENOMEM;
}

static int compose(void *context, FILE *out)
{
	const struct task *task = context;
	struct report p;
	int err;

	text_plain_utf8();
	err = report__init(&p, task->in->runs, task->in->paths, task->in->count, task->births);
	p.verdicts = task->in->verdicts;
	p.verdict_paths = task->in->verdict_paths;
	p.verdict_count = task->in->verdict_count;
	p.truncated = task->o->truncated;
	p.joined = task->sides->paths != NULL;
	p.run_paths = p.joined ? task->sides->paths : task->in->paths;
	p.run_path_count = p.joined ? task->sides->path_count : task->in->count;
	if (!err)
		err = task->o->format->write(&p, out);
	report__free(&p);
	return err;
}

int command_report(int argc, char **argv)
{
	char *formats_help = option_values_help(format_value);
	const struct argp_option table[] = {
		{"format", OPTION_FORMAT, "NAME", 0, formats_help, 0},
		{"output", 'o', "FILE", 0, "write to FILE (- is standard output, the default)", 0},
		{"truncated", OPTION_TRUNCATED, 0, 0, "accept runs that broke off", 0},
		{0},
	};
	const struct argp argp = {table, parse_option, "RUN...", doc, NULL, NULL, NULL};
	struct options o = {.format = formats[0]};
	struct input in = {0};
	struct sides sides = {0};
	struct birth_sums **births = calloc((size_t)argc, sizeof(*births));
	struct fault why;
	int err = -ENOMEM;

	o.paths = calloc((size_t)argc, sizeof(*o.paths));
	if (o.paths && formats_help && births)
		err = option_parse(&argp, argc, argv, &o);
	if (!err && !o.output && o.format == &report_html && isatty(STDOUT_FILENO)) {
		complain("a page is not for a terminal: name a file with -o page.html");
		err = -EINVAL;
	}
	if (!err)
		err = overwrite_refuse(&(struct output_name){"-o", o.output}, 1,
				       (const char *const *)o.paths, o.count);
	if (!err) {
		const struct input_wish wish = {o.truncated, verdict_read, add_birth, births};

		err = input_read(&in, o.paths, o.count, &wish, &why);
		if (!err)
			err = input_need_values(&in, o.format->also, &why);
		if (!err && sides__join(&sides, &in))
			err = fault__set(&why, -ENOMEM, "%s", strerror(ENOMEM));
		if (!err)
			err = output_replace(o.output, compose,
					     &(struct task){&o, &in, &sides, births}, &why);
		if (err)
			complain("%s", why.text);
	}
	input_free(&in);
	sides__free(&sides);
	for (int i = 0; births && i < argc; i++)
		birth_sums__free(births[i]);
	free((void *)births);
	free(o.paths);
	free(formats_help);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
