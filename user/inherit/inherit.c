// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The command inherit: what a child has and has not of its parent, property by property, for each
 * way to make one. Each is tried in processes of their own, which end with it.
 */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "user/base/command.h"
#include "user/base/option.h"
#include "user/base/option_list.h"
#include "user/base/progress.h"
#include "user/base/say.h"
#include "user/inherit/child.h"
#include "user/inherit/json.h"
#include "user/inherit/matrix.h"
#include "user/inherit/table.h"
#include "user/inherit/trial.h"

enum { OPTION_PROPERTY = 1000, OPTION_METHOD, OPTION_JSON };

struct options {
	const char *properties, *methods; /* lists; NULL: all */
	bool json, verbose, quiet;
};

static const struct argp_option option_table[] = {
	{"property", OPTION_PROPERTY, "LIST", 0,
	 "only these: names with - for blanks (signal-mask), or groups (signals)", 0},
	{"method", OPTION_METHOD, "LIST", 0, "only these ways to make a child, in one table", 0},
	{"json", OPTION_JSON, 0, 0, "print all findings as one line of JSON", 0},
	{"quiet", 'q', 0, 0, "no progress bar", 0},
	{"verbose", 'v', 0, 0, "show all rows, how each is tested, and from which page", 0},
	{0},
};

static const char doc[] =
	"Prints what a child has of its parent, for each way to make one, by trying it, and marks "
	"what is not as the man pages say."
	"\v"
	"Examples:\n"
	"  spawnscope inherit\n"
	"  spawnscope inherit --method fork,vfork,spawn --property signals,umask\n\n"
	"It takes seconds and needs no root; with root, ids, capabilities and namespaces are "
	"tested, too. Nothing stays behind: each trial runs in processes of its own.";

/* Whether a word of an option is this name; the word has - for each blank. */
static bool is_name(const char *word, size_t length, const char *name)
{
	if (strlen(name) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (word[i] != (name[i] == ' ' ? '-' : name[i]))
			return false;
	return true;
}

/* The next word of a list, and its length; NULL: no more. */
static const char *next_word(const char **list, size_t *length)
{
	const char *word = *list;

	if (!word)
		return NULL;
	*length = strcspn(word, ",");
	*list = word[*length] ? word + *length + 1 : NULL;
	return word;
}

static bool has_property(const char *list, size_t property)
{
	const char *word;
	size_t length;

	if (!list)
		return true;
	while ((word = next_word(&list, &length)))
		if (is_name(word, length, property_at(property)->name) ||
		    is_name(word, length, property_group_at(property)->name))
			return true;
	return false;
}

static bool has_method(const char *list, size_t method)
{
	const char *word;
	size_t length;

	if (!list)
		return true;
	while ((word = next_word(&list, &length)))
		if (is_name(word, length, inherit_methods[method].name))
			return true;
	return false;
}

/* For completions. */
static void note_names(bool properties)
{
	for (size_t m = 0; m < inherit_method_count && !properties; m++)
		option_list_note(inherit_methods[m].name);
	for (size_t p = 0; properties && property_at(p); p++) {
		char name[64];

		snprintf(name, sizeof(name), "%s", property_at(p)->name);
		for (char *c = name; *c; c++)
			*c = *c == ' ' ? '-' : *c;
		if (!p || property_group_at(p) != property_group_at(p - 1))
			option_list_note(property_group_at(p)->name);
		option_list_note(name);
	}
}

/* 0, or -EINVAL after a complaint: a word is no name. */
static int check_list(const char *list, bool properties)
{
	const char *word, *rest = list;
	size_t length;

	note_names(properties);
	while ((word = next_word(&rest, &length))) {
		char one[64];
		bool known = false;

		snprintf(one, sizeof(one), "%.*s", (int)length, word);
		for (size_t m = 0; m < inherit_method_count && !properties; m++)
			known |= has_method(one, m);
		for (size_t p = 0; properties && property_at(p); p++)
			known |= has_property(one, p);
		if (!known)
			return option_bad(properties ? "property" : "method", one,
					  properties
						  ? "no property; `spawnscope inherit` shows them, "
						    "with a blank for each -"
						  : "no method; `spawnscope inherit -v` lists "
						    "them");
	}
	return 0;
}

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPTION_PROPERTY:
		o->properties = arg;
		return check_list(arg, true);
	case OPTION_METHOD:
		o->methods = arg;
		return check_list(arg, false);
	case OPTION_JSON:
		o->json = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		complain("inherit takes no argument; --help lists its options");
		return -EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What programs that we start would have of our own caller. Before anything is opened. */
static void find_leaks(struct matrix *x)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;

	while (d && (e = readdir(d))) {
		int fd = atoi(e->d_name), flags = fcntl(fd, F_GETFD);
		struct leak *leak = &x->leaks[x->leak_count];
		ssize_t n;

		if (fd <= STDERR_FILENO || flags < 0 || (flags & FD_CLOEXEC))
			continue;
		if (x->leak_count == LEAKS_MAX) {
			x->leaks_more++;
			continue;
		}
		n = readlinkat(dirfd(d), e->d_name, leak->path, sizeof(leak->path) - 1);
		leak->path[n < 0 ? 0 : n] = '\0';
		leak->fd = fd;
		x->leak_count++;
	}
	if (d)
		closedir(d);
}

static void note_finding(struct finding *f, size_t property, const struct method *m,
			 const struct cell *c)
{
	const struct property *p = property_at(property);

	f->wanted = true;
	f->expected = property_expected(p, m);
	f->mark = property_found(p, m, c);
	memcpy(f->before, c->before, VALUE_MAX);
	memcpy(f->child, c->child, VALUE_MAX);
	memcpy(f->after, c->after, VALUE_MAX);
	memcpy(f->absent, c->absent, VALUE_MAX);
}

/* One trial of each method, with a property that needs nothing: what is refused is not tried again.
 */
static void find_refused(const struct options *o, struct matrix *x, struct cell *c)
{
	for (size_t m = 0; m < inherit_method_count; m++) {
		if (!has_method(o->methods, m))
			continue;
		trial_make(c, 0, &inherit_methods[m]);
		x->refused[m] = c->error;
		if (!x->refused[m])
			continue;
		for (size_t p = 0; p < x->properties; p++)
			if (has_property(o->properties, p))
				note_finding(matrix_at(x, p, m), p, &inherit_methods[m], c);
	}
}

static int examine(const struct options *o, struct matrix *x)
{
	struct cell *c = trial_new();
	struct progress *bar;
	size_t count = 0;

	if (!c)
		return -errno;
	for (size_t i = 0; i < x->properties * inherit_method_count; i++)
		count += has_property(o->properties, i / inherit_method_count) &&
			 has_method(o->methods, i % inherit_method_count);
	bar = progress__new(count, o->quiet, "trials");
	/* What a killed trial leaves becomes ours, to be reaped. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	find_refused(o, x, c);
	for (size_t p = 0; p < x->properties; p++)
		for (size_t m = 0; m < inherit_method_count; m++) {
			if (!has_property(o->properties, p) || !has_method(o->methods, m))
				continue;
			if (!x->refused[m]) {
				trial_make(c, p, &inherit_methods[m]);
				note_finding(matrix_at(x, p, m), p, &inherit_methods[m], c);
			}
			progress__step(bar);
		}
	progress__free(bar);
	trial_free(c);
	return 0;
}

static int print(const struct options *o, const struct matrix *x)
{
	const struct inherit_view view = {
		.colour = say_in_colour(stdout),
		.all = o->verbose,
		.chosen = o->methods,
	};

	return o->json ? inherit_print_json(x, stdout) : inherit_print(x, &view, stdout);
}

int command_inherit(int argc, char **argv)
{
	static const struct argp argp = {option_table, parse_option, NULL, doc, NULL, NULL, NULL};
	static struct matrix x;
	struct options o = {0};
	int err;

	child_look(argc, argv);
	if (option_parse(&argp, argc, argv, &o))
		return EXIT_TROUBLE;
	find_leaks(&x);
	while (property_at(x.properties))
		x.properties++;
	x.findings = calloc(x.properties * inherit_method_count, sizeof(*x.findings));
	x.refused = calloc(inherit_method_count, sizeof(*x.refused));
	err = x.findings && x.refused ? examine(&o, &x) : -ENOMEM;
	if (err) {
		complain("cannot try: %s", strerror(-err));
	} else {
		err = print(&o, &x);
		if (err)
			complain("cannot write to standard output: %s", strerror(-err));
	}
	free(x.findings);
	free(x.refused);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
