// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/bench/options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/axis_names.h"
#include "bench/shared/method_names.h"
#include "bench/shared/units.h"
#include "user/base/option.h"
#include "user/base/overwrite.h"
#include "user/base/program_path.h"
#include "user/base/say.h"
#include "user/collect/environment.h"
#include "user/probe/probe.h"
#include "user/probe/sources.h"
#include "user/table/table.h"

/* Options from FORWARD on are passed to the driver, which checks them. */
enum {
	OPTION_NO_TRACE = 1000,
	OPTION_TRACE,
	OPTION_BTF,
	OPTION_UNTRACED,
	OPTION_ALL_RUNS,
	OPTION_ROUNDS,
	OPTION_CLOCK,
	OPTION_TIMEOUT,
	OPTION_LIBC,
	OPTION_PROGRAM,
	OPTION_COPIED_HOW,
	OPTION_TAKEN_FOR,
	OPTION_STRICT,
	OPTION_SHOW,
	OPTION_SORT,
	OPTION_SYSCALLS,
	OPTION_INCOMPLETE,
	FORWARD,
	FORWARD_AXIS = FORWARD + 20,
	FORWARD_END = FORWARD_AXIS + AXIS_COUNT,
};

static const struct argp_option option_table[] = {
	{0, 0, 0, 0, "What to measure:", 1},
	{"suite", FORWARD, "NAME|FILE", 0,
	 "quick (default), standard, overhead (what each probe costs), program (default for "
	 "programs), f1 to f15 (published figures), or an INI file",
	 0},
	{"method", FORWARD + 1, "LIST", 0, METHOD_CHOICES, 0},
#define X(axis, option, kind, brief, ...) {option, FORWARD_AXIS + AXIS_##axis, "LIST", 0, brief, 0},
	AXES(X)
#undef X
		{"runs", FORWARD + 2, "N", 0, "samples of each cell", 0},
	{0, 0, 0, 0, "How to measure it:", 2},
	{"no-trace", OPTION_NO_TRACE, 0, 0, "attach nothing; needs no privileges", 0},
	{"trace", OPTION_TRACE, "KIND", 0,
	 "use no better kind of probe than fentry (default), kprobe or tracepoint", 0},
	{"btf", OPTION_BTF, "FILE", 0, PROBE_BTF_BRIEF, 0},
	{"untraced", OPTION_UNTRACED, "WHICH", 0,
	 "also measure these cells without probes, to show what tracing costs: none, smallest "
	 "(parent; default), all",
	 0},
	{"all-runs", OPTION_ALL_RUNS, "N", 0,
	 "samples of each cell with the expensive probes too (copy-on-write, page tables, "
	 "syscalls), which are taken separately (default 10)",
	 0},
	{"syscalls", OPTION_SYSCALLS, 0, 0,
	 "in these, count the child's system calls until its exec, too, by kind: each takes longer "
	 "then",
	 0},
	{"rounds", OPTION_ROUNDS, "N", 0,
	 "blocks that the samples of a cell are split into (default 8); intervals need at least 6",
	 0},
	{"seed", FORWARD + 3, "N", 0, "seed of the random order of blocks", 0},
	{"cpu", FORWARD + 4, "N|none", 0,
	 "pin the spawning process to this CPU (default: the last)", 0},
	{"warmup", FORWARD + 5, "N", 0, "uncounted spawns before each block (default 2)", 0},
	{"program", OPTION_PROGRAM, "PATH", 0,
	 "exec this program, without arguments; it must exit with status 0; of several, each is "
	 "measured, in turn. A command after -- is one more of these",
	 0},
	{"libc", OPTION_LIBC, "PATH", 0,
	 "run the driver and that program with another C library: a folder with libc.so.6 and "
	 "ld-linux, or a loader",
	 0},
	{"pass", FORWARD + 6, "NAME", OPTION_HIDDEN, "a variable for the parents", 0},
	{"child", FORWARD + 7, "PATH", 0, "the program to exec", OPTION_HIDDEN},
	{"timeout", OPTION_TIMEOUT, "SEC", 0,
	 "give up a cell if its parent takes no sample for SEC (default 60)", 0},
	{"incomplete", OPTION_INCOMPLETE, 0, OPTION_HIDDEN,
	 "exit with 0 whatever was not measured: gate decides about it", 0},
	{"copy", FORWARD + 8, "PATH", OPTION_HIDDEN, "a copy of the program, to exec", 0},
	{"copied-how", OPTION_COPIED_HOW, "TEXT", OPTION_HIDDEN, "what gate says of copies", 0},
	{"taken-for", OPTION_TAKEN_FOR, "TEXT", OPTION_HIDDEN, "what gate takes this run for", 0},
	{"clock", OPTION_CLOCK, "NAME", OPTION_HIDDEN, "what the clock counts: monotonic, icount",
	 0},
	{0, 0, 0, 0, "Output:", 3},
	{"output", 'o', "FILE", 0,
	 "write a result file (JSON Lines); -: standard output, and no tables", 0},
	{"show", OPTION_SHOW, "LIST", 0, NULL, 0},
	{"sort", OPTION_SORT, "COLUMN", 0, NULL, 0},
	{"strict", OPTION_STRICT, 0, 0,
	 "exit with 2 if a cell was skipped, not only if nothing was measured, a cell broke off or "
	 "a call failed",
	 0},
	{"quiet", 'q', 0, 0, "print no progress", 0},
	{"verbose", 'v', 0, 0, "print more, and show all", 0},
	{0},
};

static const char doc[] =
	"Compares the ways to start a process over parents of different sizes, phase by phase."
	"\v"
	"Examples:\n"
	"  sudo spawnscope bench\n"
	"  sudo spawnscope bench --suite standard -o run.jsonl\n"
	"  sudo spawnscope bench --method fork,posix_spawn --size 64M,1G --runs 200\n"
	"  spawnscope bench --no-trace --method fork --size 1G\n"
	"  sudo spawnscope bench -- python3 -c pass\n"
	"  sudo spawnscope bench --program dash --program bash\n\n"
	"Tracing needs root, or CAP_BPF and CAP_PERFMON; without them it runs untraced and says "
	"so.";

/* Takes a malloc'ed word for the driver; NULL: out of memory. */
static int add_word(struct bench_options *o, char *word)
{
	char **grown = reallocarray(o->driver_args, o->driver_arg_count + 2, sizeof(*grown));

	if (grown)
		o->driver_args = grown;
	if (!grown || !word) {
		free(word);
		return -ENOMEM;
	}
	grown[o->driver_arg_count++] = word;
	grown[o->driver_arg_count] = NULL;
	return 0;
}

static int forward(struct bench_options *o, int key, const char *value)
{
	return add_word(o, option_word(option_name(option_table, key), value));
}

/* Remembers a program that is found in PATH; *path is borrowed from `o`. */
static int add_program(struct bench_options *o, const char *name, const char **path)
{
	const char **grown = (const char **)reallocarray((void *)o->programs, o->program_count + 2,
							 sizeof(*grown));

	if (grown)
		o->programs = grown;
	*path = grown ? program_path(name) : NULL;
	if (!*path)
		return -ENOMEM;
	grown[o->program_count++] = *path;
	grown[o->program_count] = NULL;
	return 0;
}

/* The words after --, NULL-terminated. They are the last ones for the driver, too. */
static int take_command(struct bench_options *o, char *const *words)
{
	const char *path;
	int err = add_program(o, words[0], &path);

	if (!err)
		err = add_word(o, strdup("--"));
	if (!err)
		err = add_word(o, strdup(path));
	for (words++; *words && !err; words++)
		err = add_word(o, strdup(*words));
	return err;
}

static int parse_untraced(const char *arg, enum untraced *untraced)
{
	static const struct option_choice choices[] = {
		{"none", UNTRACED_NONE},
		{"smallest", UNTRACED_SMALLEST},
		{"all", UNTRACED_ALL},
	};
	int which, err;

	err = option_choice("untraced", arg, choices, sizeof(choices) / sizeof(choices[0]), &which);
	if (!err)
		*untraced = (enum untraced)which;
	return err;
}

static const struct option_place places[] = {
	OPTION_TEXT('o', struct bench_options, output),
	OPTION_TEXT(OPTION_LIBC, struct bench_options, libc),
	OPTION_TEXT(OPTION_BTF, struct bench_options, btf),
	OPTION_TEXT(OPTION_COPIED_HOW, struct bench_options, copied_how),
	OPTION_TEXT(OPTION_TAKEN_FOR, struct bench_options, taken_for),
	OPTION_FLAG(OPTION_STRICT, struct bench_options, strict),
	OPTION_FLAG(OPTION_INCOMPLETE, struct bench_options, incomplete),
	OPTION_FLAG('q', struct bench_options, quiet),
	OPTION_FLAG('v', struct bench_options, verbose),
	{0},
};

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct bench_options *o = state->input;
	const char *path;
	int err;

	if (option_store(places, key, arg, o))
		return 0;
	switch (key) {
	case OPTION_NO_TRACE:
		o->trace = false;
		return 0;
	case OPTION_SYSCALLS:
		o->syscalls = true;
		return table_views_option("syscalls", &o->views);
	case OPTION_TRACE:
		return source_kind_option(arg, &o->best);
	case OPTION_UNTRACED:
		return parse_untraced(arg, &o->untraced);
	case OPTION_ALL_RUNS:
		return option_number("all-runs", arg, 0, 1000000, &o->all_runs);
	case OPTION_ROUNDS:
		return option_number("rounds", arg, 1, 10000, &o->rounds);
	case OPTION_TIMEOUT:
		if (option_number("timeout", arg, 1, 86400, &o->timeout_s))
			return -EINVAL;
		return forward(o, key, arg);
	case OPTION_PROGRAM:
		err = add_program(o, arg, &path);
		return err ? err : forward(o, key, path);
	case OPTION_SHOW:
		return table_views_option(arg, &o->views);
	case OPTION_SORT:
		return table_sort_option(arg, &o->sort);
	case OPTION_CLOCK:
		o->clock = arg;
		if (strcmp(arg, CLOCK_OF_MACHINE) && strcmp(arg, CLOCK_OF_LAB))
			return option_bad("clock", arg, "must be monotonic or icount");
		return 0;
	case ARGP_KEY_ARG:
		if (state->quoted && state->next > state->quoted) {
			err = take_command(o, state->argv + state->next - 1);
			state->next = state->argc;
			return err;
		}
		complain("bench takes no argument '%s'; put -- before a command, and --help lists "
			 "the options",
			 arg);
		return -EINVAL;
	case FORWARD: /* --suite */
		o->suite = strchr(arg, '/') ? NULL : arg;
		/* The built-in ones have neither in their names. */
		o->suite_file = strpbrk(arg, "/.") ? arg : NULL;
		o->overhead = !strcmp(arg, "overhead");
		if (o->overhead) {
			o->untraced = UNTRACED_ALL;
			table_views_option("tracing", &o->views);
		}
		return forward(o, key, arg);
	default:
		return key >= FORWARD && key < FORWARD_END ? forward(o, key, arg)
							   : ARGP_ERR_UNKNOWN;
	}
}

static struct argp_option *find_option(struct argp_option *table, int key)
{
	while (table->key != key)
		table++;
	return table;
}

/* The samples with all probes count them. */
static int check(const struct bench_options *o)
{
	const struct output_name output = {"-o", o->output};

	if (!o->syscalls && table_views_name_syscalls(o->views)) {
		complain("--show syscalls needs --syscalls, which counts them");
		return -EINVAL;
	}
	if (overwrite_refuse(&output, 1, &o->suite_file, 1) ||
	    overwrite_refuse(&output, 1, o->programs, o->program_count))
		return -EINVAL;
	if (!o->syscalls || (o->trace && o->all_runs))
		return 0;
	complain("--syscalls is counted by probes: leave out %s",
		 o->trace ? "--all-runs 0" : "--no-trace");
	return -EINVAL;
}

int bench_options__parse(struct bench_options *o, int argc, char **argv)
{
	struct argp_option table[sizeof(option_table) / sizeof(option_table[0])];
	const struct argp argp = {table, parse_option, "[-- CMD [ARG...]]", doc, NULL, NULL, NULL};
	char *views = table_views_help(), *columns = table_sort_help();
	int err = -ENOMEM;

	*o = (struct bench_options){
		.clock = environment_clock(),
		.trace = true,
		.best = SOURCE_FENTRY,
		.untraced = UNTRACED_SMALLEST,
		.all_runs = 10,
		.rounds = 8,
		.timeout_s = 60,
	};
	memcpy(table, option_table, sizeof(table));
	if (views && columns) {
		find_option(table, OPTION_SHOW)->doc = views;
		find_option(table, OPTION_SORT)->doc = columns;
		err = option_parse(&argp, argc, argv, o);
	}
	if (!err)
		err = check(o);
	free(views);
	free(columns);
	if (!err && o->verbose)
		o->views = TABLE_VIEWS_ALL;
	return err;
}

void bench_options__free(struct bench_options *o)
{
	for (size_t i = 0; i < o->driver_arg_count; i++)
		free(o->driver_args[i]);
	free((void *)o->driver_args);
	for (size_t i = 0; i < o->program_count; i++)
		free((void *)o->programs[i]);
	free((void *)o->programs);
}
