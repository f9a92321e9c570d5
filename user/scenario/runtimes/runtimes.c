// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The same spawn from a large heap, by the runtimes that are installed. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/base/program_path.h"
#include "user/model/observation.h"
#include "user/scenario/memory.h"
#include "user/scenario/print.h"
#include "user/scenario/runtimes/cases.h"
#include "user/scenario/runtimes/compile.h"
#include "user/scenario/runtimes/program.h"
#include "user/scenario/scenario.h"
#include "user/scenario/spawn/rows.h"
#include "user/text/layout.h"
#include "user/text/strbuf.h"

#define TRACED_CALLS 2

static struct conditions key_of(const struct runtime_case *c)
{
	return conditions_of("runtime=%s setting=%s", c->runtime, c->setting);
}

/* NULL: it is not installed. malloc'ed; from the root on, since a program runs there. */
static char *find(const char *name)
{
	char *path = program_path(name), *here, *whole = NULL;

	if (!path || *path == '/')
		return path;
	here = strchr(path, '/') ? getcwd(NULL, 0) : NULL;
	if (here && asprintf(&whole, "%s/%s", here, path) < 0)
		whole = NULL;
	free(here);
	free(path);
	return whole;
}

static int measure_times(struct stage *s, const struct program *p, const char *key)
{
	struct program_result r;
	int err = program_run(s, p, &r);

	if (!err && r.why) {
		stage__put_absent(s, "total", "ns", key, r.why);
	} else if (!err) {
		if (r.stall.n)
			stage__put_series(s, "stall", "ns", key, &r.stall);
		stage__put_series(s, "total", "ns", key, &r.total);
		stage__put(s, "rss", "bytes", key, r.rss);
	}
	series__free(&r.stall);
	series__free(&r.total);
	return err;
}

/* By another run, since strace slows it down; the heap does not matter there. */
static int measure_path(struct stage *s, const struct program *timed, const char *strace,
			const char *key)
{
	struct program p = *timed;
	struct program_result r;
	int err;

	p.strace = strace;
	p.mib = 1;
	p.calls = TRACED_CALLS;
	err = program_run(s, &p, &r);
	if (!err && r.why)
		stage__put_absent(s, "path", "runs", key, r.why);
	else if (!err)
		stage__put(s, "path", "runs", conditions_of("%s path=%s", key, r.path).text, 1);
	series__free(&r.stall);
	series__free(&r.total);
	return err;
}

static bool is_measured(const struct run *r, const struct runtime_case *c)
{
	return !isnan(middle_of(r, "total", key_of(c).text).median);
}

static int measure_program(struct stage *s, const struct program *p, const char *strace,
			   const char *key)
{
	int err = measure_times(s, p, key);

	if (!err && strace && is_measured(s->run, p->what))
		err = measure_path(s, p, strace, key);
	return err;
}

/* In place of a compiler's path the path of what it makes. */
static char *compile(struct stage *s, const struct runtime_case *c, char *compiler)
{
	struct fault why = {"its script was not compiled"};
	char *made = compile_go(s, compiler, c->script, &why);

	if (!made)
		stage__put_absent(s, "total", "ns", key_of(c).text, why.text);
	free(compiler);
	return made;
}

static int measure(struct stage *s, const struct runtime_case *c, const char *strace,
		   const char *true_path)
{
	char *path = find(c->runtime);
	struct program p = {
		.what = c,
		.true_path = true_path,
		.mib = s->options->size_bytes >> 20,
		.calls = s->options->rounds,
	};
	int err = 0;

	if (!path && !strcmp(c->setting, "default"))
		stage__put_absent(s, "total", "ns", conditions_of("runtime=%s", c->runtime).text,
				  "not installed");
	/* It has no arguments: the script is no word of them. */
	if (path && !c->words[0])
		path = compile(s, c, path);
	p.path = path;
	if (path)
		err = measure_program(s, &p, strace, key_of(c).text);
	if (err)
		stage__fail(s, err, c->runtime);
	crew__end_folder(&s->crew);
	stage__step(s);
	free(path);
	return err;
}

static int run(struct stage *s)
{
	char *strace = find("strace"), *true_path = find("true");
	int64_t available = memory_available();
	int err = 0;

	/* A runtime may need twice its heap while it fills it. */
	if (available != MISSING && s->options->size_bytes > available / 2)
		err = fault__set(s->why, -ENOMEM,
				 "a heap of %s does not fit into the %s that are available: try "
				 "--size %lldM",
				 text_bytes(s->options->size_bytes).text,
				 text_bytes(available).text, (long long)(available / 3) >> 20);
	else if (!true_path)
		err = stage__fail(s, -ENOENT, "true");
	if (!strace)
		stage__put_absent(s, "path", "runs", "path=strace",
				  "not installed; it shows which call a runtime makes");
	stage__steps(s, runtime_case_count);
	for (size_t i = 0; i < runtime_case_count && !err; i++)
		err = measure(s, &runtime_cases[i], strace, true_path);
	free(strace);
	free(true_path);
	return err;
}

static const char *path_of(const struct run *r, const struct runtime_case *c)
{
	const struct observation *o = run__observation(r, "path", key_of(c).text);

	return o && !o->absent ? observation__text(o, "path") : NULL;
}

/* Whether the call copies the memory: without CLONE_VM. */
static bool copies(const char *path)
{
	return !strstr(path, "VM") && strcmp(path, "vfork");
}

/* "python3 2.1 ms, java 3.4 ms" of those that by default do, or do not, copy. */
static void add_defaults(const struct run *r, struct strbuf *text, bool copying)
{
	for (size_t i = 0; i < runtime_case_count; i++) {
		const struct runtime_case *c = &runtime_cases[i];
		const char *path = path_of(r, c);

		if (strcmp(c->setting, "default") || !path || !is_measured(r, c) ||
		    copies(path) != copying)
			continue;
		strbuf__add(text, "%s%s %s", text->length ? ", " : "", c->runtime,
			    text_time(middle_of(r, "total", key_of(c).text).median, false).text);
	}
}

static void print_answer(const struct run *r, FILE *out)
{
	struct strbuf copying = {0}, sharing = {0};

	add_defaults(r, &copying, true);
	add_defaults(r, &sharing, false);
	if (copying.length || sharing.length)
		layout_print(out, 2,
			     "Which runtimes copy the page tables of a heap of %s to start a "
			     "program? By default: %s. Not: %s",
			     text_bytes(print_setting(r, "size_bytes")).text,
			     copying.length ? strbuf__text(&copying) : "none",
			     sharing.length ? strbuf__text(&sharing) : "none");
	strbuf__free(&copying);
	strbuf__free(&sharing);
}

/* Settings by which a runtime takes another kind of call than by default. */
static void print_settings(const struct run *r, FILE *out)
{
	const struct runtime_case *base = NULL;
	struct strbuf text = {0};

	for (size_t i = 0; i < runtime_case_count; i++) {
		const struct runtime_case *c = &runtime_cases[i];
		const char *path = path_of(r, c), *of_base;

		if (!strcmp(c->setting, "default"))
			base = c;
		of_base = base ? path_of(r, base) : NULL;
		if (base == c || !path || !of_base || copies(path) == copies(of_base) ||
		    !is_measured(r, c))
			continue;
		strbuf__add(&text, "%s%s with %s %s", text.length ? ", " : "", c->runtime,
			    c->setting,
			    text_time(middle_of(r, "total", key_of(c).text).median, false).text);
	}
	if (text.length)
		layout_print(out, 2, "Which settings change that? %s", strbuf__text(&text));
	strbuf__free(&text);
}

static int print(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();
	int err;

	print_answer(r, out);
	print_settings(r, out);
	columns__head(c, COLUMNS_LABEL, "RUNTIME", "SETTING", NULL);
	columns__head(c, COLUMNS_RIGHT, "CALLS", "STALL", "TOTAL", "+-%", NULL);
	columns__head(c, 0, "BY", NULL);
	for (size_t i = 0; i < runtime_case_count; i++) {
		const struct runtime_case *a = &runtime_cases[i];
		struct conditions key = key_of(a);

		if (!is_measured(r, a))
			continue;
		columns__add(c, "%s", a->runtime);
		columns__add(c, "%s", a->setting);
		columns__add_number(c, print_number(r, "total", key.text));
		rows_add_time(c, middle_of(r, "stall", key.text));
		rows_add_time(c, middle_of(r, "total", key.text));
		rows_add_spread(c, middle_of(r, "total", key.text));
		columns__add(c, "%s", path_of(r, a) ? path_of(r, a) : "-");
	}
	err = columns__finish(c, "A program that does nothing, from the call on", out, colour);
	layout_print(out, 2,
		     "Medians; +-%%: 95 %% intervals. STALL: the call does not return (-: it waits "
		     "for the program). TOTAL: the program is reaped. By each runtime's clock; by "
		     "ours for dash, which has none. BY: the last call that made a process, by "
		     "strace in another run");
	rows_print_absent(r, out);
	return err;
}

const struct scenario scenario_runtimes = {
	.name = "runtimes",
	.brief =
		"the same spawn from a large heap by Python, Node, Java and others: by which call?",
	.takes = SCENARIO_SIZE | SCENARIO_ROUNDS,
	.defaults = {.size_bytes = 1 << 30, .rounds = 10},
	.copies = 3,
	.run = run,
	.print = print,
};
