// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A fuzzer runs a program again and again: it starts it anew, or asks a fork server, a process of
 * that program that forks after its start. The program is this tool, which prints its version.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/scenario/print.h"
#include "user/scenario/scenario.h"
#include "user/scenario/spawn/rows.h"
#include "user/scenario/spawn/subject.h"
#include "user/text/layout.h"

#define JOB_COUNT (WAYS_EXEC_COUNT + 1)

static const char *const keys[JOB_COUNT] = {
	"way=fork-exec", "way=vfork-exec", "way=posix_spawn", "way=zygote", "way=forkserver",
};

static const char *tool; /* its name and version */

/* In the fork server's child: what main does with --version. */
static void print_version(void)
{
	dprintf(STDOUT_FILENO, "%s\n", tool);
}

static int run(struct stage *s)
{
	static const char *const argv[] = {"/proc/self/exe", "--version", NULL};
	struct job jobs[JOB_COUNT] = {0};
	struct subject u = {
		.size_bytes = s->options->size_bytes,
		.rounds = s->options->rounds,
		.jobs = jobs,
		.count = JOB_COUNT,
	};

	tool = s->run->tool;
	for (size_t i = 0; i < JOB_COUNT; i++) {
		jobs[i].key = conditions_of("%s", keys[i]);
		jobs[i].run = job_launch;
		jobs[i].way = i < WAYS_EXEC_COUNT ? ways_exec[i] : &way_forkserver;
		jobs[i].launch = (struct launch){.argv = argv, .inner = print_version};
	}
	return subject__run(s, &u);
}

static int print(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();
	char question[128];
	int err;

	snprintf(question, sizeof(question), "How long does a run take a fuzzer of %s?",
		 text_bytes(print_setting(r, "size_bytes")).text);
	rows_print_extremes(r, out, question, "total", keys, JOB_COUNT);
	columns__head(c, COLUMNS_LABEL, "WAY", NULL);
	rows_head_calls(c, "RUNS");
	for (size_t i = 0; i < JOB_COUNT; i++)
		if (rows_has(r, keys[i])) {
			columns__add(c, "%s", strchr(keys[i], '=') + 1);
			rows_add_calls(c, r, keys[i]);
		}
	err = columns__finish(c, "A run that prints a version, from the call on", out, colour);
	layout_print(out, 2,
		     "Medians; +-%%: 95 %% intervals. TOTAL: the output was read, and the run "
		     "reaped. forkserver: forks the program that has started already; the others "
		     "start it, with its libraries, each time");
	rows_print_absent(r, out);
	return err;
}

const struct scenario scenario_fuzzer = {
	.name = "fuzzer",
	.brief = "a fuzzer runs a program again and again: a fork server, or a start for each run?",
	.takes = SCENARIO_SIZE | SCENARIO_ROUNDS,
	.defaults = {.size_bytes = 64 << 20, .rounds = 60},
	.copies = 2,
	.run = run,
	.print = print,
};
