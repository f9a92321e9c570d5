// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "user/base/command.h"
#include "user/base/interrupt.h"
#include "user/base/privilege.h"
#include "user/base/say.h"
#include "user/base/streams.h"
#include "user/text/layout.h"

static const struct command commands[] = {
	{"bench", "compare the ways to start a process, phase by phase", command_bench, false},
	{"profile", "who creates processes, how, and what each birth costs", command_profile,
	 false},
	{"gate", "decide whether starting processes got slower", command_gate, false},
	{"report", "one page of one or more runs", command_report, true},
	{"export", "a run in a format of other tools", command_export, true},
	{"show", "a stored run as bench or profile prints it", command_show, true},
	{"scenario", "real uses of fork, measured as their users feel them", command_scenario,
	 true},
	{"claims", "what people say about starting processes, put to the test", command_claims,
	 true},
	{"doctor", "what this kernel allows, phase by phase", command_doctor, false},
	{"inherit", "what a child has of its parent, for each way to make one", command_inherit,
	 false},
	{"anatomy", "which function executes how many instructions of a birth", command_anatomy,
	 true},
	{"lab", "run any of these where a nanosecond is an instruction", command_lab, true},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const struct {
	const char *command, *what;
} examples[] = {
	{"sudo spawnscope bench", "the quick comparison"},
	{"sudo spawnscope bench --method fork,vfork --size 1M,1G -o run.jsonl", ""},
	{"sudo spawnscope profile -- make -j2", "who spawns what, and its cost"},
	{"spawnscope gate base.jsonl run.jsonl", "did it get slower?"},
	{"spawnscope report run.jsonl -o page.html", "the same as a page"},
	{"sudo spawnscope doctor", "what can be traced here"},
};

/* What an example is about stands beside it, else below. */
static void print_example(FILE *out, const char *command, const char *what)
{
	if (layout_width() >= LAYOUT_WIDTH_DEFAULT && *what) {
		fprintf(out, "  %-42s %s\n", command, what);
		return;
	}
	fputs("  ", out);
	layout_wrap(out, 2, 4, command);
	if (*what)
		fprintf(out, "      %s\n", what);
}

static void usage(FILE *out)
{
	layout_print(out, 2, "Usage: spawnscope COMMAND [OPTION...]");
	layout_print(out, 0,
		     "Measures what it costs to start a process on Linux, and says where the time "
		     "went.");
	fputc('\n', out);
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		fprintf(out, "  %-10s ", commands[i].name);
		layout_wrap(out, 13, 13, commands[i].brief);
	}
	fputs("\nExamples:\n", out);
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		print_example(out, examples[i].command, examples[i].what);
	fputc('\n', out);
	layout_print(out, 0, "`spawnscope COMMAND --help` describes each.");
}

static int run_command(const struct command *c, int argc, char **argv)
{
	struct fault why;
	char name[64];
	int err = privilege_check_caller(&why);

	if (!err && c->as_caller) {
		err = privilege_become_caller();
		if (err)
			fault__set(&why, err, "cannot become the user who called sudo: %s",
				   strerror(-err));
	}
	if (err) {
		complain("%s", why.text);
		return EXIT_TROUBLE;
	}
	snprintf(name, sizeof(name), "spawnscope %s", c->name);
	argv[1] = name;
	return c->run(argc - 1, argv + 1);
}

/* NULL after one line: there is no such command. */
static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	complain("unknown command '%.64s'; `spawnscope --help` lists them", name);
	return NULL;
}

/* `help COMMAND` is COMMAND --help. */
static int help(char *name)
{
	char *words[] = {"spawnscope", name, "--help", NULL};
	const struct command *c = find_command(name);

	return c ? run_command(c, 3, words) : EXIT_TROUBLE;
}

int main(int argc, char **argv)
{
	const struct command *c;

	streams_open_closed();
	interrupt_remember();
	setlocale(LC_CTYPE, "");
	layout_set_width(say_width(stdout));
	/* If our parent ignored it, children would be reaped before we can wait for them. */
	signal(SIGCHLD, SIG_DFL);
	/* A file size limit is then an error of write: EFBIG. */
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2) {
		usage(stderr);
		return EXIT_TROUBLE;
	}
	if (!strcmp(argv[1], "help") && argc > 2)
		return help(argv[2]);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help") || !strcmp(argv[1], "-h")) {
		usage(stdout);
		return streams_end(EXIT_OK);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("spawnscope " SPAWNSCOPE_VERSION);
		return streams_end(EXIT_OK);
	}
	c = find_command(argv[1]);
	return c ? streams_end(run_command(c, argc, argv)) : EXIT_TROUBLE;
}
