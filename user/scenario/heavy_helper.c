// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A process with a huge footprint only wants to list a directory. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/base/program_path.h"
#include "user/scenario/print.h"
#include "user/scenario/scenario.h"
#include "user/scenario/spawn/rows.h"
#include "user/scenario/spawn/subject.h"
#include "user/text/layout.h"

/* It is everywhere, and hardly changes. */
#define DIRECTORY "/"

#define JOB_COUNT (WAYS_EXEC_COUNT + 1)

static const char *const keys[JOB_COUNT] = {
	"way=fork", "way=fork-exec", "way=vfork-exec", "way=posix_spawn", "way=zygote",
};

/* In the child of the way `fork`: what `ls -A` prints, in another order. */
static void list_directory(void)
{
	DIR *d = opendir(DIRECTORY);
	struct dirent *e;

	if (!d)
		_exit(1);
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			dprintf(STDOUT_FILENO, "%s\n", e->d_name);
	closedir(d);
}

static int run(struct stage *s)
{
	char *path = program_path("ls");
	const char *const argv[] = {path, "-A", DIRECTORY, NULL};
	const struct way *ways[JOB_COUNT] = {&way_fork};
	struct job jobs[JOB_COUNT] = {0};
	struct subject u = {
		.size_bytes = s->options->size_bytes,
		.rounds = s->options->rounds,
		.jobs = jobs,
		.count = JOB_COUNT,
	};
	int err;

	if (!path)
		return stage__fail(s, -ENOMEM, "ls");
	memcpy(&ways[1], ways_exec, sizeof(ways_exec));
	for (size_t i = 0; i < JOB_COUNT; i++) {
		jobs[i].key = conditions_of("%s", keys[i]);
		jobs[i].run = job_launch;
		jobs[i].way = ways[i];
		jobs[i].launch.argv = argv;
		jobs[i].launch.inner = list_directory;
	}
	err = subject__run(s, &u);
	free(path);
	return err;
}

static const char *name_of(size_t i)
{
	return strchr(keys[i], '=') + 1;
}

static void print_answer(const struct run *r, FILE *out)
{
	char question[128];

	snprintf(question, sizeof(question),
		 "How long does a process of %s wait for the list of a directory?",
		 text_bytes(print_setting(r, "size_bytes")).text);
	rows_print_extremes(r, out, question, "result", keys, JOB_COUNT);
	rows_print_extremes(r, out, "How long can its thread do nothing else?", "stall", keys,
			    JOB_COUNT);
}

static int print(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();
	int err;

	print_answer(r, out);
	columns__head(c, COLUMNS_LABEL, "WAY", NULL);
	columns__head(c, COLUMNS_RIGHT, "LISTS", "STALL", "+-%", "RESULT", "+-%", "REAPED", NULL);
	for (size_t i = 0; i < JOB_COUNT; i++) {
		if (isnan(middle_of(r, "total", keys[i]).median))
			continue;
		columns__add(c, "%s", name_of(i));
		columns__add_number(c, print_number(r, "total", keys[i]));
		rows_add_time(c, middle_of(r, "stall", keys[i]));
		rows_add_spread(c, middle_of(r, "stall", keys[i]));
		rows_add_time(c, middle_of(r, "result", keys[i]));
		rows_add_spread(c, middle_of(r, "result", keys[i]));
		rows_add_time(c, middle_of(r, "total", keys[i]));
	}
	err = columns__finish(c, "A list, from the call on", out, colour);
	layout_print(out, 2,
		     "Medians; +-%%: 95 %% intervals. STALL: the call does not return. RESULT: all "
		     "of the list was read; fork lists it without exec, the others start ls. "
		     "zygote: a helper, forked while the process was small, starts it");
	rows_print_absent(r, out);
	return err;
}

const struct scenario scenario_heavy_helper = {
	.name = "heavy-helper",
	.brief = "a huge process only wants to list a directory: by which call?",
	.takes = SCENARIO_SIZE | SCENARIO_ROUNDS,
	.defaults = {.size_bytes = 1 << 30, .rounds = 40},
	.copies = 2,
	.run = run,
	.print = print,
};
