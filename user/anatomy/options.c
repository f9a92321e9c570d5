// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/axis_names.h"
#include "bench/shared/method_names.h"
#include "user/base/option.h"
#include "user/base/overwrite.h"
#include "user/base/say.h"

/* A number in the file for each birth, path and metric: more are of no use to a median. */
#define BIRTHS_MAX 200

enum {
	OPTION_KERNEL = 1000,
	OPTION_METHOD,
	OPTION_PROGRAM,
	OPTION_BIRTHS,
	OPTION_ALL,
	OPTION_CYCLES,
	OPTION_AGAINST,
	OPTION_INPUT,
	OPTION_JSON,
	OPTION_AXES,
	OPTION_END = OPTION_AXES + AXIS_COUNT,
};

#define COMMA_AND_NAME(identifier, name, kind) ", " name
static const char method_help[] =
	METHODS(COMMA_AND_NAME) " (default fork from 64M; with --program posix_spawn from 1M)";

static const struct argp_option option_table[] = {
	{0, 0, 0, 0, "What to take apart:", 1},
	{"kernel", OPTION_KERNEL, "KERNEL", 0,
	 "a kernel image, or debian:5.10, debian:6.1, debian:6.12, debian:sid as fetched by `make "
	 "kernels` (default: the newest of these in the cache)",
	 0},
	{"method", OPTION_METHOD, "NAME", 0, method_help + 2, 0},
	{"program", OPTION_PROGRAM, "PATH", 0,
	 "exec this program, without arguments; it must exit with status 0", 0},
#define X(axis, option, kind, brief, ...) {option, OPTION_AXES + AXIS_##axis, "VALUE", 0, brief, 0},
	AXES(X)
#undef X
		{"births", OPTION_BIRTHS, "N", 0,
		 "how many births the medians are of (default 20, at most 200)", 0},
	{"cycles", OPTION_CYCLES, 0, 0,
	 "also estimate cycles, by a model of caches, TLBs and branches; takes about twice as long",
	 0},
	{"input", OPTION_INPUT, "FILE", 0, "print a stored anatomy instead; - is standard input",
	 0},
	{0, 0, 0, 0, "What to compare it with:", 2},
	{"against", OPTION_AGAINST, "WHAT", 0,
	 "print the difference to another kernel, program (with --program) or size, or to the "
	 "anatomy in a file",
	 0},
	{0, 0, 0, 0, "Output:", 3},
	{"all", OPTION_ALL, 0, 0, "also print what carries less than 1 % of the birth", 0},
	{"output", 'o', "FILE", 0,
	 "write a result file (JSON Lines), with all of the tree; -: standard output, and no "
	 "tables",
	 0},
	{"json", OPTION_JSON, 0, 0, "print the anatomy as one line of JSON", 0},
	{"quiet", 'q', 0, 0, "print no progress", 0},
	{0},
};

static const char doc[] =
	"Which function executes how many instructions when a process is made, in the kernel, the "
	"loader, the C library and the program. An emulator counts them from outside of the lab's "
	"guest: the same input gives the same numbers, to the last one."
	"\v"
	"Examples:\n"
	"  spawnscope anatomy --kernel debian:6.1 --method fork --size 64M\n"
	"  spawnscope anatomy --kernel debian:6.1 --against debian:6.12 --method fork\n"
	"  spawnscope anatomy --program build/server -o server.jsonl\n"
	"  spawnscope anatomy --input server.jsonl --all\n\n"
	"It takes one cell: one value for each option. It needs no root; QEMU and a kernel as for "
	"`spawnscope lab`.";

static const struct option_place places[] = {
	OPTION_TEXT(OPTION_KERNEL, struct anatomy_options, kernel),
	OPTION_TEXT(OPTION_PROGRAM, struct anatomy_options, program),
	OPTION_TEXT(OPTION_AGAINST, struct anatomy_options, against),
	OPTION_TEXT(OPTION_INPUT, struct anatomy_options, input),
	OPTION_TEXT('o', struct anatomy_options, output),
	OPTION_FLAG(OPTION_ALL, struct anatomy_options, all),
	OPTION_FLAG(OPTION_CYCLES, struct anatomy_options, cycles),
	OPTION_FLAG(OPTION_JSON, struct anatomy_options, json),
	OPTION_FLAG('q', struct anatomy_options, quiet),
	{0},
};

/* What bench takes: one value, since there is one cell. */
static int take_value(struct anatomy_options *o, int key, const char *value)
{
	const char *name = option_name(option_table, key);

	if (strchr(value, ','))
		return option_bad(name, value, "must be one value: anatomy is of one cell");
	if (!strcmp(name, "size")) {
		o->size = value;
		return 0;
	}
	if (key == OPTION_METHOD) {
		o->method = value;
		return 0;
	}
	if (o->forward_count == ANATOMY_FORWARD_MAX)
		return option_bad(name, value, "is one option too many");
	o->forward[o->forward_count] = option_word(name, value);
	return o->forward[o->forward_count++] ? 0 : -ENOMEM;
}

static int check(const struct anatomy_options *o)
{
	if (o->input && (o->kernel || o->program || o->method || o->size || o->cycles ||
			 o->births || o->forward_count)) {
		complain("--input prints what is stored: leave out the options of what to run");
		return -EINVAL;
	}
	if (o->input && o->output) {
		complain("-o has nothing new to write of a stored anatomy: leave it out");
		return -EINVAL;
	}
	return overwrite_refuse(&(struct output_name){"-o", o->output}, 1,
				(const char *[]){o->against, o->program, o->kernel}, 3);
}

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct anatomy_options *o = state->input;

	if (option_store(places, key, arg, o))
		return 0;
	switch (key) {
	case OPTION_BIRTHS:
		return option_number("births", arg, 1, BIRTHS_MAX, &o->births);
	case ARGP_KEY_ARG:
		complain("anatomy takes no argument '%s'; --help lists the options", arg);
		return -EINVAL;
	case ARGP_KEY_END:
		return check(o);
	default:
		if (key == OPTION_METHOD || (key >= OPTION_AXES && key < OPTION_END))
			return take_value(o, key, arg);
		return ARGP_ERR_UNKNOWN;
	}
}

int anatomy_options__parse(struct anatomy_options *o, int argc, char **argv)
{
	const struct argp argp = {option_table, parse_option, NULL, doc, NULL, NULL, NULL};

	*o = (struct anatomy_options){0};
	return option_parse(&argp, argc, argv, o);
}

void anatomy_options__free(struct anatomy_options *o)
{
	for (size_t i = 0; i < o->forward_count; i++)
		free(o->forward[i]);
	*o = (struct anatomy_options){0};
}
