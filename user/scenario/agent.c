// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A large process of many threads starts short tools, with pipes and a working directory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/base/program_path.h"
#include "user/scenario/print.h"
#include "user/scenario/scenario.h"
#include "user/scenario/spawn/rows.h"
#include "user/scenario/spawn/subject.h"
#include "user/text/layout.h"

#define FOLDER	  "/etc"
#define WORDS_MAX 6

/* What each does fits into a page, so that its start is what it takes. */
static const struct tool {
	const char *name;
	const char *words[WORDS_MAX]; /* after its path */
} tools[] = {
	{"sh", {"-c", "pwd"}},
	{"sed", {"-n", "1p", "passwd"}},
	{"git", {"hash-object", "passwd"}},
	{"rg", {"--no-config", "-c", "-e", "", "passwd"}},
};

#define TOOL_COUNT (sizeof(tools) / sizeof(tools[0]))

struct command {
	char *path;
	const char *argv[WORDS_MAX + 2];
};

static struct conditions key_of(const struct tool *t, const struct way *w)
{
	return conditions_of("tool=%s way=%s", t->name, w->name);
}

static size_t add_jobs(struct job *jobs, size_t count, const struct tool *t,
		       const struct command *c)
{
	size_t like = count;

	for (size_t w = 0; w < WAYS_EXEC_COUNT; w++) {
		struct job *j = &jobs[count++];

		j->key = key_of(t, ways_exec[w]);
		j->run = job_launch;
		j->way = ways_exec[w];
		j->launch = (struct launch){.argv = c->argv, .folder = FOLDER};
		j->like = like;
	}
	return count;
}

static int find(struct command *c, const struct tool *t)
{
	c->path = program_path(t->name);
	if (!c->path)
		return -ENOMEM;
	c->argv[0] = c->path;
	memcpy(&c->argv[1], t->words, sizeof(t->words));
	return strchr(c->path, '/') ? 0 : -ENOENT;
}

static int run(struct stage *s)
{
	struct job jobs[TOOL_COUNT * WAYS_EXEC_COUNT] = {0};
	struct command commands[TOOL_COUNT] = {0};
	struct subject u = {
		.size_bytes = s->options->size_bytes,
		.threads = s->options->workers,
		.rounds = s->options->rounds,
		.jobs = jobs,
	};
	int err = 0;

	for (size_t i = 0; i < TOOL_COUNT && err != -ENOMEM; i++) {
		err = find(&commands[i], &tools[i]);
		if (!err)
			u.count = add_jobs(jobs, u.count, &tools[i], &commands[i]);
		else
			stage__put_absent(s, "total", "ns",
					  conditions_of("tool=%s", tools[i].name).text,
					  "not installed");
	}
	if (err == -ENOMEM)
		err = stage__fail(s, err, "tools");
	else if (!u.count)
		err = fault__set(s->why, -ENOENT, "none of its tools is installed, not even sh");
	else
		err = subject__run(s, &u);
	for (size_t i = 0; i < TOOL_COUNT; i++)
		free(commands[i].path);
	return err;
}

/* By the first tool that was measured. */
static void print_answer(const struct run *r, FILE *out)
{
	int64_t threads = print_setting(r, "workers");
	char question[160];

	for (size_t i = 0; i < TOOL_COUNT; i++) {
		struct conditions all[WAYS_EXEC_COUNT];
		const char *keys[WAYS_EXEC_COUNT];

		for (size_t w = 0; w < WAYS_EXEC_COUNT; w++) {
			all[w] = key_of(&tools[i], ways_exec[w]);
			keys[w] = all[w].text;
		}
		if (!rows_has(r, keys[0]))
			continue;
		snprintf(question, sizeof(question),
			 "What does an agent of %s and %s %s wait for %s?",
			 text_bytes(print_setting(r, "size_bytes")).text, print_count(threads).text,
			 text_plural(threads, "thread", "threads"), tools[i].name);
		rows_print_extremes(r, out, question, "total", keys, WAYS_EXEC_COUNT);
		rows_print_extremes(r, out, "How long does the call hold up the thread?", "stall",
				    keys, WAYS_EXEC_COUNT);
		return;
	}
}

static int print(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();
	int err;

	print_answer(r, out);
	columns__head(c, COLUMNS_LABEL, "TOOL", "WAY", NULL);
	rows_head_calls(c, "CALLS");
	for (size_t i = 0; i < TOOL_COUNT; i++)
		for (size_t w = 0; w < WAYS_EXEC_COUNT; w++) {
			struct conditions key = key_of(&tools[i], ways_exec[w]);

			if (!rows_has(r, key.text))
				continue;
			columns__add(c, "%s", tools[i].name);
			columns__add(c, "%s", ways_exec[w]->name);
			rows_add_calls(c, r, key.text);
		}
	err = columns__finish(c, "A tool, from the call on", out, colour);
	layout_print(out, 2,
		     "Medians; +-%%: 95 %% intervals. STALL: the call does not return. FIRST: the "
		     "first byte of the tool's output. TOTAL: it is read, and the tool reaped. "
		     "zygote: a helper, forked while the agent was small, starts it");
	rows_print_absent(r, out);
	return err;
}

const struct scenario scenario_agent = {
	.name = "agent",
	.brief = "a large process of many threads starts short tools, with pipes: what do they "
		 "take?",
	.takes = SCENARIO_SIZE | SCENARIO_WORKERS | SCENARIO_ROUNDS,
	.defaults = {.size_bytes = 1 << 30, .workers = 64, .rounds = 15},
	.copies = 2,
	.run = run,
	.print = print,
};
