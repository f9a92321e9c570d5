// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/options.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/base/option.h"
#include "user/base/overwrite.h"
#include "user/base/say.h"
#include "user/base/terminal.h"
#include "user/export/folded.h"
#include "user/probe/probe.h"
#include "user/probe/sources.h"
#include "user/profile/filter.h"
#include "user/table/profile.h"
#include "user/table/table.h"

enum {
	OPTION_CHILDREN = 1000,
	OPTION_COMM,
	OPTION_UID,
	OPTION_CGROUP,
	OPTION_METHOD,
	OPTION_MIN_DURATION,
	OPTION_MIN_RSS,
	OPTION_BY,
	OPTION_SORT,
	OPTION_TOP,
	OPTION_DETAIL,
	OPTION_TRACE,
	OPTION_BTF,
	OPTION_RING_SIZE,
	OPTION_LIVE,
	OPTION_WATCH,
	OPTION_JSON,
	OPTION_TREE,
	OPTION_RECORDS,
	OPTION_PERFETTO,
	OPTION_FOLDED,
	OPTION_WEIGHT,
	OPTION_INPUT,
	OPTION_ARGS,
	OPTION_NO_CALIBRATE,
	OPTION_SHOW,
	OPTION_SYSCALLS,
};

static const struct option_choice groupings[] = {
	{"comm", GROUP_BY_COMM},     {"exe", GROUP_BY_EXE},	{"pid", GROUP_BY_PID},
	{"cgroup", GROUP_BY_CGROUP}, {"stack", GROUP_BY_STACK},
};

static const struct option_choice orders[] = {
	{"work", GROUP_SORT_WORK}, {"births", GROUP_SORT_BIRTHS}, {"errors", GROUP_SORT_ERRORS},
	{"call", GROUP_SORT_CALL}, {"median", GROUP_SORT_MEDIAN}, {"max", GROUP_SORT_MAX},
	{"rss", GROUP_SORT_RSS},   {"name", GROUP_SORT_NAME},
};

static const struct option_choice weights[] = {
	{"births", FOLDED_BIRTHS},
	{"call", FOLDED_CALL},
};

#define CHOOSE(option, word, choices, chosen)                                                      \
	option_choice(option, word, choices, sizeof(choices) / sizeof(choices[0]), chosen)

/* What others pay, in instructions. */
#define SYSCALL_MORE TOLL_TEXT(TOLL_SYSCALL)
#define COUNTED_MORE TOLL_TEXT(TOLL_COUNTED)
#define SWITCH_MORE  TOLL_TEXT(TOLL_SWITCH)
#define MAP_MORE     TOLL_TEXT(TOLL_MAP)
#define LOCK_MORE    TOLL_TEXT(TOLL_LOCK)
#define FAULT_MORE   TOLL_TEXT(TOLL_FAULT)
#define COW_MORE     TOLL_TEXT(TOLL_COW)
#define THREAD_MORE  TOLL_TEXT(TOLL_THREAD)

static const struct argp_option option_table[] = {
	{0, 0, 0, 0, "Whose children to trace (or a command after --):", 1},
	{"pid", 'p', "LIST", 0, "children of these processes, until they end", 0},
	{"children", OPTION_CHILDREN, 0, 0, "with -p: and of their descendants", 0},
	{"all", 'a', 0, 0, "children of every process", 0},
	{"duration", 'd', "TIME", 0, "stop after that time: 10 (seconds), 1s, 500ms", 0},
	{0, 0, 0, 0, "Which births to count; all conditions must hold:", 2},
	{"comm", OPTION_COMM, "NAME", 0, "the parent has this name", 0},
	{"uid", OPTION_UID, "USER", 0, "the parent runs as this user", 0},
	{"cgroup", OPTION_CGROUP, "PATH", 0,
	 "the parent is in this cgroup (version 2) or below it; without -p or -a, -a is implied",
	 0},
	{"method", OPTION_METHOD, "LIST", 0, "fork, vfork, spawn, thread, other", 0},
	{"min-duration", OPTION_MIN_DURATION, "TIME", 0,
	 "the call took at least this time: 500us, 2ms, 1s; not with --detail light", 0},
	{"min-rss", OPTION_MIN_RSS, "SIZE", 0, "the parent's RSS is at least this: 64M", 0},
	{0, 0, 0, 0, "What to measure:", 3},
	{"detail", OPTION_DETAIL, "LEVEL", 0,
	 "light (default with -a; a thread is a birth, so that to create and join one takes up "
	 "to " THREAD_MORE
	 " instructions more), calls (default else; adds the time of the call and of the copy "
	 "of memory where only tracepoints of all tasks have them: then a system call of any task "
	 "takes some " SYSCALL_MORE " instructions more, a context switch " SWITCH_MORE ", an mmap "
	 "with its munmap " MAP_MORE "), stalls (as calls, and what other threads wait for the "
	 "mmap_lock of a process that forks: an mmap with its munmap of any task takes "
	 "some " LOCK_MORE
	 " more), full (adds to calls copy-on-write, page tables, descriptor tables: a "
	 "copy-on-write fault of any task takes some " COW_MORE " more, by tracepoints any page "
	 "fault " FAULT_MORE "). These are the most of the lab's kernels; `doctor` says which "
	 "of them apply here",
	 0},
	{"syscalls", OPTION_SYSCALLS, 0, 0,
	 "count the system calls of each child until its exec, by kind; a system call of any task "
	 "takes some " COUNTED_MORE " instructions more then",
	 0},
	{"trace", OPTION_TRACE, "KIND", 0,
	 "use no better kind of probe than fentry (default), kprobe or tracepoint", 0},
	{"btf", OPTION_BTF, "FILE", 0, PROBE_BTF_BRIEF, 0},
	{"ring-size", OPTION_RING_SIZE, "SIZE", 0,
	 "size of the buffer for records, a power of two from 4K up (default 16M)", 0},
	{0, 0, 0, 0, "Output:", 4},
	{"by", OPTION_BY, "WHAT", 0,
	 "group parents by comm (default), exe, pid or cgroup; or group births by stack, the "
	 "functions that called",
	 0},
	{"sort", OPTION_SORT, "WHAT", 0,
	 "order of the groups: work (default), births, errors, call (its time in sum), median or "
	 "max (of the call), rss (of the parent), name",
	 0},
	{"top", OPTION_TOP, "N", 0, "groups to show (default 20)", 0},
	{"show", OPTION_SHOW, "LIST", 0, NULL, 0},
	{"live", OPTION_LIVE, 0, 0,
	 "print a line for each birth as it completes; with -v its phases too", 0},
	{"watch", OPTION_WATCH, 0, 0,
	 "redraw a table of the programs on the terminal, the most expensive first; h shows the "
	 "keys, q ends it",
	 0},
	{"interval", 'i', "TIME", 0,
	 "with --watch: time between two pictures, 1 (second) by default, at least 100ms", 0},
	{"json", OPTION_JSON, 0, 0,
	 "print a line of JSON for each birth, as in a result file, then the advice and what was "
	 "lost, and no summary; with a command, on standard error",
	 0},
	{"tree", OPTION_TREE, 0, 0, "draw the tree of processes at the end", 0},
	{"output", 'o', "FILE", 0,
	 "write a result file (JSON Lines) with a line for each birth; -: standard output", 0},
	{"records", OPTION_RECORDS, 0, 0, "implied by -o; may be given for clarity", 0},
	{"perfetto", OPTION_PERFETTO, "FILE", 0,
	 "write a trace that ui.perfetto.dev and speedscope open", 0},
	{"folded", OPTION_FOLDED, "FILE", 0,
	 "write folded stacks of the births for flamegraph.pl and speedscope; implies --by stack",
	 0},
	{"weight", OPTION_WEIGHT, "WHAT", 0,
	 "what --folded sums up: births (default), or call, its time in microseconds", 0},
	{"input", OPTION_INPUT, "FILE", 0, "read births from a result file instead of tracing", 0},
	{"args", OPTION_ARGS, "BYTES", 0,
	 "bytes of an exec's arguments to keep (default 512, at most 4096)", 0},
	{"no-calibrate", OPTION_NO_CALIBRATE, 0, 0,
	 "skip the short bench at the end (once per boot): savings are computed from the births "
	 "alone",
	 0},
	{"quiet", 'q', 0, 0, "print no summary", 0},
	{"verbose", 'v', 0, 0,
	 "all of --show, when the probes were attached, how long they ran (for this, the kernel's "
	 "statistics of all BPF programs are on meanwhile, and each run of one costs more), and "
	 "libbpf's messages",
	 0},
	{0},
};

static const char doc[] =
	"Shows who creates processes, how, and what each birth costs, phase by phase."
	"\v"
	"Examples:\n"
	"  sudo spawnscope profile -- make -j2\n"
	"  sudo spawnscope profile -a -d 10\n"
	"  sudo spawnscope profile -p 1234,1240 --children --detail full\n"
	"  sudo spawnscope profile -a --method fork --min-rss 64M --by pid\n"
	"  sudo spawnscope profile -p 1234 --detail stalls -d 60\n"
	"  sudo spawnscope profile --by stack -- git status\n\n"
	"A command runs as the user who called sudo, and its exit status becomes that of profile. "
	"It keeps standard output to itself: the summary and the lines of --live, --json and "
	"--tree "
	"go to standard error. Without a command they go to standard output. -o - writes lines of "
	"JSON to standard output in either case. Tracing needs root, or CAP_BPF and CAP_PERFMON.";

static int parse_pids(struct profile_command *c, const char *list)
{
	const char *at = list;

	for (;;) {
		pid_t *pids = reallocarray(c->pids, c->pid_count + 1, sizeof(*pids));
		char *end;
		long pid;

		if (!pids)
			return -ENOMEM;
		c->pids = pids;
		errno = 0;
		pid = strtol(at, &end, 10);
		if (errno || end == at || pid < 1 || pid > INT_MAX || (*end && *end != ','))
			return option_bad("pid", list, "must be process ids, separated by commas");
		pids[c->pid_count++] = pid;
		if (!*end)
			return 0;
		at = end + 1;
	}
}

/* A number alone is in seconds. */
static int parse_seconds(const char *option, const char *text, double *seconds)
{
	double ns;

	if (option_time(text, 1e9, &ns))
		return option_bad(option, text,
				  "must be a number of seconds above 0, or a time like 500ms");
	*seconds = ns / 1e9;
	return 0;
}

/* More often than a person can read, it would only cost. */
static int parse_interval(const char *text, double *seconds)
{
	int err = parse_seconds("interval", text, seconds);

	if (!err && *seconds < 0.1)
		return option_bad("interval", text, "must be at least 100ms");
	return err;
}

static int parse_ring(const char *arg, size_t *ring)
{
	int64_t bytes;

	if (size_parse(arg, &bytes) || bytes < 4096 || bytes > 1 << 30 || bytes & (bytes - 1))
		return option_bad("ring-size", arg, "must be a power of two from 4K to 1G");
	*ring = bytes;
	return 0;
}

static int parse_count(const char *option, const char *arg, unsigned int max, size_t *n)
{
	unsigned int number;

	if (option_number(option, arg, 0, max, &number))
		return -EINVAL;
	*n = number;
	return 0;
}

static int parse_detail(const char *arg, struct profile_command *c)
{
	int err = CHOOSE("detail", arg, probe_details, &c->detail);

	c->probe.stalls = !err && c->detail == PROBE_DETAIL_STALLS;
	if (!c->probe.stalls)
		return err;
	c->detail = PROBE_SET_CALLS;
	return table_views_option("stall", &c->views);
}

static int parse_grouping(const char *arg, struct profile_command *c)
{
	int by, err;

	err = CHOOSE("by", arg, groupings, &by);
	if (!err)
		c->trace.group_by = (enum group_by)by;
	c->by_given = true;
	return err;
}

static int parse_filter(int key, const char *arg, struct birth_filter *f)
{
	switch (key) {
	case OPTION_COMM:
		return filter_set_comm(f, arg);
	case OPTION_UID:
		return filter_set_uid(f, arg);
	case OPTION_METHOD:
		return filter_set_methods(f, arg);
	case OPTION_MIN_DURATION:
		return filter_set_min_duration(f, arg);
	case OPTION_MIN_RSS:
		return filter_set_min_rss(f, arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct option_place places[] = {
	OPTION_FLAG('a', struct profile_command, all),
	OPTION_FLAG('q', struct profile_command, quiet),
	OPTION_FLAG('v', struct profile_command, verbose),
	OPTION_FLAG(OPTION_LIVE, struct profile_command, live),
	OPTION_FLAG(OPTION_WATCH, struct profile_command, watch),
	OPTION_FLAG(OPTION_JSON, struct profile_command, json),
	OPTION_FLAG(OPTION_TREE, struct profile_command, tree),
	OPTION_FLAG(OPTION_RECORDS, struct profile_command, records),
	OPTION_FLAG(OPTION_NO_CALIBRATE, struct profile_command, no_calibrate),
	OPTION_FLAG(OPTION_CHILDREN, struct profile_command, children),
	OPTION_TEXT('o', struct profile_command, output),
	OPTION_TEXT(OPTION_PERFETTO, struct profile_command, perfetto),
	OPTION_TEXT(OPTION_FOLDED, struct profile_command, folded),
	OPTION_TEXT(OPTION_INPUT, struct profile_command, input),
	OPTION_TEXT(OPTION_CGROUP, struct profile_command, cgroup),
	OPTION_TEXT(OPTION_BTF, struct profile_command, probe.btf),
	{0},
};

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct profile_command *c = state->input;

	if (option_store(places, key, arg, c))
		return 0;
	switch (key) {
	case 'p':
		return parse_pids(c, arg);
	case 'd':
		return parse_seconds("duration", arg, &c->seconds);
	case 'i':
		return parse_interval(arg, &c->interval);
	case OPTION_ARGS:
		return parse_count("args", arg, COMMAND_ARGS_MAX, &c->trace.args_max);
	case OPTION_TOP:
		return parse_count("top", arg, 1000000, &c->top);
	case OPTION_RING_SIZE:
		return parse_ring(arg, &c->probe.ring_bytes);
	case OPTION_DETAIL:
		return parse_detail(arg, c);
	case OPTION_BY:
		return parse_grouping(arg, c);
	case OPTION_SYSCALLS:
		c->probe.syscalls = true;
		return table_views_option("syscalls", &c->views);
	case OPTION_SHOW:
		return table_views_option(arg, &c->views);
	case OPTION_SORT:
		return CHOOSE("sort", arg, orders, &c->sort);
	case OPTION_WEIGHT:
		return CHOOSE("weight", arg, weights, &c->weight);
	case OPTION_TRACE:
		return source_kind_option(arg, &c->probe.best);
	case ARGP_KEY_ARG:
		complain("put -- before the command: profile -- %.100s", arg);
		return -EINVAL;
	default:
		return parse_filter(key, arg, &c->trace.filter);
	}
}

static bool is_stdout(const char *path)
{
	return path && !strcmp(path, "-");
}

bool profile_options__file_on_stdout(const struct profile_command *c)
{
	return is_stdout(c->output) || is_stdout(c->perfetto) || is_stdout(c->folded);
}

/* What --watch cannot be combined with, and where it cannot be. */
static int check_watch(const struct profile_command *c)
{
	const char *rule = NULL;

	if (c->interval > 0 && !c->watch)
		rule = "--interval needs --watch";
	else if (c->watch && c->argv)
		rule = "--watch needs the terminal, which the command has: start the command "
		       "elsewhere and use -p or -a";
	else if (c->watch && c->input)
		rule = "--watch shows births as they come, not those of --input";
	else if (c->watch && (c->live || c->json || profile_options__file_on_stdout(c)))
		rule = "--watch has the terminal to itself: leave out --live and --json, and name "
		       "files for -o, --perfetto and --folded";
	else if (c->watch && !terminal_is_there())
		rule = "--watch needs a terminal as standard input and output; --live writes lines "
		       "to anything";
	if (rule)
		complain("%s", rule);
	return rule ? -EINVAL : 0;
}

static int check_files(const struct profile_command *c)
{
	const struct output_name outputs[] = {
		{"-o", c->output},
		{"--perfetto", c->perfetto},
		{"--folded", c->folded},
	};

	return overwrite_refuse(outputs, sizeof(outputs) / sizeof(outputs[0]), &c->input, 1);
}

static int check(struct profile_command *c)
{
	int whom = (c->argv != NULL) + (c->pid_count > 0) + c->all + (c->input != NULL);
	int files = is_stdout(c->output) + is_stdout(c->perfetto) + is_stdout(c->folded);
	bool mixed = files && !c->argv && (c->live || c->tree);
	const struct {
		bool broken;
		const char *rule;
	} rules[] = {
		{c->argv && !c->argv[0], "there is no command after --"},
		{c->folded && c->by_given && c->trace.group_by != GROUP_BY_STACK,
		 "--folded needs --by stack"},
		{c->weight != FOLDED_BIRTHS && !c->folded, "--weight needs --folded FILE"},
		{c->weight == FOLDED_CALL && c->detail == PROBE_SET_PHASES,
		 "--weight call needs the time of the call, which --detail light may not measure: "
		 "use --detail calls"},
		{!c->input && !c->probe.syscalls && table_views_name_syscalls(c->views),
		 "--show syscalls needs --syscalls, which counts them"},
		{c->records && !c->output, "--records needs -o FILE"},
		{c->input && (c->output || c->cgroup || filter_is_set(&c->trace.filter) ||
			      c->seconds > 0),
		 "--input takes neither filters nor -d nor -o"},
		{!whom && !c->cgroup,
		 "whose children?: name one of -p PID, -a, --input FILE and -- COMMAND"},
		{whom > 1,
		 "too many of these: name one of -p PID, -a, --input FILE and -- COMMAND"},
		{c->children && !c->pid_count, "--children needs -p"},
		/* Filtering by the time of the call needs the probes that measure it. */
		{c->trace.filter.min_ns && c->detail == PROBE_SET_PHASES,
		 "--min-duration needs the time of the call, which --detail light may not measure: "
		 "use --detail calls"},
		/* Lines, traces and trees cannot share a stream. */
		{c->json && c->tree,
		 "--tree would mix with the lines of --json: write these with -o FILE"},
		{files + (c->json && !c->argv) > 1,
		 "only one of --json, -o -, --perfetto - and --folded - can have standard output: "
		 "name a file for the other"},
		{mixed && is_stdout(c->output),
		 "--live and --tree go to standard output, too: name a file for -o"},
		{mixed && is_stdout(c->folded),
		 "--live and --tree go to standard output, too: name a file for --folded"},
		{mixed, "--live and --tree go to standard output, too: name a file for --perfetto"},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].broken) {
			complain("%s", rules[i].rule);
			return -EINVAL;
		}
	if (check_watch(c) || check_files(c))
		return -EINVAL;
	c->all |= !whom;
	if (c->folded)
		c->trace.group_by = GROUP_BY_STACK;
	return 0;
}

/* The help of --show is made from the list of views. */
static int parse_all(struct profile_command *c, int argc, char **argv)
{
	struct argp_option table[sizeof(option_table) / sizeof(option_table[0])];
	const struct argp argp = {table, parse_option, NULL, doc, NULL, NULL, NULL};
	char *help = table_views_help();
	int err;

	memcpy(table, option_table, sizeof(table));
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].key == OPTION_SHOW)
			table[i].doc = help;
	err = help ? option_parse(&argp, argc, argv, c) : -ENOMEM;
	free(help);
	if (!err && c->verbose)
		c->views = TABLE_VIEWS_ALL;
	return err;
}

int profile_options__parse(struct profile_command *c, int argc, char **argv)
{
	int count = 0, err;

	*c = (struct profile_command){
		.detail = -1,
		.probe = {.best = SOURCE_FENTRY, .ring_bytes = 1 << 24},
		.top = PROFILE_TOP,
	};
	c->trace.args_max = 512;
	c->args = calloc(argc, sizeof(*c->args));
	if (!c->args)
		return -ENOMEM;
	memcpy(c->args, argv + 1, (argc - 1) * sizeof(*argv));
	while (count < argc && strcmp(argv[count], "--"))
		count++;
	if (count < argc) {
		c->argv = argv + count + 1;
		argv[count] = NULL;
	}
	err = parse_all(c, count, argv);
	if (!err)
		err = check(c);
	if (err)
		return err;
	/* Arguments are read only where somebody looks at them: each exec pays for it. */
	if (!c->live && !c->json && !c->tree && !c->output && !c->perfetto)
		c->trace.args_max = 0;
	c->trace.everything = c->all;
	c->trace.children = c->children || c->argv;
	c->trace.filter.by_cgroup = c->cgroup != NULL;
	c->trace.set = c->detail >= 0 ? c->detail
		       : c->all && !c->trace.filter.min_ns && c->weight != FOLDED_CALL
			       ? PROBE_SET_PHASES
			       : PROBE_SET_CALLS;
	c->probe.task_slots = c->all ? 16384 : 4096;
	c->probe.verbose = c->verbose;
	c->probe.quiet = c->quiet;
	c->trace.run_time = c->verbose;
	return 0;
}

void profile_options__free(struct profile_command *c)
{
	free(c->pids);
	free(c->args);
	*c = (struct profile_command){0};
}
