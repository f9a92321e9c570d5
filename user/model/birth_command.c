// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/birth_command.h"

#include <string.h>

#include "user/text/escape.h"
#include "user/text/wrap.h"

static void append_argument(char *text, size_t size, const char *argument)
{
	char shown[4 * COMMAND_ARGS_MAX + 1];
	bool quote = !*argument || strpbrk(argument, " '\"$&|;<>()*?") != NULL;

	escape_text(argument, shown, sizeof(shown));
	layout_append(text, size, quote ? "%s'%s'" : "%s%s", *text ? " " : "", shown);
}

/* For a script, the kernel puts the interpreter before the script's path in argv. */
static bool is_script(const struct birth *b)
{
	for (size_t at = 0; at < b->args_bytes; at += strlen(b->args + at) + 1)
		if (at && !strcmp(b->args + at, b->path))
			return true;
	return false;
}

void birth_command(const struct birth *b, char *text, size_t size)
{
	char path[4 * COMMAND_PATH_MAX + 1];
	bool first;

	text[0] = '\0';
	if (!b->path)
		return;
	first = !is_script(b);
	escape_text(b->path, path, sizeof(path));
	if (first)
		layout_append(text, size, "%s", path);
	for (size_t at = 0; at < b->args_bytes; at += strlen(b->args + at) + 1) {
		if (!first)
			append_argument(text, size, b->args + at);
		first = false;
	}
	if (b->args_total > b->args_bytes)
		layout_append(text, size, " ..");
}
