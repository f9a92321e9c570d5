/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The command export: a run for other tools. */
#include "user/export.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

#include "user/command.h"
#include "user/escape.h"
#include "user/report/input.h"
#include "user/report/output.h"

static const struct format {
	const char *name;
	int (*write)(const struct run *r, FILE *out);
} formats[] = {
	{"csv", export_csv},
	{"openmetrics", export_openmetrics},
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
	 "csv (one row a sample) or openmetrics (summaries, for node_exporter's textfile "
	 "collector)",
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
			  "      -o /var/lib/prometheus/node-exporter/spawnscope.prom\n\n"
			  "RUN is a result file of `spawnscope bench -o`; - is standard input.";

static int set_format(struct options *o, const char *name)
{
	char text[128];
	size_t i;

	for (i = 0; i < FORMAT_COUNT; i++) {
		if (strcmp(formats[i].name, name) == 0) {
			o->format = &formats[i];
			return 0;
		}
	}
	escape_text(name, text, sizeof(text));
	complain("--format '%s': must be csv or openmetrics", text);
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
		complain(o->path ? "export needs --format csv or openmetrics"
				 : "export needs a run: a result file of `spawnscope bench -o "
				   "FILE`");
		return -EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

struct task {
	const struct format *format;
	const struct run *run;
};

static int compose(void *context, FILE *out)
{
	const struct task *task = context;

	return task->format->write(task->run, out);
}

int command_export(int argc, char **argv)
{
	static const struct argp argp = {option_table, parse_option, "RUN", doc, NULL, NULL, NULL};
	struct options o = {0};
	struct run *run = NULL;
	int err = command_options(&argp, argc, argv, &o);

	if (err == 0 && input_is_output(&o.path, 1, o.output))
		err = -EINVAL;
	if (err == 0)
		err = input_read(&o.path, 1, o.truncated, &run);
	if (err == 0)
		err = output_compose(o.output, compose, &(struct task){o.format, run});
	input_free(run, 1);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
