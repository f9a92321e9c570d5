// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/driver/grid.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/driver/lines.h"

static bool take_runs(char **at, unsigned int *runs)
{
	int64_t n;

	if (!line_take_number(at, &n) || n < 1 || n > UINT_MAX)
		return false;
	*runs = n;
	return true;
}

/* Undoes \xNN, in place; false: it is malformed. */
static bool unescape(char *text)
{
	static const char digits[] = "0123456789abcdef";
	char *to = text;

	for (; *text; text++) {
		const char *high, *low;

		if (*text != '\\') {
			*to++ = *text;
			continue;
		}
		if (text[1] != 'x' || !text[2] || !text[3])
			return false;
		high = strchr(digits, text[2]);
		low = strchr(digits, text[3]);
		if (!high || !low || (high == digits && low == digits))
			return false;
		*to++ = (char)((high - digits) * 16 + (low - digits));
		text += 3;
	}
	*to = '\0';
	return true;
}

static int add_key(struct cell *c, const char *part)
{
	const char *equals = strchr(part, '=');
	char name[64], value[PROTOCOL_LINE_MAX], *end;
	int64_t number;

	if (!equals || equals == part || (size_t)(equals - part) >= sizeof(name))
		return -EPROTO;
	snprintf(name, sizeof(name), "%.*s", (int)(equals - part), part);
	errno = 0;
	number = strtoll(equals + 1, &end, 10);
	if (!errno && end != equals + 1 && !*end)
		return cell__add_key_number(c, name, number);
	snprintf(value, sizeof(value), "%s", equals + 1);
	return unescape(value) ? cell__add_key_text(c, name, value) : -EPROTO;
}

/* Undoes strtok_r up to `rest`, so that an error message can show the line. */
static void join_parts(char *line, const char *rest)
{
	for (; line < rest; line++)
		if (!*line)
			*line = ' ';
}

static int take_cell(struct driver_grid *g, char *line, char *at)
{
	struct cell *c = run__add_cell(&g->run);
	unsigned int *runs = reallocarray(g->cell_runs, g->run.cell_count, sizeof(*runs));
	char *save = NULL;
	int64_t id;
	int err = 0;

	if (runs)
		g->cell_runs = runs;
	if (!c || !runs)
		return -ENOMEM;
	runs += g->run.cell_count - 1;
	*runs = g->runs;
	if (!line_take_number(&at, &id) || id != (int64_t)g->run.cell_count - 1)
		return -EPROTO;
	for (char *part = strtok_r(at, " ", &save); part && !err;
	     part = strtok_r(NULL, " ", &save)) {
		if (strncmp(part, "runs=", 5)) {
			err = add_key(c, part);
		} else {
			part += 5;
			err = take_runs(&part, runs) ? 0 : -EPROTO;
		}
	}
	if (err)
		join_parts(line, save);
	return err;
}

/* "glibc 2.36" or "glibc 2.36 FILE" */
static int take_libc(struct driver_grid *g, const char *text)
{
	const char *version = strchr(text, ' '), *file;

	if (!version || g->libc)
		return -EPROTO;
	file = strchr(version + 1, ' ');
	g->libc = file ? strndup(text, file - text) : strdup(text);
	g->libc_file = file ? strdup(file + 1) : NULL;
	return g->libc && (g->libc_file || !file) ? 0 : -ENOMEM;
}

static int take_seed(struct driver_grid *g, const char *text)
{
	char *end;

	errno = 0;
	g->seed = strtoull(text, &end, 10);
	return errno || *text < '0' || *text > '9' || *end ? -EPROTO : 0;
}

static int take_skip(struct driver_grid *g, char *line)
{
	for (size_t i = 0; i < g->run.cell_count; i++) {
		const char *reason = line_reason(line, "skip", i);

		if (!reason)
			continue;
		free(g->run.cells[i].skipped);
		g->run.cells[i].skipped = strdup(reason);
		return g->run.cells[i].skipped ? 0 : -ENOMEM;
	}
	return -EPROTO;
}

int driver_grid__take(struct driver_grid *g, char *line)
{
	char *at = strchr(line, ' ');

	if (!at)
		return -EPROTO;
	if (!strncmp(line, "runs ", 5))
		return take_runs(&at, &g->runs) ? 0 : -EPROTO;
	if (!strncmp(line, "seed ", 5))
		return take_seed(g, at + 1);
	if (!strncmp(line, "libc ", 5))
		return take_libc(g, at + 1);
	if (!strncmp(line, "cell ", 5))
		return take_cell(g, line, at);
	return take_skip(g, line);
}

void driver_grid__free(struct driver_grid *g)
{
	run__free(&g->run);
	free(g->cell_runs);
	free(g->libc);
	free(g->libc_file);
}
