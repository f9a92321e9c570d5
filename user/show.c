// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command show: a stored run as the tables that bench and profile print. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/base/command.h"
#include "user/base/option.h"
#include "user/base/say.h"
#include "user/store/inputs.h"
#include "user/table/anatomy/tree.h"
#include "user/table/profile.h"
#include "user/table/table.h"

enum { OPTION_SHOW = 1000, OPTION_SORT, OPTION_TRUNCATED };

struct options {
	char *path;
	unsigned int views;
	size_t column;
	bool sort, truncated;
};

static const char doc[] = "Prints a stored run as `spawnscope bench` or `profile` does."
			  "\v"
			  "Examples:\n"
			  "  spawnscope show run.jsonl\n"
			  "  spawnscope show --show phases,cow run.jsonl\n\n"
			  "RUN is a result file of `bench -o` or `profile -o`; - is standard "
			  "input. `spawnscope profile --input` groups its births in other ways.";

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPTION_SHOW:
		return table_views_option(arg, &o->views);
	case OPTION_SORT:
		o->sort = true;
		return table_sort_option(arg, &o->column);
	case 'v':
		o->views = TABLE_VIEWS_ALL;
		return 0;
	case OPTION_TRUNCATED:
		o->truncated = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->path) {
			complain("show prints one run; '%s' is a second one", arg);
			return -EINVAL;
		}
		o->path = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->path)
			return 0;
		complain("name a result file; --help has examples");
		return -EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int print_profile(const struct run *r, const struct table_options *t)
{
	struct spans calls = {0};
	struct groups g;
	struct profile_summary s;
	int err = 0;

	groups__init(&g, GROUP_BY_COMM);
	for (size_t i = 0; i < r->birth_count && !err; i++)
		err = groups__add(&g, &r->births[i]);
	if (!err)
		err = spans__add_calls(&calls, r);
	if (!err) {
		s = profile_summary__stored(r, &g, &calls);
		s.views = t->views;
		s.file = t->file;
		err = table_profile_print(&s, stdout, t->colour);
	}
	groups__free(&g);
	spans__free(&calls);
	return err;
}

static int print(const struct options *o, const struct run *r)
{
	const char *path = strcmp(o->path, "-") ? o->path : "standard input";
	const struct table_options t = {say_in_colour(stdout), o->views, path, o->column};
	const struct anatomy_table a = {t.colour, t.views == TABLE_VIEWS_ALL};
	int err;

	if (r->anatomy_count)
		err = table_anatomies(r, &a, stdout);
	else
		err = run__is_profile(r) ? print_profile(r, &t) : table_print(r, &t, stdout);
	if (err)
		complain("cannot write standard output: %s", strerror(-err));
	return err;
}

int command_show(int argc, char **argv)
{
	char *help = table_views_help(), *columns = table_sort_help();
	const struct argp_option table[] = {
		{"show", OPTION_SHOW, "LIST", 0, help, 0},
		{"sort", OPTION_SORT, "COLUMN", 0, columns, 0},
		{"truncated", OPTION_TRUNCATED, 0, 0, "accept a run that broke off", 0},
		{"verbose", 'v', 0, 0, "show all", 0},
		{0},
	};
	const struct argp argp = {table, parse_option, "RUN", doc, NULL, NULL, NULL};
	struct options o = {0};
	struct input in = {0};
	struct fault why;
	int err = help && columns ? option_parse(&argp, argc, argv, &o) : -ENOMEM;

	if (!err) {
		err = input_read(&in, &o.path, 1, &(struct input_wish){.truncated = o.truncated},
				 &why);
		/* A profile without a birth says as much. */
		if (!err)
			err = input_need_values(&in, INPUT_PROFILES, &why);
		if (err)
			complain("%s", why.text);
	}
	if (!err && o.sort && run__is_profile(in.runs)) {
		complain("%s is a profile, and --sort of a bench: `spawnscope profile --input FILE "
			 "--sort WHAT` sorts its groups",
			 o.path);
		err = -EINVAL;
	}
	if (!err)
		err = print(&o, in.runs);
	input_free(&in);
	free(help);
	free(columns);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
