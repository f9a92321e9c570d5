// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/runtimes/program.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/base/interrupt.h"
#include "user/scenario/memory.h"

#define LINE_MAX_BYTES 4096
#define PATIENCE_MS    60000
#define WORDS_MAX      (CASE_WORDS_MAX + 8)
#define MORE_MIB       512 /* of Java's heap: the collector wants room */

/* A conversation with a script. */
struct talk {
	const struct program *program;
	struct program_result *result;
	pid_t pid;
	int in, out;	  /* to it, from it */
	int64_t begin_ns; /* of a call of a script without clock */
};

/* Where the script is for those that want a file: it has no name. -errno. */
static int script_file(const char *script)
{
	int fd = memfd_create("script", 0);

	if (fd < 0)
		return -errno;
	if (write(fd, script, strlen(script)) != (ssize_t)strlen(script)) {
		close(fd);
		return -EIO;
	}
	return fd;
}

static void add_strace(const char **argv, size_t *n, const char *path)
{
	/* -D: the runtime stays our child, and dies with us; then strace ends. */
	const char *const words[] = {path, "-D", "-f", "-q", "-e", "trace=clone,clone3,fork,vfork"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		argv[(*n)++] = words[i];
}

static const char *word_of(const struct program *p, const char *word, int file)
{
	const char *at = strchr(word, '@');
	char *made = NULL;

	if (!strcmp(word, "SCRIPT"))
		return p->what->script;
	if (!strcmp(word, "FILE"))
		return asprintf(&made, "/proc/self/fd/%d", file) < 0 ? NULL : made;
	if (!at)
		return word;
	return asprintf(&made, "%.*s%" PRId64 "%s", (int)(at - word), word, p->mib + MORE_MIB,
			at + 1) < 0
		       ? NULL
		       : made;
}

static void set_number(const char *name, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, number);
	setenv(name, text, 1);
}

static _Noreturn void exec_program(const struct program *p, int in, int out)
{
	const char *argv[WORDS_MAX + 1];
	int file = script_file(p->what->script), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	size_t n = 0;

	if (file < 0 || null < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(p->strace ? out : null, STDERR_FILENO) < 0)
		_exit(1);
	if (p->strace)
		add_strace(argv, &n, p->strace);
	argv[n++] = p->path;
	for (size_t i = 0; p->what->words[i]; i++)
		argv[n++] = word_of(p, p->what->words[i], file);
	argv[n] = NULL;
	set_number("SCENARIO_MIB", p->mib);
	set_number("SCENARIO_CALLS", p->calls);
	setenv("SCENARIO_TRUE", p->true_path, 1);
	setenv("SCENARIO_MODE", p->what->mode ? p->what->mode : "", 1);
	interrupt_restore();
	/* Runtimes look for modules and settings where they are: nobody else writes here. */
	if (!chdir("/"))
		execv(argv[0], (char *const *)argv);
	_exit(1);
}

static int start(struct stage *s, struct talk *t)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC))
		return -errno;
	if (pipe2(out, O_CLOEXEC)) {
		close(in[0]);
		close(in[1]);
		return -errno;
	}
	t->pid = crew__fork(&s->crew);
	if (!t->pid)
		exec_program(t->program, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	t->in = in[1];
	t->out = out[0];
	return t->pid < 0 ? t->pid : 0;
}

/* A line of strace: one that makes a process, and no thread, and begins here. */
static void take_call(struct program_result *r, const char *line)
{
	static const char *const calls[] = {"vfork(", "clone3(", "clone(", "fork("};

	if (strstr(line, "CLONE_THREAD") || strstr(line, "resumed>"))
		return;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const char *at = strstr(line, calls[i]);
		bool vm = strstr(line, "CLONE_VM"), vfork = strstr(line, "CLONE_VFORK");

		if (!at)
			continue;
		snprintf(r->path, sizeof(r->path), "%.*s%s%s%s%s", (int)strlen(calls[i]) - 1,
			 calls[i], vm || vfork ? ":" : "", vm ? "VM" : "", vm && vfork ? "+" : "",
			 vfork ? "VFORK" : "");
		/* What libc's fork calls. */
		if (!strcmp(r->path, "clone"))
			strcpy(r->path, "fork");
		return;
	}
}

static int take_times(struct program_result *r, const char *line)
{
	int64_t stall, total;
	int err = 0;

	if (sscanf(line, "- %" SCNd64, &total) == 1)
		return series__push(&r->total, total);
	if (sscanf(line, "%" SCNd64 " %" SCNd64, &stall, &total) == 2) {
		err = series__push(&r->stall, stall);
		if (!err)
			err = series__push(&r->total, total);
	}
	return err;
}

/* It may be gone: then its output ends. */
static int reply(const struct talk *t)
{
	return write(t->in, "\n", 1) < 0 && errno != EPIPE ? -errno : 0;
}

static int take_line(struct talk *t, const char *line)
{
	struct program_result *r = t->result;
	int64_t now = now_ns();
	struct memory_use use;

	if (!strcmp(line, "heap")) {
		if (!memory_use_of(t->pid, &use))
			r->rss = use.rss;
		return reply(t);
	}
	if (!strcmp(line, "begin")) {
		t->begin_ns = now_ns();
		return reply(t);
	}
	if (!strcmp(line, "end"))
		return series__push(&r->total, now - t->begin_ns);
	if (t->program->strace && strchr(line, '('))
		take_call(r, line);
	else
		return take_times(r, line);
	return 0;
}

/* To the end of its output. A line that is too long is none of ours, and is cut. */
static int listen_to(struct talk *t)
{
	char text[LINE_MAX_BYTES];
	size_t have = 0;
	int err = 0;

	while (!err) {
		struct pollfd p = {.fd = t->out, .events = POLLIN};
		int ready = poll(&p, 1, PATIENCE_MS);
		char *stop;
		ssize_t n;

		if (!ready)
			return -ETIMEDOUT;
		n = read(t->out, text + have, sizeof(text) - 1 - have);
		if (n <= 0)
			return n < 0 ? -errno : 0;
		have += (size_t)n;
		text[have] = '\0';
		while (!err && (stop = memchr(text, '\n', have))) {
			*stop = '\0';
			err = take_line(t, text);
			have -= (size_t)(stop + 1 - text);
			memmove(text, stop + 1, have + 1);
		}
		if (have == sizeof(text) - 1)
			have = 0;
	}
	return err;
}

static const char *judge(const struct program *p, const struct program_result *r, int ended)
{
	if (ended)
		return "its script failed";
	if (p->strace)
		return *r->path ? NULL : "strace saw no call that makes a process";
	if (r->total.n != p->calls || (r->stall.n && r->stall.n != p->calls))
		return "its script printed no times";
	if (r->rss == MISSING || r->rss < p->mib << 20)
		return "its heap is not in the process that was started";
	return NULL;
}

int program_run(struct stage *s, const struct program *p, struct program_result *result)
{
	struct talk t = {.program = p, .result = result};
	int err, ended;

	*result = (struct program_result){.rss = MISSING};
	err = start(s, &t);
	if (t.pid <= 0)
		return err;
	err = listen_to(&t);
	close(t.in);
	close(t.out);
	if (err == -ETIMEDOUT) {
		crew__kill(&s->crew, t.pid);
		result->why = "its script printed nothing for a minute";
		return 0;
	}
	ended = crew__wait(&s->crew, t.pid);
	result->why = judge(p, result, ended);
	return err;
}
