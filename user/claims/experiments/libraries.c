// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which pages of its shared libraries a program has for itself: of two that run at the same time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/claims/experiments/experiments.h"
#include "user/claims/experiments/maps.h"

#define PROGRAM	 "/bin/cat" /* it waits for its input, and answers */
#define RUNS	 5
#define CODE	 "library_code_private_bytes"
#define DATA	 "library_data_private_bytes"
#define RESIDENT "library_resident_bytes"
#define FAULTS	 "library_program_faults"

struct program {
	pid_t pid;
	int to, from;
};

static int start(struct program *p)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		return -errno;
	p->pid = experiment_fork();
	if (p->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execl(PROGRAM, PROGRAM, NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	p->to = in[1];
	p->from = out[0];
	return p->pid < 0 ? -errno : 0;
}

/* Once it answers, all its libraries are loaded. */
static bool answers(const struct program *p)
{
	char byte = 'x';

	return write(p->to, &byte, 1) == 1 && read(p->from, &byte, 1) == 1;
}

static void stop(const struct program *p)
{
	close(p->to);
	close(p->from);
	if (p->pid > 0)
		waitpid(p->pid, NULL, 0);
}

struct sums {
	int64_t code, data, resident;
};

static void add(void *context, const struct mapping *m)
{
	struct sums *s = context;

	if (!m->library)
		return;
	s->resident += m->rss;
	/* The dynamic linker makes what it has relocated read-only again: code is what executes. */
	*(m->executes ? &s->code : &s->data) += m->private_dirty;
}

/* The minor faults of a process until now; -1: not known. */
static int64_t faults_of(pid_t pid)
{
	char path[64], text[1024];
	const char *name_end;
	long faults = -1;
	FILE *in;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	in = fopen(path, "re");
	if (!in)
		return -1;
	n = fread(text, 1, sizeof(text) - 1, in);
	fclose(in);
	text[n] = '\0';
	name_end = strrchr(text, ')');
	if (!name_end || sscanf(name_end, ") %*c %*d %*d %*d %*d %*d %*u %ld", &faults) != 1)
		return -1;
	return faults;
}

/* NULL, or why not. */
static const char *look(struct findings *f, const struct program *p)
{
	struct sums s = {0};
	int err = maps_read(p->pid, add, &s);

	if (err)
		return strerror(-err);
	if (!s.resident)
		return PROGRAM " has no shared library here";
	findings__add(f, CODE, s.code);
	findings__add(f, DATA, s.data);
	findings__add(f, RESIDENT, s.resident);
	findings__add(f, FAULTS, faults_of(p->pid));
	return NULL;
}

static const char *take(struct findings *f)
{
	struct program p[2] = {{0, -1, -1}, {0, -1, -1}};
	const char *why = NULL;

	if (start(&p[0]) || start(&p[1]) || !answers(&p[0]) || !answers(&p[1]))
		why = PROGRAM " cannot be run here";
	else
		why = look(f, &p[1]);
	stop(&p[0]);
	stop(&p[1]);
	return why;
}

static void run(struct findings *f)
{
	const char *why = NULL;

	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < RUNS && !why; i++)
		why = take(f);
	if (why)
		findings__absent_all(f, "%s", why);
}

const struct experiment experiment_libraries = {
	.name = "libraries",
	.observes = {CODE, DATA, RESIDENT, FAULTS},
	.run = run,
};
