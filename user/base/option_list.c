// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/option_list.h"

#include <stdio.h>
#include <string.h>

#include "user/text/strbuf.h"

/* The words of the option that is asked for; NULL: none is. */
static struct strbuf *words;

bool option_list_wanted(int argc, char **argv)
{
	return argc == 2 && !strcmp(argv[1], "--list-options");
}

void option_list_note(const char *word)
{
	if (words)
		strbuf__add(words, "%s%s", words->length ? " " : "", word);
}

static void print(const struct argp *argp, const struct argp_option *o, void *input)
{
	struct argp_state state = {.root_argp = argp, .input = input};
	struct strbuf list = {0};
	char unknown[] = "?";

	words = &list;
	if (o->arg)
		argp->parser(o->key, unknown, &state);
	words = NULL;
	printf("%c\t%s\t%s\t%s\t%s\n", o->key > ' ' && o->key < 0x7f ? o->key : '-', o->name,
	       o->arg ? o->arg : "", strbuf__text(&list), o->doc ? o->doc : "");
	strbuf__free(&list);
}

void option_list_print(const struct argp *argp, void *input)
{
	/* What parsers complain about is not the user's. */
	if (!freopen("/dev/null", "w", stderr))
		return;
	for (const struct argp_option *o = argp->options; o->key || o->name || o->doc; o++)
		if (o->name && !(o->flags & OPTION_HIDDEN))
			print(argp, o, input);
	fflush(stdout);
}
