// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command export: a run for other tools. */
#include "user/export/export.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

#include "user/base/command.h"
#include "user/base/option.h"
#include "user/base/output.h"
#include "user/base/say.h"
#include "user/store/inputs.h"
#include "user/text/escape.h"

/* How it writes a bench, and a profile; NULL: it has no form for such a run. */
static const struct format {
	const char *name;
	int (*cells)(const struct run *r, FILE *out);
	int (*births)(const struct run *r, FILE *out);
} formats[] = {
	{"csv", export_csv, export_csv_births},
	{"openmetrics", export_openmetrics, NULL},
	{"perfetto", NULL, export_perfetto},
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

enum { OPTION_FORMAT = 1000, OPTION_TRUNCATED };

struct options {
	const struct format *format;
	char *path;
	const char *output;
	bool truncated;
};

static const struct argp_option option_table[] = {
	{"format", OPTION_FORMAT, "NAME", 0,
	 "csv (one row a sample; of a profile, one row a birth), openmetrics (summaries of a "
	 "bench, for node_exporter's textfile collector) or perfetto (the births of a profile as a "
	 "trace, for ui.perfetto.dev)",
	 0},
	{"output", 'o', "FILE", 0, "write to FILE (- is standard output, the default)", 0},
	{"truncated", OPTION_TRUNCATED, 0, 0, "take a run that broke off, too", 0},
	{0},
};

static const char doc[] = "Writes a run in a form that other tools read."
			  "\v"
			  "Examples:\n"
			  "  spawnscope export --format csv run.jsonl -o run.csv\n"
			  "  spawnscope export --format openmetrics run.jsonl \\\n"
			  "      -o /var/lib/prometheus/node-exporter/spawnscope.prom\n"
			  "  spawnscope export --format perfetto profile.jsonl -o trace.json\n\n"
			  "RUN is a result file of `spawnscope bench -o` or `spawnscope profile "
			  "-o`; - is standard input.";

static int set_format(struct options *o, const char *name)
{
	char text[128];

	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		if (!strcmp(formats[i].name, name)) {
			o->format = &formats[i];
			return 0;
		}
	}
	escape_text(name, text, sizeof(text));
	complain("--format '%s': must be csv, openmetrics or perfetto", text);
	return -EINVAL;
}

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPTION_FORMAT:
		return set_format(o, arg);
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
		complain(o->path ? "export needs --format csv, openmetrics or perfetto"
				 : "export needs a run: a result file of `spawnscope bench -o "
				   "FILE` or `spawnscope profile -o FILE`");
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

/* Sets task->write; what the format has no form for is refused with one line. */
static int choose(const struct options *o, struct task *task)
{
	bool cells = task->run->cell_count > 0;
	char name[256];

	task->write = cells ? o->format->cells : o->format->births;
	if (task->write)
		return 0;
	escape_text(strcmp(o->path, "-") ? o->path : "standard input", name, sizeof(name));
	if (cells)
		complain("%s: has no births: %s is for what `spawnscope profile -o` writes", name,
			 o->format->name);
	else
		complain("%s: has no samples: %s is for what `spawnscope bench -o` writes", name,
			 o->format->name);
	return -EINVAL;
}

int command_export(int argc, char **argv)
{
	static const struct argp argp = {option_table, parse_option, "RUN", doc, NULL, NULL, NULL};
	struct options o = {0};
	struct input in = {0};
	struct task task = {0};
	struct fault why;
	int err = option_parse(&argp, argc, argv, &o);

	if (!err && input_is_output(&o.path, 1, o.output)) {
		complain("-o %s: that is the run itself; name another file", o.output);
		err = -EINVAL;
	}
	if (!err) {
		err = input_read(&in, &o.path, 1, o.truncated, NULL, &why);
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
	return err ? EXIT_TROUBLE : EXIT_OK;
}
