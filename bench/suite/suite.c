// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/suite/suite.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "bench/shared/text.h"

#define SUITE_SIZE_MAX (1 << 20)

/* inih passes its handler neither line numbers nor the start of a section: the reader counts. */
struct suite_parser {
	const char *rest; /* text not read yet */
	const struct suite_grid *override;
	struct cells *cells;
	struct suite_grid grid; /* the section being read */
	int line, section_line; /* from 1; 0: no section yet */
	int error;		/* the first one */
	int error_line;		/* the line to report */
	int found_line;		/* the line read when it was found */
	struct fault reason;
};

/* Remembers the first error; `reason` is set already. */
static void parser_fail(struct suite_parser *p, int error, int line)
{
	p->error = error;
	p->error_line = line;
	p->found_line = p->line;
}

/* Makes the cells of the section that ends here. */
static void end_section(struct suite_parser *p)
{
	int err;

	if (p->section_line == 0 || p->error != 0)
		return;
	err = cells__expand(p->cells, &p->grid, p->override, &p->reason);
	if (err)
		parser_fail(p, err, p->section_line);
	suite_grid__free(&p->grid);
}

/* inih's reader: returns one line of the text, like fgets. */
static char *read_line(char *buf, int size, void *arg)
{
	struct suite_parser *p = arg;
	size_t length = strcspn(p->rest, "\n");
	const char *line = p->rest;

	if (!*line)
		return NULL;
	p->line++;
	p->rest += length + (p->rest[length] == '\n');
	if (length >= (size_t)size && p->error == 0)
		parser_fail(p,
			    fault__set(&p->reason, -EINVAL,
				       "the line is longer than %d characters; repeat the key on "
				       "another line",
				       size - 1),
			    p->line);
	/* inih would append an indented line to the one before. */
	while (length > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		length--;
	}
	if (*line == '[' && memchr(line, ']', length)) {
		end_section(p);
		p->section_line = p->line;
	}
	if (length >= (size_t)size)
		length = (size_t)size - 1;
	memcpy(buf, line, length);
	buf[length] = '\0';
	return buf;
}

static int handle_key(void *arg, const char *section, const char *key, const char *value)
{
	struct suite_parser *p = arg;
	int err;

	if (p->error != 0)
		return 0;
	if (p->section_line == 0)
		err = fault__set(&p->reason, -EINVAL,
				 "'%.100s' is not in a section; begin with a line like [grid]",
				 key);
	else
		err = suite_grid__add(&p->grid, key, value, &p->reason);
	if (err)
		parser_fail(p, err, p->line);
	return !err;
}

int suite_parse(const char *text, const char *name, const struct suite_grid *override,
		struct cells *cells, struct fault *why)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	bool marked = !strncmp(text, byte_order_mark, strlen(byte_order_mark));
	struct suite_parser p = {
		.rest = marked ? text + strlen(byte_order_mark) : text,
		.override = override,
		.cells = cells,
	};
	int syntax_line, last_line;

	syntax_line = ini_parse_stream(read_line, &p, handle_key, &p);
	last_line = p.line++;
	end_section(&p);
	suite_grid__free(&p.grid);
	/* inih continues after an error and also counts ours: was its own before? */
	if (syntax_line > 0 && (p.error == 0 || syntax_line < p.found_line))
		return fault__set(why, -EINVAL,
				  "%.200s:%d: neither [section] nor key = value nor ; comment",
				  name, syntax_line);
	if (p.error != 0)
		return fault__set(why, p.error, "%.150s:%d: %s", name, p.error_line, p.reason.text);
	if (p.section_line == 0)
		return fault__set(why, -EINVAL,
				  "%.200s:%d: no section; begin with a line like [grid]", name,
				  last_line > 0 ? last_line : 1);
	return 0;
}

static int explain_unknown_suite(const char *name, struct fault *why)
{
	char known[FAULT_MAX / 2] = "";

	for (size_t i = 0; i < builtin_suite_count; i++) {
		strcat(known, builtin_suites[i].name);
		strcat(known, ", ");
	}
	if (strchr(name, '/') || strchr(name, '.'))
		return fault__set(why, -ENOENT, "--suite %.200s: %s", name, strerror(ENOENT));
	return fault__set(why, -ENOENT, "unknown suite '%.200s'; known: %sor a file's path", name,
			  known);
}

static int read_suite_file(const char *path, char **text, struct fault *why)
{
	char *buf = malloc(SUITE_SIZE_MAX + 2);
	ssize_t length;
	int err = 0;

	if (!buf)
		return fault__set(why, -ENOMEM, "out of memory");
	length = text_read(path, buf, SUITE_SIZE_MAX + 2);
	if (length == -ENOENT)
		err = explain_unknown_suite(path, why);
	else if (length == -EFBIG || length > SUITE_SIZE_MAX)
		err = fault__set(why, -EFBIG, "%.200s: a suite has at most 1 MiB", path);
	else if (length < 0)
		err = fault__set(why, (int)length, "%.200s: %s", path, strerror((int)-length));
	else if (strlen(buf) != (size_t)length)
		err = fault__set(why, -EINVAL, "%.200s: not a text file", path);
	if (err)
		free(buf);
	else
		*text = buf;
	return err;
}

int suite_load(const char *name, const struct suite_grid *override, struct cells *cells,
	       struct fault *why)
{
	char *text = NULL;
	int err;

	for (size_t i = 0; i < builtin_suite_count; i++) {
		if (!strcmp(name, builtin_suites[i].name))
			return suite_parse(builtin_suites[i].text, name, override, cells, why);
	}
	err = read_suite_file(name, &text, why);
	if (!err && text)
		err = suite_parse(text, name, override, cells, why);
	free(text);
	return err;
}
