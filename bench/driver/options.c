// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/driver/options.h"

#include <argp.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "bench/parent/subject.h"
#include "bench/shared/fault.h"
#include "bench/shared/option_fault.h"
#include "bench/shared/text.h"

#define WARMUPS_DEFAULT	  2
#define WARMUPS_MAX	  10000
#define TIMEOUT_DEFAULT_S 60
#define TIMEOUT_MAX_S	  86400
#define CPU_MAX		  8191

/* No short options. The key of an axis is KEY_AXIS plus enum axis. */
enum key {
	KEY_SUITE = 0x100,
	KEY_METHOD,
	KEY_RUNS,
	KEY_SEED,
	KEY_CPU,
	KEY_WARMUP,
	KEY_TIMEOUT,
	KEY_CHILD,
	KEY_PROGRAM,
	KEY_COPY,
	KEY_LOADER,
	KEY_LIBRARIES,
	KEY_PASS,
	KEY_SERVE,
	KEY_LIST,
	KEY_HELP,
	KEY_AXIS,
};

static const struct argp_option fixed_options[] = {
	{"suite", KEY_SUITE, "NAME|FILE", 0,
	 "quick (default), standard, overhead, program (default for programs), or an INI file", 1},
	{"method", KEY_METHOD, "LIST", 0,
	 "the calls to measure, instead of the suite's: names of --list, standard (the ten of the "
	 "standard suite), all",
	 2},
	{"runs", KEY_RUNS, "N", 0, "samples per cell, instead of the suite's", 3},
	{"warmup", KEY_WARMUP, "N", 0, "spawns before each block that are not counted (2)", 3},
	{"seed", KEY_SEED, "N", 0, "seed of the random order of blocks (random)", 3},
	{"cpu", KEY_CPU, "N|none", 0, "the CPU to pin to (the last allowed one)", 3},
	{"timeout", KEY_TIMEOUT, "SEC", 0,
	 "give up a cell if no sample ends for SEC, plus the time that a block needs (60)", 3},
	{"child", KEY_CHILD, "PATH", 0,
	 "the program to exec (spawnscope-child beside this program)", 3},
	{"program", KEY_PROGRAM, "PATH", 0,
	 "your program to exec instead, without arguments; it must end with status 0; of several, "
	 "each is measured",
	 3},
	{"copy", KEY_COPY, "PATH", OPTION_HIDDEN, 0, 3},
	{"loader", KEY_LOADER, "PATH", OPTION_HIDDEN, 0, 3},
	{"libraries", KEY_LIBRARIES, "LIST", OPTION_HIDDEN, 0, 3},
	{"pass", KEY_PASS, "NAME", OPTION_HIDDEN, 0, 3},
	{"serve", KEY_SERVE, NULL, 0, "read commands from standard input", 4},
	{"list", KEY_LIST, NULL, 0, "list methods, suites and axes", 4},
	{"help", KEY_HELP, NULL, 0, "print this help", 4},
};

#define FIXED_COUNT (sizeof(fixed_options) / sizeof(fixed_options[0]))

static const char doc[] =
	"Measures what it costs to start a process, from parents of different shapes.\v"
	"Each combination of a suite's lists is a cell. An option that is a list replaces that "
	"list "
	"of the suite. Standard output has one line per sample, as bench/shared/protocol.h "
	"describes.\n"
	"\n"
	"Examples:\n"
	"  spawnscope-bench\n"
	"  spawnscope-bench --method fork,vfork --size 1M,1G --runs 100\n"
	"  spawnscope-bench --method fork --size 64M --pages 4k,thp --child-write 0,16M\n"
	"  spawnscope-bench --suite my.ini --seed 1 --cpu 2\n"
	"  spawnscope-bench -- python3 -c pass     (one more --program, with arguments)\n"
	"  spawnscope-bench --list\n"
	"\n"
	"A suite file:\n"
	"  [grid]\n"
	"  method = fork, vfork, posix_spawn\n"
	"  size   = 1M, 64M\n"
	"  pages  = 4k\n"
	"  runs   = 50\n";

/* The last entry stays zeroed. */
static struct argp_option all_options[FIXED_COUNT + AXIS_COUNT + 1];

static void make_options(void)
{
	memcpy(all_options, fixed_options, sizeof(fixed_options));
	for (size_t axis = 0; axis < AXIS_COUNT; axis++) {
		all_options[FIXED_COUNT + axis] = (struct argp_option){
			.name = axis_table[axis].option,
			.key = KEY_AXIS + (int)axis,
			.arg = "LIST",
			.doc = axis_table[axis].brief,
			.group = 2,
		};
	}
}

struct parser {
	struct bench_driver_options *options;
	struct fault *why;
};

static int parse_bounded(struct parser *p, const char *name, const char *text, uint64_t min,
			 uint64_t max, unsigned int *value)
{
	uint64_t number;

	if (text_number(text, min, max, &number) != 0)
		return fault__set(p->why, -EINVAL, "bad %s '%.100s'; must be from %llu to %llu",
				  name, text, (unsigned long long)min, (unsigned long long)max);
	*value = (unsigned int)number;
	return 0;
}

static int parse_cpu(struct parser *p, const char *text)
{
	cpu_set_t sets[(CPU_MAX + 1) / CPU_SETSIZE];
	unsigned int cpu = 0;
	int err;

	if (!strcmp(text, "none")) {
		p->options->cpu = CPU_NONE;
		return 0;
	}
	err = parse_bounded(p, "--cpu", text, 0, CPU_MAX, &cpu);
	if (err)
		return err;
	if (sched_getaffinity(0, sizeof(sets), sets) == 0 && !CPU_ISSET_S(cpu, sizeof(sets), sets))
		return fault__set(
			p->why, -EINVAL,
			"CPU %u does not exist or is not allowed; see Cpus_allowed_list in "
			"/proc/self/status",
			cpu);
	p->options->cpu = (int)cpu;
	return 0;
}

static int parse_path(struct parser *p, const char *text, char path[PATH_MAX])
{
	if ((size_t)snprintf(path, PATH_MAX, "%s", text) >= PATH_MAX)
		return fault__set(p->why, -ENAMETOOLONG, "the path of the loader is too long");
	return 0;
}

static int parse_seed(struct parser *p, const char *text)
{
	if (text_number(text, 0, UINT64_MAX, &p->options->seed) != 0)
		return fault__set(p->why, -EINVAL, "bad --seed '%.100s'; must be a 64-bit number",
				  text);
	p->options->has_seed = true;
	return 0;
}

/* Adds a list to the grid; an error names the option. */
static int parse_list(struct parser *p, const char *option, const char *name, const char *list)
{
	struct fault reason;
	int err = suite_grid__add(&p->options->override, name, list, &reason);

	/* This message is clear without the option. */
	if (err && !strncmp(reason.text, "unknown method", strlen("unknown method")))
		return fault__set(p->why, err, "%s", reason.text);
	if (err)
		return fault__set(p->why, err, "--%s: %.*s", option, FAULT_MAX - 40, reason.text);
	return 0;
}

static error_t add_program(struct bench_driver_options *o, const char *path)
{
	const char **grown = (const char **)reallocarray((void *)o->programs, o->program_count + 1,
							 sizeof(*grown));

	if (!grown)
		return ENOMEM;
	o->programs = grown;
	grown[o->program_count++] = path;
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct parser *p = state->input;
	struct bench_driver_options *o = p->options;

	switch (key) {
	case KEY_SUITE:
		o->suite = arg;
		return 0;
	case KEY_METHOD:
		return -parse_list(p, "method", "method", arg);
	case KEY_RUNS:
		return -parse_list(p, "runs", "runs", arg);
	case KEY_SEED:
		return -parse_seed(p, arg);
	case KEY_CPU:
		return -parse_cpu(p, arg);
	case KEY_WARMUP:
		return -parse_bounded(p, "--warmup", arg, 0, WARMUPS_MAX, &o->warmups);
	case KEY_TIMEOUT:
		return -parse_bounded(p, "--timeout", arg, 1, TIMEOUT_MAX_S, &o->timeout_s);
	case KEY_CHILD:
		o->child_path = arg;
		return 0;
	case KEY_PROGRAM:
		return add_program(o, arg);
	case KEY_COPY:
		if (strlen(arg) >= PATH_MAX)
			return -fault__set(p->why, -ENAMETOOLONG, "the path of --copy is too long");
		o->copy = arg;
		return 0;
	case KEY_LOADER:
		return -parse_path(p, arg, o->loader.path);
	case KEY_LIBRARIES:
		return -parse_path(p, arg, o->loader.libraries);
	case KEY_PASS:
		o->pass = arg;
		return 0;
	case KEY_SERVE:
		o->serve = true;
		return 0;
	case KEY_LIST:
		o->list = true;
		return 0;
	case KEY_HELP:
		o->help = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->quoted && state->next > state->quoted) {
			o->command = state->argv + state->next - 1;
			state->next = state->argc;
			return 0;
		}
		return -fault__set(p->why, -EINVAL,
				   "unexpected argument '%.100s'; --help lists the options", arg);
	default:
		break;
	}
	if (key < KEY_AXIS || key >= KEY_AXIS + AXIS_COUNT)
		return ARGP_ERR_UNKNOWN;
	return -parse_list(p, axis_table[key - KEY_AXIS].option, axis_table[key - KEY_AXIS].name,
			   arg);
}

static const struct argp parser_argp = {
	.options = all_options,
	.parser = parse_option,
	.doc = doc,
};

int bench_driver_options__parse(struct bench_driver_options *options, int argc, char **argv,
				struct fault *why)
{
	struct parser parser = {.options = options, .why = why};
	error_t error;

	*options = (struct bench_driver_options){
		.cpu = CPU_LAST,
		.warmups = WARMUPS_DEFAULT,
		.timeout_s = TIMEOUT_DEFAULT_S,
	};
	why->text[0] = '\0';
	make_options();
	/* ARGP_SILENT: argp's own messages take two lines, and its help exits. */
	error = argp_parse(&parser_argp, argc, argv, ARGP_SILENT, NULL, &parser);
	if (!error || options->help)
		return 0;
	if (!why->text[0])
		option_fault(all_options, argc, argv, why);
	return -(int)error;
}

void bench_driver_options__free(struct bench_driver_options *options)
{
	suite_grid__free(&options->override);
	free((void *)options->programs);
}

void bench_driver_options__help(void)
{
	make_options();
	argp_help(&parser_argp, stdout, ARGP_HELP_LONG | ARGP_HELP_USAGE | ARGP_HELP_DOC,
		  "spawnscope-bench");
}
