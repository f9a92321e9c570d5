// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/base/option.h"
#include "user/gate/compare/environment.h"
#include "user/gate/compare/paired.h"

enum {
	OPTION_MARGIN = 1000,
	OPTION_TOLERANCE,
	OPTION_METRIC,
	OPTION_FACTOR,
	OPTION_IN_TURN,
	OPTION_EVERY_PROBE_SET,
	OPTION_TRUNCATED,
	OPTION_ON_INCONCLUSIVE,
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
	OPTION_NO_TRACE,
	OPTION_KEEP,
	OPTION_SEED,
	OPTION_RUN_TIMEOUT,
	OPTION_JSON,
	OPTION_JUNIT,
	OPTION_KTAP,
	OPTION_MARKDOWN,
	/* Passed on to bench. */
	BENCH_SUITE,
	BENCH_METHOD,
	BENCH_SIZE,
	BENCH_PAGES,
	BENCH_VMAS,
	BENCH_FDS,
	BENCH_THREADS,
	BENCH_CHILD_WRITE,
	BENCH_PARENT_WRITE,
	BENCH_RUNS,
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
	{"pairs", OPTION_PAIRS, "N", 0,
	 "at most N pairs of runs (default 40); decides after 16 if it can", 0},
	{"no-trace", OPTION_NO_TRACE, 0, 0, "take no traced runs, which compare counts", 0},
	{"keep", OPTION_KEEP, "DIR", 0, "keep the raw runs in a new folder", 0},
	{"run-timeout", OPTION_RUN_TIMEOUT, "SEC", 0, "the time limit of a run (default 300)", 0},
	{"seed", OPTION_SEED, "N", 0, "seed of the random order", 0},
	{0, 0, 0, 0, "What they measure, as with bench:", 3},
	{"suite", BENCH_SUITE, "NAME|FILE", 0, 0, 0},
	{"method", BENCH_METHOD, "LIST", 0, 0, 0},
	{"size", BENCH_SIZE, "LIST", 0, 0, 0},
	{"pages", BENCH_PAGES, "LIST", 0, 0, 0},
	{"vmas", BENCH_VMAS, "LIST", 0, 0, 0},
	{"fds", BENCH_FDS, "LIST", 0, 0, 0},
	{"threads", BENCH_THREADS, "LIST", 0, 0, 0},
	{"child-write", BENCH_CHILD_WRITE, "LIST", 0, 0, 0},
	{"parent-write", BENCH_PARENT_WRITE, "LIST", 0, 0, 0},
	{"runs", BENCH_RUNS, "N", 0, "samples of each cell in a run (default 20)", 0},
	{"cpu", BENCH_CPU, "N|none", 0, 0, 0},
	{"warmup", BENCH_WARMUP, "N", 0, 0, 0},
	{"timeout", BENCH_TIMEOUT, "SEC", 0, 0, 0},
	{"trace", BENCH_TRACE, "KIND", 0, 0, 0},
	{"all-runs", BENCH_ALL_RUNS, "N", 0, 0, 0},
	{"untraced", BENCH_UNTRACED, "WHICH", 0, 0, 0},
	{0, 0, 0, 0, "How to decide:", 4},
	{"margin", OPTION_MARGIN, "PERCENT", 0,
	 "B may be this much slower (default 3); noise does not widen it", 0},
	{"tolerance", OPTION_TOLERANCE, "N|PERCENT%", 0,
	 "B's exact metrics may be larger by N of their units, or by a share (default 0)", 0},
	{"metric", OPTION_METRIC, "LIST", 0,
	 "the metrics that decide: names, or times, phases, counts, all (default times,counts; in "
	 "the lab all)",
	 0},
	{"factor", OPTION_FACTOR, "LIST", 0,
	 "allow A and B to differ in this: a fact of the environment, or kernel, hardware, thp, "
	 "aslr",
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
	{0, 0, 0, 0, "Output:", 5},
	{"json", OPTION_JSON, 0, 0, "print JSON instead of text", 0},
	{"output", 'o', "FILE", 0, "write JSON to a file", 0},
	{"junit", OPTION_JUNIT, "FILE", 0, "write JUnit XML", 0},
	{"ktap", OPTION_KTAP, "FILE", 0, "write KTAP", 0},
	{"markdown", OPTION_MARKDOWN, "FILE", 0, "append Markdown, for a job summary", 0},
	{"quiet", 'q', 0, 0, "show no progress", 0},
	{"verbose", 'v', 0, 0, "show all metrics", 0},
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
	"Exit status: 0 pass, 1 regression, 2 trouble, 4 inconclusive, 5 not comparable.\n\n"
	"Examples:\n"
	"  spawnscope gate base.jsonl new.jsonl\n"
	"  spawnscope gate --ab old.ini new.ini --pairs 40\n"
	"  spawnscope gate --ab fork vfork --size 64M\n"
	"  spawnscope gate --ab --libc /opt/glibc-2.40/lib --libc build-glibc --method "
	"posix_spawn\n"
	"  spawnscope gate --lab --kernel debian:6.1 --kernel debian:6.12 --method fork\n"
	"  spawnscope gate --budget service.budget run.jsonl --junit report.xml";

static int bad(int key, const char *value, const char *want)
{
	return option_bad(option_name(option_table, key), value, want);
}

/* Parses digits with an optional point and `suffix`, from min to max. */
static bool decimal(const char *text, double min, double max, const char *suffix, double *value)
{
	size_t whole = strspn(text, "0123456789"), fraction = 0;
	double scale = 1, sum = 0;

	if (text[whole] == '.')
		fraction = 1 + strspn(text + whole + 1, "0123456789");
	if (!whole || fraction == 1 || whole > 15 || fraction > 15)
		return false;
	if (text[whole + fraction] && strcmp(text + whole + fraction, suffix))
		return false;
	for (size_t i = 0; i < whole + fraction; i++) {
		if (text[i] == '.')
			continue;
		sum = 10 * sum + (text[i] - '0');
		scale *= i > whole ? 10 : 1;
	}
	*value = sum / scale;
	return *value >= min && *value <= max;
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
			   "no such metric: use times, phases, counts, all, or a name like spawn, "
			   "total, copy_mm, ptes_copied");
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

static int add_side(int key, const char **values, size_t *count, const char *value)
{
	if (*count == 2)
		return bad(key, value, "is one too many: there are two sides");
	values[(*count)++] = value;
	return 0;
}

static int parse_on_inconclusive(struct gate_options *o, const char *text)
{
	static const char *const names[] = {"fail", "warn", "pass"};

	for (size_t i = 0; i < 3; i++)
		if (!strcmp(text, names[i])) {
			o->on_inconclusive = (enum on_inconclusive)i;
			return 0;
		}
	return bad(OPTION_ON_INCONCLUSIVE, text, "must be fail, warn or pass");
}

static int forward(struct gate_options *o, int key, const char *value)
{
	if (o->forward_count + 1 == GATE_FORWARD_MAX)
		return bad(key, value, "too many options");
	o->forward[o->forward_count] = option_word(option_name(option_table, key), value);
	if (!o->forward[o->forward_count])
		return -ENOMEM;
	o->forward_count++;
	switch (key) {
	case BENCH_SUITE:
	case BENCH_METHOD:
		o->has_method = true;
		break;
	case BENCH_SIZE:
	case BENCH_PAGES:
	case BENCH_VMAS:
	case BENCH_FDS:
	case BENCH_THREADS:
	case BENCH_CHILD_WRITE:
	case BENCH_PARENT_WRITE:
		o->has_shape = true;
		break;
	default:
		break;
	}
	return 0;
}

/* How to decide. */
static int parse_policy(struct gate_options *o, int key, char *arg)
{
	struct gate_policy *p = &o->policy;
	char *end;

	switch (key) {
	case OPTION_MARGIN:
		if (!decimal(arg, 0, 1000, "%", &p->margin))
			return bad(key, arg, "must be a number of percent from 0 to 1000");
		p->margin /= 100;
		return 0;
	case OPTION_TOLERANCE:
		return parse_tolerance(o, arg);
	case OPTION_METRIC:
		return each_part(o, key, arg, add_metric);
	case OPTION_FACTOR:
		return each_part(o, key, arg, add_factor);
	case OPTION_ON_INCONCLUSIVE:
		return parse_on_inconclusive(o, arg);
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

/* What to compare, and where it comes from. */
static int parse_subject(struct gate_options *o, int key, char *arg)
{
	switch (key) {
	case OPTION_MAX_AGE:
		if (!decimal(arg, 0, 100000, "d", &o->max_age_days) || !(o->max_age_days > 0))
			return bad(key, arg, "must be a number of days, above 0");
		return 0;
	case OPTION_PROGRAM:
		return add_side(key, o->programs, &o->program_count, arg);
	case OPTION_ENV:
		if (!strchr(arg, '=') || arg[0] == '=' || strcspn(arg, "=") > 200)
			return bad(key, arg, "must be NAME=VALUE");
		return add_side(key, o->envs, &o->env_count, arg);
	case OPTION_LIBC:
		return add_side(key, o->libcs, &o->libc_count, arg);
	case OPTION_KERNEL:
		return add_side(key, o->kernels, &o->kernel_count, arg);
	case OPTION_PAIRS:
		o->for_live = true;
		return option_number(option_name(option_table, key), arg, 1, GATE_PAIRS_MAX,
				     &o->pairs);
	case OPTION_RUN_TIMEOUT:
		o->for_live = true;
		return option_number(option_name(option_table, key), arg, 1, 86400, &o->timeout_s);
	case OPTION_NO_TRACE:
		o->for_live = true;
		o->trace = false;
		return 0;
	case OPTION_KEEP:
		o->for_live = true;
		o->keep = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct option_place places[] = {
	OPTION_TEXT(OPTION_BASELINE, struct gate_options, baseline),
	OPTION_TEXT(OPTION_SAVE, struct gate_options, save),
	OPTION_TEXT(OPTION_BASELINES, struct gate_options, folder),
	OPTION_TEXT(OPTION_BUDGET, struct gate_options, budget),
	OPTION_FLAG(OPTION_AB, struct gate_options, ab),
	OPTION_FLAG(OPTION_LAB, struct gate_options, lab),
	OPTION_FLAG(OPTION_IN_TURN, struct gate_options, policy.in_turn),
	OPTION_FLAG(OPTION_EVERY_PROBE_SET, struct gate_options, policy.every_probe_set),
	OPTION_FLAG(OPTION_TRUNCATED, struct gate_options, truncated),
	OPTION_FLAG(OPTION_JSON, struct gate_options, json),
	OPTION_TEXT('o', struct gate_options, output),
	OPTION_TEXT(OPTION_JUNIT, struct gate_options, junit),
	OPTION_TEXT(OPTION_KTAP, struct gate_options, ktap),
	OPTION_TEXT(OPTION_MARKDOWN, struct gate_options, markdown),
	OPTION_FLAG('q', struct gate_options, quiet),
	OPTION_FLAG('v', struct gate_options, verbose),
	{0},
};

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct gate_options *o = state->input;
	int err;

	if (option_store(places, key, arg, o))
		return 0;
	if (key == ARGP_KEY_ARG) {
		o->paths[o->path_count++] = arg;
		return 0;
	}
	if (key >= BENCH_SUITE && key <= BENCH_UNTRACED)
		return forward(o, key, arg);
	err = parse_policy(o, key, arg);
	return err == ARGP_ERR_UNKNOWN ? parse_subject(o, key, arg) : err;
}

int gate_options__parse(struct gate_options *o, int argc, char **argv)
{
	static const struct argp argp = {option_table, parse_option, "[BASE NEW]", doc,
					 NULL,	       NULL,	     NULL};
	int end = argc, err;

	*o = (struct gate_options){
		.policy = gate_policy_default,
		.folder = "results/baselines",
		.pairs = 40,
		.timeout_s = 300,
		.trace = true,
	};
	o->paths = calloc(argc + 1, sizeof(*o->paths));
	if (!o->paths)
		return -ENOMEM;
	for (int i = 1; i < end; i++)
		if (!strcmp(argv[i], "--"))
			end = i;
	err = option_parse(&argp, end, argv, o);
	if (err)
		return err;
	o->base_count = end < argc ? o->path_count : 0;
	for (int i = end + 1; i < argc; i++)
		o->paths[o->path_count++] = argv[i];
	return gate_options__check(o, end < argc);
}

void gate_options__free(struct gate_options *o)
{
	for (size_t i = 0; i < o->forward_count; i++)
		free(o->forward[i]);
	free(o->paths);
}
