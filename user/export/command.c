// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command export: writes a run for other tools. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/base/command.h"
#include "user/base/option.h"
#include "user/base/output.h"
#include "user/base/overwrite.h"
#include "user/base/say.h"
#include "user/export/format.h"
#include "user/store/inputs.h"

static const struct export_format *const formats[] = {
#define X(name) &export_##name,
	EXPORT_FORMATS(X)
#undef X
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

static const struct option_value *format_value(size_t i)
{
	return i < FORMAT_COUNT ? &formats[i]->value : NULL;
}

enum { OPTION_FORMAT = 1000, OPTION_TRUNCATED };

struct options {
	const struct export_format *format;
	char *path;
	const char *output;
	bool truncated;
};

static const char doc[] =
	"Writes a run in a form that other tools read."
	"\v"
	"Examples:\n"
	"  spawnscope export --format csv run.jsonl -o run.csv\n"
	"  spawnscope export --format openmetrics run.jsonl \\\n"
	"      -o /var/lib/prometheus/node-exporter/spawnscope.prom\n"
	"  spawnscope export --format perfetto profile.jsonl -o trace.json\n"
	"  spawnscope export --format speedscope anatomy.jsonl -o anatomy.json\n\n"
	"RUN is a result file of `spawnscope bench -o`, `spawnscope profile -o` "
	"or `spawnscope anatomy -o`; - is standard input.";

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
		if (o->path) {
			complain("export takes one run");
			return -EINVAL;
		}
		o->path = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->path && o->format)
			return 0;
		complain(o->path ? "export needs --format: `spawnscope export --help` lists the "
				   "formats"
				 : "export needs a run: a result file of `spawnscope bench -o "
				   "FILE`, `spawnscope profile -o FILE` or `spawnscope anatomy -o "
				   "FILE`");
		return -EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

struct task {
	int (*write)(const struct run *r, FILE *out);
	const struct run *run;
};

static int compose(void *context, FILE *out)
{
	const struct task *task = context;

	return task->write(task->run, out);
}

/* What the format writes of such a run; NULL: it has no form for it. Anatomies come with cells. */
static int (*writer(const struct export_format *f, const struct run *r))(const struct run *, FILE *)
{
	if (r->anatomy_count && f->trees)
		return f->trees;
	return r->cell_count ? f->cells : f->births;
}

/* What kind of run has what the format writes. */
static void complain_kind(const struct export_format *f, const struct run *r, const char *path)
{
	if (f->births && f->trees)
		complain("%s: has no births and no anatomy: %s is for what `spawnscope profile -o` "
			 "or `spawnscope anatomy -o` writes",
			 path, f->value.name);
	else if (f->trees)
		complain("%s: has no anatomy: %s is for what `spawnscope anatomy -o` writes", path,
			 f->value.name);
	else if (r->cell_count)
		complain("%s: has no births: %s is for what `spawnscope profile -o` writes", path,
			 f->value.name);
	else
		complain("%s: has no samples: %s is for what `spawnscope bench -o` writes", path,
			 f->value.name);
}

/* Sets task->write, or complains that the format has no form for such a run. */
static int choose(const struct options *o, struct task *task)
{
	const char *path = strcmp(o->path, "-") ? o->path : "standard input", *lacks;

	task->write = writer(o->format, task->run);
	lacks = task->write && task->write == o->format->births && o->format->lacks
			? o->format->lacks(task->run)
			: NULL;
	if (task->write && !lacks)
		return 0;
	if (lacks)
		complain("%s: %s", path, lacks);
	else
		complain_kind(o->format, task->run, path);
	return -EINVAL;
}

int command_export(int argc, char **argv)
{
	char *formats_help = option_values_help(format_value);
	const struct argp_option table[] = {
		{"format", OPTION_FORMAT, "NAME", 0, formats_help, 0},
		{"output", 'o', "FILE", 0, "write to FILE (- is standard output, the default)", 0},
		{"truncated", OPTION_TRUNCATED, 0, 0, "accept a run that broke off", 0},
		{0},
	};
	const struct argp argp = {table, parse_option, "RUN", doc, NULL, NULL, NULL};
	struct options o = {0};
	struct input in = {0};
	struct task task = {0};
	struct fault why;
	int err = !formats_help ? -ENOMEM : option_parse(&argp, argc, argv, &o);

	if (!err)
		err = overwrite_refuse(&(struct output_name){"-o", o.output}, 1,
				       (const char *[]){o.path}, 1);
	if (!err) {
		err = input_read(&in, &o.path, 1, &(struct input_wish){.truncated = o.truncated},
				 &why);
		if (!err)
			err = input_need_values(&in, 0, &why);
		if (err)
			complain("%s", why.text);
	}
	task.run = in.runs;
	if (!err)
		err = choose(&o, &task);
	if (!err) {
		err = output_replace(o.output, compose, &task, &why);
		if (err)
			complain("%s", why.text);
	}
	input_free(&in);
	free(formats_help);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
