// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A program starts a daemon: by the double fork, or by a call that makes the session. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/base/program_path.h"
#include "user/scenario/print.h"
#include "user/scenario/scenario.h"
#include "user/scenario/spawn/rows.h"
#include "user/scenario/spawn/subject.h"
#include "user/text/layout.h"

#define JOB_COUNT (WAYS_EXEC_COUNT + 1)

/* The daemon: says that it has a session of its own, and which folder. $1 is its starter's. */
static const char script[] =
	"read -r a b c d e session rest </proc/$$/stat; "
	"[ \"$session\" != \"$1\" ] && echo \"a session of its own in $(pwd)\"";

static const char *const keys[JOB_COUNT] = {
	"way=double-fork", "way=fork-exec", "way=vfork-exec", "way=posix_spawn", "way=zygote",
};

/* The middle process ends at once; its child becomes ours, since we adopt orphans. */
static pid_t fork_twice(const struct launch *l)
{
	struct launch inner = *l;
	pid_t middle = fork();

	if (middle)
		return middle;
	setsid();
	inner.session = false;
	middle = fork();
	if (!middle)
		launch__exec(&inner);
	_exit(middle < 0);
}

static int run_double_fork(const struct job *j, struct call *c)
{
	struct launch l = j->launch;
	int64_t begin;
	int ends[2], err;
	pid_t middle;

	if (prctl(PR_SET_CHILD_SUBREAPER, 1) || pipe2(ends, O_CLOEXEC))
		return -errno;
	l.in = call_null();
	l.out = ends[1];
	begin = now_ns();
	middle = fork_twice(&l);
	err = middle < 0 ? -errno : call__reap(c, middle, begin);
	c->ns[CALL_STALL] = now_ns() - begin;
	close(ends[1]);
	if (!err)
		err = call__read(c, ends[0], begin);
	close(ends[0]);
	/* The zygote is ours, too, but goes on. */
	return err ? err : call__reap(c, -1, begin);
}

static int run(struct stage *s)
{
	char *path = program_path("sh"), session[16];
	const char *const argv[] = {path, "-c", script, "sh", session, NULL};
	struct job jobs[JOB_COUNT] = {0};
	struct subject u = {
		.size_bytes = s->options->size_bytes,
		.rounds = s->options->rounds,
		.jobs = jobs,
		.count = JOB_COUNT,
	};
	int err;

	if (!path)
		return stage__fail(s, -ENOMEM, "sh");
	snprintf(session, sizeof(session), "%d", (int)getsid(0));
	for (size_t i = 0; i < JOB_COUNT; i++) {
		jobs[i].key = conditions_of("%s", keys[i]);
		jobs[i].run = i ? job_launch : run_double_fork;
		jobs[i].way = i ? ways_exec[i - 1] : NULL;
		jobs[i].launch = (struct launch){.argv = argv, .folder = "/", .session = true};
	}
	err = subject__run(s, &u);
	free(path);
	return err;
}

static int print(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();
	char question[128];
	int err;

	snprintf(question, sizeof(question),
		 "How long does a process of %s take to start a daemon?",
		 text_bytes(print_setting(r, "size_bytes")).text);
	rows_print_extremes(r, out, question, "first", keys, JOB_COUNT);
	rows_print_extremes(r, out, "How long can it do nothing else?", "stall", keys, JOB_COUNT);
	columns__head(c, COLUMNS_LABEL, "WAY", NULL);
	rows_head_calls(c, "DAEMONS");
	for (size_t i = 0; i < JOB_COUNT; i++)
		if (rows_has(r, keys[i])) {
			columns__add(c, "%s", strchr(keys[i], '=') + 1);
			rows_add_calls(c, r, keys[i]);
		}
	err = columns__finish(c, "A daemon, from the call on", out, colour);
	layout_print(out, 2,
		     "Medians; +-%%: 95 %% intervals. STALL: the starter waits; with double-fork, "
		     "also for the process in the middle. FIRST: the daemon says that it runs in a "
		     "session of its own. The other ways call setsid in their one child");
	rows_print_absent(r, out);
	return err;
}

const struct scenario scenario_daemon = {
	.name = "daemon",
	.brief = "a large process starts a daemon: by the double fork, or by one call?",
	.takes = SCENARIO_SIZE | SCENARIO_ROUNDS,
	.defaults = {.size_bytes = 256 << 20, .rounds = 30},
	.copies = 2,
	.run = run,
	.print = print,
};
