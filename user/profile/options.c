// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/options.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/units.h"
#include "user/base/option.h"
#include "user/base/say.h"
#include "user/model/birth.h"
#include "user/text/escape.h"

enum {
	OPTION_CHILDREN = 1000,
	OPTION_COMM,
	OPTION_UID,
	OPTION_CGROUP,
	OPTION_METHOD,
	OPTION_MIN_DURATION,
	OPTION_MIN_RSS,
	OPTION_BY,
	OPTION_TOP,
	OPTION_DETAIL,
	OPTION_TRACE,
	OPTION_RING_SIZE,
	OPTION_LIVE,
	OPTION_JSON,
	OPTION_TREE,
	OPTION_RECORDS,
	OPTION_PERFETTO,
	OPTION_INPUT,
	OPTION_ARGS,
	OPTION_NO_CALIBRATE,
};

static const struct argp_option option_table[] = {
	{0, 0, 0, 0, "Whose children (or a command after --):", 1},
	{"pid", 'p', "LIST", 0, "those of these processes, until they end", 0},
	{"children", OPTION_CHILDREN, 0, 0, "with -p: and those of their descendants", 0},
	{"all", 'a', 0, 0, "those of every process", 0},
	{"duration", 'd', "SECONDS", 0, "end after that time", 0},
	{0, 0, 0, 0, "Which births; all that is given must hold:", 2},
	{"comm", OPTION_COMM, "NAME", 0, "the parent has this name", 0},
	{"uid", OPTION_UID, "USER", 0, "the parent is this user's", 0},
	{"cgroup", OPTION_CGROUP, "PATH", 0,
	 "the parent is in this cgroup (version 2) or below; alone, it means -a", 0},
	{"method", OPTION_METHOD, "LIST", 0, "fork, vfork, spawn, thread, other", 0},
	{"min-duration", OPTION_MIN_DURATION, "TIME", 0,
	 "the call took as long: 500us, 2ms, 1s; not with --detail light", 0},
	{"min-rss", OPTION_MIN_RSS, "SIZE", 0, "the parent's RSS is as large: 64M", 0},
	{0, 0, 0, 0, "What to measure:", 3},
	{"detail", OPTION_DETAIL, "LEVEL", 0,
	 "light, calls (and where it takes a syscall tracepoint, the time of the call; default but "
	 "for -a), full (and copy-on-write, page tables, descriptor tables)",
	 0},
	{"trace", OPTION_TRACE, "KIND", 0,
	 "use no better kind of probe than fentry (default), kprobe or tracepoint", 0},
	{"ring-size", OPTION_RING_SIZE, "SIZE", 0,
	 "room for records on their way, a power of two from 4K on (default 16M)", 0},
	{0, 0, 0, 0, "Output:", 4},
	{"by", OPTION_BY, "WHAT", 0,
	 "group parents by comm (default), exe, pid or cgroup; or births by stack, the functions "
	 "that "
	 "called",
	 0},
	{"top", OPTION_TOP, "N", 0, "groups to show (default 20)", 0},
	{"live", OPTION_LIVE, 0, 0, "a line for each birth as it completes; with -v its phases too",
	 0},
	{"json", OPTION_JSON, 0, 0,
	 "a line of JSON for each birth instead, as in a result file, and no summary; of a command "
	 "on standard error",
	 0},
	{"tree", OPTION_TREE, 0, 0, "draw at the end who came from whom", 0},
	{"output", 'o', "FILE", 0,
	 "write a result file (JSON Lines) with a line for each birth; - is standard output", 0},
	{"records", OPTION_RECORDS, 0, 0, "what -o does; there for clearness", 0},
	{"perfetto", OPTION_PERFETTO, "FILE", 0,
	 "write a trace that ui.perfetto.dev and speedscope open", 0},
	{"input", OPTION_INPUT, "FILE", 0, "trace nothing: take the births of a result file", 0},
	{"args", OPTION_ARGS, "BYTES", 0,
	 "keep so much of the arguments of an exec (default 512, at most 4096)", 0},
	{"no-calibrate", OPTION_NO_CALIBRATE, 0, 0,
	 "no short bench (once per boot) at the end: what-if estimates are from the births alone",
	 0},
	{"quiet", 'q', 0, 0, "no summary", 0},
	{"verbose", 'v', 0, 0, "say more: when the probes were attached; libbpf's messages", 0},
	{0},
};

static const char doc[] =
	"Tells who creates processes, how, and what each birth costs, phase by phase."
	"\v"
	"Examples:\n"
	"  sudo spawnscope profile -- make -j2\n"
	"  sudo spawnscope profile -a -d 10\n"
	"  sudo spawnscope profile -p 1234,1240 --children --detail full\n"
	"  sudo spawnscope profile -a --method fork --min-rss 64M --by pid\n"
	"  sudo spawnscope profile --by stack -- git status\n\n"
	"With a command, it runs as the user who called sudo, the exit status is the command's, "
	"and what is printed (the summary, and the lines of --live, --json and --tree) goes to "
	"standard error, as the command has standard output; else to standard output. -o - writes "
	"lines of JSON to standard output in either case. It takes root, or CAP_BPF and "
	"CAP_PERFMON.";

static int bad(const char *option, const char *value, const char *want)
{
	char text[128];

	escape_text(value, text, sizeof(text));
	complain("--%s '%s': %s", option, text, want);
	return -EINVAL;
}

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
			return bad("pid", list, "must be process ids, with commas between");
		pids[c->pid_count++] = pid;
		if (!*end)
			return 0;
		at = end + 1;
	}
}

static int parse_seconds(const char *text, double *seconds)
{
	char *end;

	*seconds = strtod(text, &end);
	if (end == text || *end || !isfinite(*seconds) || *seconds <= 0 || *seconds > 1e9)
		return bad("duration", text, "must be a number of seconds above 0");
	return 0;
}

static int parse_time(const char *text, __u64 *ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
	char *end;
	double n = strtod(text, &end);

	for (size_t i = 0; end != text && i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].unit) && n > 0 && n * units[i].ns < 1e18) {
			*ns = (__u64)ceil(n * units[i].ns);
			return 0;
		}
	return bad("min-duration", text, "must be a time above 0 as 500us, 2ms or 1s");
}

static int parse_uid(const char *text, struct birth_filter *f)
{
	const struct passwd *user = getpwnam(text);
	unsigned long uid;
	char *end;

	f->by_uid = 1;
	if (user) {
		f->uid = user->pw_uid;
		return 0;
	}
	errno = 0;
	uid = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || uid >= UINT_MAX)
		return bad("uid", text, "is no user here, and no number");
	f->uid = uid;
	return 0;
}

static int parse_methods(const char *list, struct birth_filter *f)
{
	char *copy = strdup(list), *save = NULL;
	int err = copy ? 0 : -ENOMEM;

	for (char *name = copy ? strtok_r(copy, ",", &save) : NULL; name && !err;
	     name = strtok_r(NULL, ",", &save)) {
		uint32_t method = method_by_name(name);

		if (method)
			f->methods |= 1U << method;
		else
			err = bad("method", name, "must be fork, vfork, spawn, thread or other");
	}
	free(copy);
	if (!err && !f->methods)
		err = bad("method", list, "must be fork, vfork, spawn, thread or other");
	return err;
}

/* The index of a word in a list that ends with NULL, or -1. */
static int index_of(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], word))
			return i;
	return -1;
}

static int parse_filter(int key, const char *arg, struct birth_filter *f)
{
	int64_t bytes, page = sysconf(_SC_PAGESIZE);

	switch (key) {
	case OPTION_COMM:
		if (!*arg)
			return bad("comm", arg, "must be a name");
		/* As the kernel cuts it. */
		memset(f->comm, 0, sizeof(f->comm));
		memcpy(f->comm, arg, strnlen(arg, sizeof(f->comm) - 1));
		return 0;
	case OPTION_UID:
		return parse_uid(arg, f);
	case OPTION_METHOD:
		return parse_methods(arg, f);
	case OPTION_MIN_DURATION:
		return parse_time(arg, &f->min_ns);
	default: /* OPTION_MIN_RSS */
		if (size_parse(arg, &bytes) || bytes <= 0)
			return bad("min-rss", arg, "must be a size above 0 as 64M");
		f->min_pages = (bytes + page - 1) / page;
		return 0;
	}
}

static int parse_ring(const char *arg, size_t *ring)
{
	int64_t bytes;

	if (size_parse(arg, &bytes) || bytes < 4096 || bytes > 1 << 30 || bytes & (bytes - 1))
		return bad("ring-size", arg, "must be a power of two from 4K to 1G");
	*ring = bytes;
	return 0;
}

static int parse_count(const char *option, const char *arg, size_t max, size_t *n)
{
	char *end, want[64];
	unsigned long got;

	errno = 0;
	got = strtoul(arg, &end, 10);
	if (errno || end == arg || *end || *arg == '-' || got > max) {
		snprintf(want, sizeof(want), "must be a number from 0 to %zu", max);
		return bad(option, arg, want);
	}
	*n = got;
	return 0;
}

static int parse_word(int key, const char *arg, struct profile_command *c)
{
	static const char *const details[] = {"light", "calls", "full", NULL};
	static const int sets[] = {PROBE_SET_PHASES, PROBE_SET_CALLS, PROBE_SET_ALL};
	static const char *const bys[] = {"comm", "exe", "pid", "cgroup", "stack", NULL};
	int i;

	switch (key) {
	case OPTION_DETAIL:
		i = index_of(details, arg);
		if (i < 0)
			return bad("detail", arg, "must be light, calls or full");
		c->detail = sets[i];
		return 0;
	case OPTION_BY:
		i = index_of(bys, arg);
		if (i < 0)
			return bad("by", arg, "must be comm, exe, pid, cgroup or stack");
		c->trace.group_by = i;
		return 0;
	default: /* OPTION_TRACE */
		for (int k = SOURCE_FENTRY; k <= SOURCE_TRACEPOINT; k++)
			if (!strcmp(arg, source_kind_name(k))) {
				c->probe.best = k;
				return 0;
			}
		return bad("trace", arg, "must be fentry, kprobe or tracepoint");
	}
}

static void take_flag(int key, struct profile_command *c)
{
	c->live |= key == OPTION_LIVE;
	c->json |= key == OPTION_JSON;
	c->tree |= key == OPTION_TREE;
	c->records |= key == OPTION_RECORDS;
	c->no_calibrate |= key == OPTION_NO_CALIBRATE;
}

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct profile_command *c = state->input;
	char text[128];

	switch (key) {
	case 'p':
		return parse_pids(c, arg);
	case 'a':
		c->all = true;
		return 0;
	case 'd':
		return parse_seconds(arg, &c->seconds);
	case 'q':
		c->quiet = true;
		return 0;
	case 'v':
		c->verbose = true;
		return 0;
	case 'o':
		c->output = arg;
		return 0;
	case OPTION_PERFETTO:
		c->perfetto = arg;
		return 0;
	case OPTION_INPUT:
		c->input = arg;
		return 0;
	case OPTION_ARGS:
		return parse_count("args", arg, COMMAND_ARGS_MAX, &c->trace.args_max);
	case OPTION_LIVE:
	case OPTION_JSON:
	case OPTION_TREE:
	case OPTION_RECORDS:
	case OPTION_NO_CALIBRATE:
		take_flag(key, c);
		return 0;
	case OPTION_CHILDREN:
		c->children = true;
		return 0;
	case OPTION_CGROUP:
		c->cgroup = arg;
		return 0;
	case OPTION_TOP:
		return parse_count("top", arg, 1000000, &c->top);
	case OPTION_RING_SIZE:
		return parse_ring(arg, &c->probe.ring_bytes);
	case OPTION_COMM:
	case OPTION_UID:
	case OPTION_METHOD:
	case OPTION_MIN_DURATION:
	case OPTION_MIN_RSS:
		return parse_filter(key, arg, &c->trace.filter);
	case OPTION_DETAIL:
	case OPTION_BY:
	case OPTION_TRACE:
		return parse_word(key, arg, c);
	case ARGP_KEY_ARG:
		escape_text(arg, text, sizeof(text));
		complain("profile takes no argument '%s'; a command comes after --", text);
		return -EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool is_filtered(const struct birth_filter *f)
{
	return f->comm[0] || f->by_uid || f->methods || f->min_ns || f->min_pages;
}

static bool is_stdout(const char *path)
{
	return path && !strcmp(path, "-");
}

bool profile_options__file_on_stdout(const struct profile_command *c)
{
	return is_stdout(c->output) || is_stdout(c->perfetto);
}

/* Lines, traces and pictures are each alone where they go. */
static int check_outputs(const struct profile_command *c)
{
	int files = is_stdout(c->output) + is_stdout(c->perfetto);

	if (c->json && c->tree) {
		complain("--tree would draw into the lines of --json: write these with -o FILE");
		return -EINVAL;
	}
	if (files + (c->json && !c->argv) > 1) {
		complain("one of --json, -o - and --perfetto - can have standard output: name a "
			 "file for the other");
		return -EINVAL;
	}
	if (files && !c->argv && (c->live || c->tree)) {
		complain("--live and --tree go to standard output, too: name a file for %s",
			 is_stdout(c->output) ? "-o" : "--perfetto");
		return -EINVAL;
	}
	return 0;
}

/* What takes the time of calls takes the probes that tell it. */
static int check_detail(const struct profile_command *c)
{
	if (c->trace.filter.min_ns && c->detail == PROBE_SET_PHASES) {
		complain("--min-duration goes by the time of the call, which --detail light may "
			 "not have: use --detail calls");
		return -EINVAL;
	}
	return 0;
}

static int check(struct profile_command *c)
{
	int whom = (c->argv != NULL) + (c->pid_count > 0) + c->all + (c->input != NULL);

	if (c->records && !c->output) {
		complain("--records needs -o FILE");
		return -EINVAL;
	}
	if (c->input &&
	    (c->output || c->cgroup || is_filtered(&c->trace.filter) || c->seconds > 0)) {
		complain("--input takes a result file as it is: no filters, no -d, no -o");
		return -EINVAL;
	}
	if (!whom && c->cgroup)
		whom = c->all = true;
	if (whom != 1) {
		complain("%s: name one of -p PID, -a, --input FILE and -- COMMAND",
			 whom ? "that is too much at once" : "whose children?");
		return -EINVAL;
	}
	if (c->children && !c->pid_count) {
		complain("--children goes with -p only");
		return -EINVAL;
	}
	return check_detail(c) ? -EINVAL : check_outputs(c);
}

int profile_options__parse(struct profile_command *c, int argc, char **argv)
{
	static const struct argp argp = {option_table, parse_option, NULL, doc, NULL, NULL, NULL};
	int count = 0, err;

	*c = (struct profile_command){
		.detail = -1,
		.probe = {.best = SOURCE_FENTRY, .ring_bytes = 1 << 24},
		.top = 20,
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
	err = option_parse(&argp, count, argv, c);
	if (err)
		return err;
	if (c->argv && !c->argv[0]) {
		complain("there is no command after --");
		return -EINVAL;
	}
	err = check(c);
	if (err)
		return err;
	/* Who does not look at commands need not pay for them. */
	if (!c->live && !c->json && !c->tree && !c->output && !c->perfetto)
		c->trace.args_max = 0;
	c->trace.everything = c->all;
	c->trace.children = c->children || c->argv;
	c->trace.filter.by_cgroup = c->cgroup != NULL;
	c->trace.set = c->detail >= 0			   ? c->detail
		       : c->all && !c->trace.filter.min_ns ? PROBE_SET_PHASES
							   : PROBE_SET_CALLS;
	c->probe.task_slots = c->all ? 16384 : 4096;
	c->probe.verbose = c->verbose;
	c->trace.run_time = c->verbose;
	return 0;
}

void profile_options__free(struct profile_command *c)
{
	free(c->pids);
	free(c->args);
	*c = (struct profile_command){0};
}
