// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/options.h"

#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/axis_names.h"
#include "user/base/option.h"
#include "user/gate/compare/accept.h"
#include "user/gate/compare/environment.h"
#include "user/gate/compare/paired.h"

enum {
	OPTION_MARGIN = 1000,
	OPTION_MEAN_MARGIN,
	OPTION_TAIL_MARGIN,
	OPTION_TOLERANCE,
	OPTION_PADS,
	OPTION_METRIC,
	OPTION_FACTOR,
	OPTION_ACCEPT,
	OPTION_IN_TURN,
	OPTION_EVERY_PROBE_SET,
	OPTION_TRUNCATED,
	OPTION_ON_INCONCLUSIVE,
	OPTION_BISECT,
	OPTION_BUDGET,
	OPTION_SAVE,
	OPTION_BASELINE,
	OPTION_BASELINES,
	OPTION_MAX_AGE,
	OPTION_AB,
	OPTION_LAB,
	OPTION_PAIRS,
	OPTION_PROGRAM,
	OPTION_ENV,
	OPTION_LIBC,
	OPTION_KERNEL,
	OPTION_POSSIBLE_CPUS,
	OPTION_NO_TRACE,
	OPTION_IN_PLACE,
	OPTION_KEEP,
	OPTION_SEED,
	OPTION_RUN_TIMEOUT,
	OPTION_EXPLAIN,
	OPTION_NO_EXPLAIN,
	OPTION_JSON,
	OPTION_FORMAT,
	OPTION_JUNIT,
	OPTION_KTAP,
	OPTION_MARKDOWN,
	/* Passed on to bench: what chooses a method, */
	BENCH_SUITE,
	BENCH_METHOD,
	/* what describes the parent, as a suite does, */
	BENCH_AXES,
	/* and the rest. */
	BENCH_RUNS = BENCH_AXES + AXIS_COUNT,
	BENCH_CPU,
	BENCH_WARMUP,
	BENCH_TIMEOUT,
	BENCH_TRACE,
	BENCH_ALL_RUNS,
	BENCH_UNTRACED,
};

static const struct argp_option option_table[] = {
	{0, 0, 0, 0, "What to compare with:", 1},
	{"baseline", OPTION_BASELINE, "NAME", 0, "a saved baseline, in place of BASE", 0},
	{"save", OPTION_SAVE, "NAME", 0, "save the runs as a baseline; compares nothing", 0},
	{"baselines", OPTION_BASELINES, "DIR", 0,
	 "the folder of baselines (default results/baselines)", 0},
	{"max-age", OPTION_MAX_AGE, "DAYS", 0, "refuse to compare with an older baseline", 0},
	{"budget", OPTION_BUDGET, "FILE", 0, "check a run against the rules in FILE", 0},
	{0, 0, 0, 0, "Runs to take now:", 2},
	{"ab", OPTION_AB, 0, 0,
	 "take runs of A and B in turn: two suite files or two methods, or options that are given "
	 "twice (--program, --libc, --env)",
	 0},
	{"lab", OPTION_LAB, 0, 0, "take them in the lab, where counts and times are exact", 0},
	{"program", OPTION_PROGRAM, "PATH", 0,
	 "the program to spawn, once for A and once for B (with --libc, once for both); it gets "
	 "no arguments and must exit with status 0",
	 0},
	{"libc", OPTION_LIBC, "PATH", 0,
	 "the C library of the driver and of the program, once for A and once for B: a folder with "
	 "libc.so.6 and ld-linux, or a loader",
	 0},
	{"env", OPTION_ENV, "NAME=VALUE", 0,
	 "an environment variable for B; if given twice, for A and for B", 0},
	{"kernel", OPTION_KERNEL, "KERNEL", 0,
	 "the lab's kernel, once for both or once for A and once for B", 0},
	{"possible-cpus", OPTION_POSSIBLE_CPUS, "N", 0,
	 "CPUs that the lab's kernel prepares for, of which one is there (default 1)", 0},
	{"pairs", OPTION_PAIRS, "N", 0,
	 "N pairs of runs (default 40); a regression may end it after 16", 0},
	{"no-trace", OPTION_NO_TRACE, 0, 0, "take no traced runs, which compare counts", 0},
	{"in-place", OPTION_IN_PLACE, 0, 0,
	 "measure programs where they are; else both are copied in one way first, since how a file "
	 "was written shows in times",
	 0},
	{"keep", OPTION_KEEP, "DIR", 0, "keep the raw runs in a new folder", 0},
	{"run-timeout", OPTION_RUN_TIMEOUT, "SEC", 0, "the time limit of a run (default 300)", 0},
	{"seed", OPTION_SEED, "N", 0, "seed of the random order", 0},
	{"explain", OPTION_EXPLAIN, 0, 0,
	 "with --lab and two kernels or programs: name the function or library that makes B "
	 "longer, whatever the verdict (default: on a regression)",
	 0},
	{"no-explain", OPTION_NO_EXPLAIN, 0, 0, "never do, which saves up to a minute", 0},
	{0, 0, 0, 0, "What they measure, as with bench:", 3},
	{"suite", BENCH_SUITE, "NAME|FILE", 0, 0, 0},
	{"method", BENCH_METHOD, "LIST", 0, 0, 0},
#define X(axis, option, ...) {option, BENCH_AXES + AXIS_##axis, "LIST", 0, 0, 0},
	AXES(X)
#undef X
		{"runs", BENCH_RUNS, "N", 0, "samples of each cell in a run (default 30)", 0},
	{"cpu", BENCH_CPU, "N|none", 0, 0, 0},
	{"warmup", BENCH_WARMUP, "N", 0, 0, 0},
	{"timeout", BENCH_TIMEOUT, "SEC", 0, 0, 0},
	{"trace", BENCH_TRACE, "KIND", 0, 0, 0},
	{"all-runs", BENCH_ALL_RUNS, "N", 0, 0, 0},
	{"untraced", BENCH_UNTRACED, "WHICH", 0, 0, 0},
	{0, 0, 0, 0, "How to decide:", 4},
	{"margin", OPTION_MARGIN, "PERCENT", 0,
	 "B may be this much slower (default 3); noise does not widen it", 0},
	{"mean-margin", OPTION_MEAN_MARGIN, "PERCENT", 0,
	 "the mean of all samples may be this much larger (default 10)", 0},
	{"tail-margin", OPTION_TAIL_MARGIN, "PERCENT", 0,
	 "and the mean of the slowest 1 % (default 100, which is twice)", 0},
	{"tolerance", OPTION_TOLERANCE, "N|PERCENT%", 0,
	 "B's exact metrics may be larger by N of their units, or by a share (default 0)", 0},
	{"pads", OPTION_PADS, "DIR|FILE", 0,
	 "or by as much as A moves from link to link: in the lab a folder of other links of A's "
	 "program, of which a run is taken; with stored runs the file of theirs, which --keep "
	 "wrote",
	 0},
	{"metric", OPTION_METRIC, "LIST", 0,
	 "the metrics that decide: names (call, started, total, bill, a phase or a count), or "
	 "times, "
	 "phases, counts, all (default times,counts; in the lab all)",
	 0},
	{"factor", OPTION_FACTOR, "LIST", 0,
	 "allow A and B to differ in this: a fact of the environment, or kernel, hardware, thp, "
	 "aslr",
	 0},
	{"accept", OPTION_ACCEPT, "FILE", 0,
	 "accept the changes that FILE lists (default " GATE_ACCEPT_FILE
	 " in this folder, if it is there)",
	 0},
	{"in-turn", OPTION_IN_TURN, 0, 0,
	 "declare that the stored runs of A and B were taken in turn", 0},
	{"every-pass", OPTION_EVERY_PROBE_SET, 0, 0,
	 "compare a metric with every probe set that has it, which includes the cost of the probes",
	 0},
	{"truncated", OPTION_TRUNCATED, 0, 0, "accept runs that were cut off", 0},
	{"on-inconclusive", OPTION_ON_INCONCLUSIVE, "fail|warn|pass", 0,
	 "exit with 4 (fail, the default) or 0 if the verdict is inconclusive; warn prints a "
	 "warning",
	 0},
	{"bisect", OPTION_BISECT, 0, 0,
	 "exit as `git bisect run` wants it: 0 good, 1 bad, 125 (skip) for inconclusive and not "
	 "comparable, 128 (stop) for trouble",
	 0},
	{0, 0, 0, 0, "Output:", 5},
	{"format", OPTION_FORMAT, "text|json|lkml", 0,
	 "what to print; lkml is plain text of 72 columns for a mail, with the command that "
	 "reproduces it",
	 0},
	{"json", OPTION_JSON, 0, 0, "print JSON instead of text", 0},
	{"output", 'o', "FILE", 0, "write JSON to a file", 0},
	{"junit", OPTION_JUNIT, "FILE", 0, "write JUnit XML", 0},
	{"ktap", OPTION_KTAP, "FILE", 0, "write KTAP", 0},
	{"markdown", OPTION_MARKDOWN, "FILE", 0, "append Markdown, for a job summary", 0},
	{"quiet", 'q', 0, 0, "show no progress", 0},
	{"verbose", 'v', 0, 0,
	 "a row for each metric of each cell (default: ten rows, one for the cells that agree)", 0},
	{0},
};

static const char doc[] =
	"Decides whether starting processes got slower.\v"
	"  gate BASE NEW                    two stored runs\n"
	"  gate BASE... -- NEW...           two sets of runs, taken in turn\n"
	"  gate --baseline NAME NEW...      a saved baseline and runs\n"
	"  gate --budget FILE NEW           a run and absolute rules\n"
	"  gate --ab A B                    new runs of A and B, taken in turn\n"
	"  gate --lab --kernel A --kernel B two kernels, instruction by instruction\n\n"
	"Exit status: 0 pass, 1 regression, 2 trouble, 4 inconclusive, 5 not comparable; with "
	"--bisect 0, 1, 128, 125, 125.\n\n"
	"Examples:\n"
	"  spawnscope gate base.jsonl new.jsonl\n"
	"  spawnscope gate --ab old.ini new.ini --pairs 40\n"
	"  spawnscope gate --ab fork vfork --size 64M\n"
	"  spawnscope gate --ab --libc /opt/glibc-2.40/lib --libc build-glibc --method "
	"posix_spawn\n"
	"  spawnscope gate --lab --kernel debian:6.1 --kernel debian:6.12 --method fork\n"
	"  spawnscope gate --budget service.budget run.jsonl --junit report.xml\n"
	"  git bisect run sh -c 'make || exit 125; spawnscope gate --bisect --lab --baseline good "
	"--program build/server'";

static int bad(int key, const char *value, const char *want)
{
	return option_bad(option_name(option_table, key), value, want);
}

/* Parses digits with an optional point and `suffix`, from min to max. */
static bool decimal(const char *text, double min, double max, const char *suffix, double *value)
{
	size_t length = strspn(text, "0123456789.");
	char *end;

	*value = strtod(text, &end);
	return isdigit((unsigned char)*text) && text[length - 1] != '.' && end == text + length &&
	       (!*end || !strcmp(end, suffix)) && *value >= min && *value <= max;
}

static int parse_margin(int key, const char *text, double *margin)
{
	if (!decimal(text, 0, 1000, "%", margin))
		return bad(key, text, "must be a number of percent from 0 to 1000");
	*margin /= 100;
	return 0;
}

static int parse_tolerance(struct gate_options *o, const char *text)
{
	double value;

	if (!decimal(text, 0, 1e15, "%", &value))
		return bad(OPTION_TOLERANCE, text, "must be a number, or a share like 0.5%");
	if (strchr(text, '%'))
		o->policy.tolerance = value / 100;
	else
		o->policy.tolerance_absolute = value;
	return 0;
}

/* Calls `each` for the parts of a list. */
static int each_part(struct gate_options *o, int key, char *list,
		     int (*each)(struct gate_options *, int, char *))
{
	char *save = NULL;
	int err = 0;

	if (!*list)
		return bad(key, list, "is empty");
	for (char *part = strtok_r(list, ", ", &save); part && !err;
	     part = strtok_r(NULL, ", ", &save))
		err = each(o, key, part);
	return err;
}

static int add_metric(struct gate_options *o, int key, char *name)
{
	uint64_t set = gate_metric_set(name);

	if (!set)
		return bad(key, name,
			   "no such metric: use times, phases, counts, all, or a name like call, "
			   "started, total, bill, copy_mm, ptes_copied");
	o->policy.metrics |= set;
	return 0;
}

static int add_factor(struct gate_options *o, int key, char *name)
{
	if (!gate_factor_known(name))
		return bad(key, name,
			   "no such fact: use kernel, hardware, thp, aslr, or a name like "
			   "libc, mitigations, memory_bytes");
	return gate_policy__declare(&o->policy, name) ? 0 : bad(key, name, "too many");
}

static int add_side(int key, const char **values, const char *value)
{
	if (values[1])
		return bad(key, value, "is one too many: there are two sides");
	values[values[0] ? 1 : 0] = value;
	return 0;
}

static int forward(struct gate_options *o, int key, const char *value)
{
	if (o->forward_count + 1 == GATE_FORWARD_MAX)
		return bad(key, value, "too many options");
	o->forward[o->forward_count] = option_word(option_name(option_table, key), value);
	if (!o->forward[o->forward_count])
		return -ENOMEM;
	o->forward_count++;
	o->has_method |= key <= BENCH_METHOD;
	o->has_shape |= key >= BENCH_AXES && key < BENCH_RUNS;
	return 0;
}

static const struct option_place places[] = {
	OPTION_TEXT(OPTION_BASELINE, struct gate_options, baseline),
	OPTION_TEXT(OPTION_SAVE, struct gate_options, save),
	OPTION_TEXT(OPTION_BASELINES, struct gate_options, folder),
	OPTION_TEXT(OPTION_BUDGET, struct gate_options, budget),
	OPTION_TEXT(OPTION_ACCEPT, struct gate_options, accept),
	OPTION_TEXT(OPTION_PADS, struct gate_options, pads),
	OPTION_FLAG(OPTION_AB, struct gate_options, ab),
	OPTION_FLAG(OPTION_LAB, struct gate_options, lab),
	OPTION_FLAG(OPTION_BISECT, struct gate_options, bisect),
	OPTION_FLAG(OPTION_IN_TURN, struct gate_options, policy.in_turn),
	OPTION_FLAG(OPTION_EVERY_PROBE_SET, struct gate_options, policy.every_probe_set),
	OPTION_FLAG(OPTION_TRUNCATED, struct gate_options, truncated),
	OPTION_FLAG(OPTION_JSON, struct gate_options, json),
	OPTION_TEXT('o', struct gate_options, output),
	OPTION_TEXT(OPTION_JUNIT, struct gate_options, junit),
	OPTION_TEXT(OPTION_KTAP, struct gate_options, ktap),
	OPTION_TEXT(OPTION_MARKDOWN, struct gate_options, markdown),
	OPTION_FLAG(OPTION_EXPLAIN, struct gate_options, explain),
	OPTION_FLAG(OPTION_NO_EXPLAIN, struct gate_options, no_explain),
	OPTION_FLAG('q', struct gate_options, quiet),
	OPTION_FLAG('v', struct gate_options, verbose),
	OPTION_FLAG(OPTION_NO_TRACE, struct gate_options, no_trace),
	OPTION_FLAG(OPTION_IN_PLACE, struct gate_options, in_place),
	OPTION_TEXT(OPTION_KEEP, struct gate_options, keep),
	OPTION_TEXT(OPTION_POSSIBLE_CPUS, struct gate_options, possible_cpus),
	{0},
};

static const struct option_choice on_inconclusive[] = {
	{"fail", INCONCLUSIVE_FAILS},
	{"warn", INCONCLUSIVE_WARNS},
	{"pass", INCONCLUSIVE_PASSES},
};

static const struct option_choice formats[] = {
	{"text", GATE_FORMAT_TEXT},
	{"json", GATE_FORMAT_JSON},
	{"lkml", GATE_FORMAT_LKML},
};

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct gate_options *o = state->input;
	struct gate_policy *p = &o->policy;
	const char *name = option_name(option_table, key);
	char *end;

	if (option_store(places, key, arg, o))
		return 0;
	if (key >= BENCH_SUITE && key <= BENCH_UNTRACED)
		return forward(o, key, arg);
	switch (key) {
	case ARGP_KEY_ARG:
		o->paths[o->path_count++] = arg;
		return 0;
	case OPTION_MAX_AGE:
		if (!decimal(arg, 0, 100000, "d", &o->max_age_days) || !(o->max_age_days > 0))
			return bad(key, arg, "must be a number of days, above 0");
		return 0;
	case OPTION_PROGRAM:
		return add_side(key, o->programs, arg);
	case OPTION_ENV:
		if (!strchr(arg, '=') || arg[0] == '=' || strcspn(arg, "=") > 200)
			return bad(key, arg, "must be NAME=VALUE");
		return add_side(key, o->envs, arg);
	case OPTION_LIBC:
		return add_side(key, o->libcs, arg);
	case OPTION_KERNEL:
		return add_side(key, o->kernels, arg);
	case OPTION_PAIRS:
		return option_number(name, arg, 1, GATE_PAIRS_MAX, &o->pairs);
	case OPTION_RUN_TIMEOUT:
		return option_number(name, arg, 1, 86400, &o->timeout_s);
	case OPTION_MARGIN:
		return parse_margin(key, arg, &p->margin);
	case OPTION_MEAN_MARGIN:
		return parse_margin(key, arg, &p->margin_mean);
	case OPTION_TAIL_MARGIN:
		return parse_margin(key, arg, &p->margin_tail);
	case OPTION_TOLERANCE:
		return parse_tolerance(o, arg);
	case OPTION_METRIC:
		return each_part(o, key, arg, add_metric);
	case OPTION_FACTOR:
		return each_part(o, key, arg, add_factor);
	case OPTION_ON_INCONCLUSIVE:
		return option_choice(name, arg, on_inconclusive, 3, &o->on_inconclusive);
	case OPTION_FORMAT:
		return option_choice(name, arg, formats, 3, &o->format);
	case OPTION_SEED:
		errno = 0;
		p->seed = strtoull(arg, &end, 10);
		if (errno || *end || *arg < '0' || *arg > '9')
			return bad(key, arg, "must be a number of 64 bits");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int gate_options__parse(struct gate_options *o, int argc, char **argv)
{
	static const struct argp argp = {option_table, parse_option, "[BASE NEW]", doc,
					 NULL,	       NULL,	     NULL};
	int end = argc, err;

	*o = (struct gate_options){
		.policy = gate_policy_default,
		.folder = "results/baselines",
	};
	o->paths = calloc(argc + 1, sizeof(*o->paths));
	if (!o->paths)
		return -ENOMEM;
	for (int i = 1; i < end; i++)
		if (!strcmp(argv[i], "--"))
			end = i;
	/* A bad option before it must end with its status, too. */
	for (int i = 1; i < end; i++)
		o->bisect |= !strcmp(argv[i], "--bisect");
	err = option_parse(&argp, end, argv, o);
	if (err)
		return err;
	if (o->json)
		o->format = GATE_FORMAT_JSON;
	o->base_count = end < argc ? o->path_count : 0;
	for (int i = end + 1; i < argc; i++)
		o->paths[o->path_count++] = argv[i];
	err = gate_options__check(o, end < argc);
	if (!o->pairs)
		o->pairs = 40;
	if (!o->timeout_s)
		o->timeout_s = 300;
	return err;
}

void gate_options__free(struct gate_options *o)
{
	for (size_t i = 0; i < o->forward_count; i++)
		free(o->forward[i]);
	free(o->paths);
}
