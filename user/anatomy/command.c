// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command anatomy: a birth's instructions by the function. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/anatomy/against.h"
#include "user/anatomy/difference.h"
#include "user/anatomy/options.h"
#include "user/anatomy/take.h"
#include "user/base/command.h"
#include "user/base/interrupt.h"
#include "user/base/output.h"
#include "user/base/program_path.h"
#include "user/base/say.h"
#include "user/store/store.h"
#include "user/table/anatomy/tree.h"
#include "user/table/anatomy/tree_diff.h"

#define DEFAULT_METHOD	       "fork"
#define DEFAULT_SIZE	       "64M"
#define DEFAULT_BIRTHS	       20
#define DEFAULT_PROGRAM_METHOD "posix_spawn"
#define DEFAULT_PROGRAM_SIZE   "1M"

static int need_anatomy(struct run *r, const char *path, struct fault *why)
{
	if (r->anatomy_count)
		return 0;
	run__free(r);
	return fault__set(why, -ENODATA,
			  "%s: has no anatomy: `spawnscope anatomy -o FILE` writes one",
			  strcmp(path, "-") ? path : "standard input");
}

static int read_stored(const char *path, struct run *r, struct fault *why)
{
	int err = store_read(path, r, why);

	return err ? err : need_anatomy(r, path, why);
}

/* What the options say to run. */
static struct anatomy_subject subject_of(const struct anatomy_options *o)
{
	return (struct anatomy_subject){
		.kernel = o->kernel,
		.program = o->program,
		.method = o->method    ? o->method
			  : o->program ? DEFAULT_PROGRAM_METHOD
				       : DEFAULT_METHOD,
		.size = o->size	     ? o->size
			: o->program ? DEFAULT_PROGRAM_SIZE
				     : DEFAULT_SIZE,
		.forward = o->forward,
		.forward_count = o->forward_count,
		.births = o->births ? o->births : DEFAULT_BIRTHS,
		.cycles = o->cycles,
		.quiet = o->quiet,
	};
}

/* The other side of a difference. */
struct other {
	enum against kind;
	struct anatomy_subject subject;
	char *program;
	struct run run;
};

/* What `against` names takes the place of what it is. A mistake is known before the work. */
static int find_other(const struct anatomy_options *o, struct other *b, struct fault *why)
{
	int kind = against_of(o->against, o->program != NULL, why);

	if (kind < 0)
		return kind;
	if (o->input && kind != AGAINST_FILE)
		return fault__set(why, -EINVAL,
				  "--against %s: with --input it is a stored anatomy, too",
				  o->against);
	b->kind = (enum against)kind;
	b->subject = subject_of(o);
	if (b->kind == AGAINST_SIZE)
		b->subject.size = o->against;
	else if (b->kind == AGAINST_KERNEL)
		b->subject.kernel = o->against;
	if (b->kind != AGAINST_PROGRAM)
		return 0;
	b->program = program_path(o->against);
	b->subject.program = b->program;
	return b->program ? 0 : fault__set(why, -ENOMEM, "%s", strerror(ENOMEM));
}

static int take_other(const struct anatomy_options *o, struct other *b, struct fault *why)
{
	if (b->kind == AGAINST_FILE)
		return read_stored(o->against, &b->run, why);
	return anatomy_take(&b->subject, &b->run, why);
}

static void free_other(struct other *b)
{
	run__free(&b->run);
	free(b->program);
}

static int take(const struct anatomy_options *o, struct run *r, struct fault *why)
{
	struct anatomy_subject s = subject_of(o);

	return o->input ? read_stored(o->input, r, why) : anatomy_take(&s, r, why);
}

/* Opened before the work: a path that cannot be written to is known at once. */
static int open_output(const struct anatomy_options *o, struct store **file, struct fault *why)
{
	if (!o->output)
		return 0;
	*file = store__create(o->output);
	return *file ? 0 : output_failed(o->output, -errno, why);
}

static int print_json(const struct call_tree *t)
{
	struct store *s = store__create("-");
	int err = s ? store__write_anatomy(s, t) : -errno, closed = store__close(s);

	return err ? err : closed;
}

/* What A is called in a difference: by what differs. */
static const char *name_of_a(const struct anatomy_options *o, const struct run *r,
			     const struct other *b)
{
	if (o->input)
		return o->input;
	if (b->kind == AGAINST_SIZE)
		return subject_of(o).size;
	if (b->kind == AGAINST_PROGRAM || (b->kind == AGAINST_FILE && o->program))
		return o->program;
	return o->kernel ? o->kernel : r->anatomies[0].kernel;
}

static int print_difference(const struct anatomy_options *o, const struct run *r,
			    const struct other *b)
{
	const struct difference_options d = {
		.names = {name_of_a(o, r, b), o->against},
		.programs = {o->program, b->program},
		.json = o->json,
		.all = o->all,
		.colour = say_in_colour(stdout),
	};

	return difference_print(&r->anatomies[0], &b->run.anatomies[0], &d, stdout);
}

static int print(const struct anatomy_options *o, const struct run *r, const struct other *b)
{
	const struct anatomy_table table = {say_in_colour(stdout), o->all};
	int err = 0;

	if (o->against)
		return print_difference(o, r, b);
	if (!o->json)
		return table_anatomies(r, &table, stdout);
	for (size_t i = 0; i < r->anatomy_count && !err; i++)
		err = print_json(&r->anatomies[i]);
	return err;
}

/* The words of the command line, for the run. */
static int set_command(struct run *r, char *const *argv)
{
	return run__set_command(r, "anatomy", argv + 1);
}

static int run_all(const struct anatomy_options *o, char *const *argv, struct fault *why)
{
	struct store *file = NULL;
	struct run r = {0};
	struct other b = {0};
	int closed, err = o->against ? find_other(o, &b, why) : 0;

	if (!err)
		err = open_output(o, &file, why);
	if (!err)
		err = take(o, &r, why);
	if (!err && o->against)
		err = take_other(o, &b, why);
	interrupt_end();
	if (!err && file && (set_command(&r, argv) || (err = store__write_all(file, &r))))
		err = output_failed(o->output, err ? err : -ENOMEM, why);
	closed = store__close(file);
	if (!err && closed)
		err = output_failed(o->output, closed, why);
	if (!err && !(o->output && !strcmp(o->output, "-"))) {
		err = print(o, &r, &b);
		if (err)
			fault__set(why, err, "cannot write standard output: %s", strerror(-err));
	}
	run__free(&r);
	free_other(&b);
	return err;
}

int command_anatomy(int argc, char **argv)
{
	struct anatomy_options o;
	struct fault why;
	char **words = calloc((size_t)argc + 1, sizeof(*words));
	char *program = NULL;
	int err = words ? 0 : -ENOMEM;

	/* argp puts options before arguments. */
	if (!err)
		memcpy((void *)words, argv, (size_t)argc * sizeof(*words));
	if (!err)
		err = anatomy_options__parse(&o, argc, argv);
	else
		o = (struct anatomy_options){0};
	if (!err && o.program) {
		program = program_path(o.program);
		o.program = program ? program : o.program;
	}
	if (!err) {
		if (!o.input)
			interrupt_catch();
		err = run_all(&o, words, &why);
		if (interrupt_requested())
			interrupt_die();
		/* The script has said why. */
		if (err && err != -ECANCELED)
			complain("%s", why.text);
	}
	anatomy_options__free(&o);
	free((void *)words);
	free(program);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
