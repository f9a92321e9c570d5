// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/driver/programs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/parent/subject.h"
#include "bench/shared/protocol.h"
#include "bench/shared/text.h"

#define CHILD_NAME "spawnscope-child"

/* The child program beside this one. malloc'ed, or NULL. */
static char *default_child_path(const struct loader *loader)
{
	char self[PATH_MAX];
	ssize_t length;
	char *path, *slash;

	if (loader->path[0]) /* /proc/self/exe is then the loader */
		length = snprintf(self, sizeof(self), "%s", program_invocation_name);
	else
		length = readlink("/proc/self/exe", self, sizeof(self));
	if (length <= 0 || (size_t)length >= sizeof(self))
		return NULL;
	self[length] = '\0';
	slash = strrchr(self, '/');
	if (!slash || asprintf(&path, "%.*s/%s", (int)(slash - self), self, CHILD_NAME) < 0)
		return NULL;
	return path;
}

/*
 * A shell would search for a bare name in PATH, execve would not: the path becomes absolute. A link
 * stays one, since programs of many names look at theirs. malloc'ed, or NULL.
 */
static char *make_absolute(const char *path)
{
	char *here, *absolute;

	if (*path == '/')
		return strdup(path);
	here = getcwd(NULL, 0);
	if (!here || asprintf(&absolute, "%s/%s", here, path) < 0)
		absolute = NULL;
	free(here);
	return absolute;
}

static int check_file(const struct program *program, const char *given, struct fault *why)
{
	struct stat status;
	int err = 0;

	if (!program->path || stat(program->path, &status) != 0 || access(program->path, X_OK) != 0)
		err = -errno;
	else if (!S_ISREG(status.st_mode))
		err = -EACCES;
	if (err)
		fault__set(why, err,
			   program->silent ? "%s%.300s: %s"
					   : "%s%.300s: %s; build it, or use --child PATH",
			   !program->silent	? ""
			   : program->arguments ? "-- "
						: "--program ",
			   given, strerror(-err));
	return err;
}

static int check_arguments(const struct program *program, struct fault *why)
{
	size_t bytes = 0;

	for (char *const *word = program->arguments; word && *word; word++)
		bytes += strlen(*word) + 1;
	if (bytes > SUBJECT_WORDS_MAX)
		return fault__set(
			why, -E2BIG,
			"-- %.100s: its arguments take %zu bytes; at most %d are possible",
			program->path, bytes, SUBJECT_WORDS_MAX);
	return 0;
}

/* Appends a word as a shell reads it: quoted only where that is needed. 0 or -ENAMETOOLONG. */
static int add_word(char *name, size_t size, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_-+=./,:@%^";
	size_t used = strlen(name);

	if (used && used + 1 < size)
		name[used++] = ' ';
	if (!*word || word[strspn(word, plain)])
		return text_shell_quote(word, name + used, size - used);
	return (size_t)snprintf(name + used, size - used, "%s", word) < size - used ? 0
										    : -ENAMETOOLONG;
}

/* Names the last program, or drops it if one before has its name. */
static int name_last(struct programs *p, struct fault *why)
{
	const struct program *program = &p->v[p->n - 1];
	/* In a line of the protocol each byte may take four, and other axes need room, too. */
	char name[PROTOCOL_LINE_MAX / 5] = "";
	int err = add_word(name, sizeof(name), program->path);

	for (char *const *word = program->arguments; word && *word && !err; word++)
		err = add_word(name, sizeof(name), *word);
	if (err)
		return fault__set(why, err,
				  "%.100s...: where programs are compared, each with its arguments "
				  "may take %zu bytes",
				  program->path, sizeof(name) - 1);
	for (size_t i = 0; i + 1 < p->n; i++) {
		if (!strcmp(p->names[i], name)) {
			free(p->v[--p->n].path);
			return 0;
		}
	}
	p->names[p->n - 1] = strdup(name);
	return p->names[p->n - 1] ? 0 : fault__set(why, -ENOMEM, "out of memory");
}

/* Adds the program at `given`; NULL: spawnscope-child, where it is. */
static int add(struct programs *p, const char *given, struct program program, bool exec,
	       struct fault *why)
{
	struct program *to = &p->v[p->n++];
	int err;

	*to = program;
	if (!exec) {
		to->path = strdup("");
		return to->path ? 0 : fault__set(why, -ENOMEM, "out of memory");
	}
	to->path = given ? make_absolute(given) : NULL;
	err = check_file(to, given, why);
	return err ? err : check_arguments(to, why);
}

static int add_child(struct programs *p, const struct bench_driver_options *options, bool exec,
		     struct fault *why)
{
	char *path = options->child_path ? strdup(options->child_path)
					 : default_child_path(&options->loader);
	int err;

	if (!path)
		return fault__set(
			why, -ENOENT,
			"/proc/self/exe cannot be read: mount /proc, or use --child PATH");
	err = add(p, path, (struct program){.copy = options->copy}, exec || options->child_path,
		  why);
	free(path);
	return err;
}

int programs__find(struct programs *p, const struct bench_driver_options *options, bool exec,
		   struct fault *why)
{
	size_t n = options->program_count + (options->command != NULL);
	int err = 0;

	*p = (struct programs){
		.v = calloc(n + 1, sizeof(*p->v)),
		.names = calloc(n + 1, sizeof(*p->names)),
	};
	if (!p->v || !p->names)
		return fault__set(why, -ENOMEM, "out of memory");
	if (n == 0)
		return add_child(p, options, exec, why);
	if (!exec)
		return fault__set(
			why, -EINVAL,
			"--program: none of the methods execs a program; choose one that does, "
			"such as fork-exec or posix_spawn");
	if (n > 1 && options->copy)
		return fault__set(why, -EINVAL, "--copy: of one program only");
	for (size_t i = 0; i < n && !err; i++) {
		bool is_command = i == options->program_count;
		struct program program = {.silent = true, .copy = options->copy};

		if (is_command)
			program.arguments = options->command + 1;
		err = add(p, is_command ? options->command[0] : options->programs[i], program, true,
			  why);
		if (!err && n > 1)
			err = name_last(p, why);
	}
	return err;
}

void programs__free(struct programs *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].path);
		free(p->names[i]);
	}
	free(p->v);
	free(p->names);
	*p = (struct programs){0};
}
