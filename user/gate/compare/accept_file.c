// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parses files of accepted changes, which are not trusted: no message repeats what stands there. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user/gate/compare/accept.h"
#include "user/text/layout.h"

#define LINE_LENGTH_MAX 1024
#define LINES_MAX	1000

enum field { FIELD_CELL, FIELD_METRIC, FIELD_UP_TO, FIELD_COMMIT, FIELD_UNTIL, FIELD_WHY, FIELDS };

/* 1; 0 at the end; -errno; or -EINVAL with *fault set: what is wrong with the line. */
static int read_line(FILE *in, char line[LINE_LENGTH_MAX], const char **fault)
{
	size_t n = 0;
	int c;

	while ((c = getc(in)) != EOF && c != '\n') {
		if (n + 1 == LINE_LENGTH_MAX)
			*fault = "is longer than 1023 bytes";
		else if (iscntrl(c) && c != '\t' && c != '\r')
			*fault = "has a control character";
		if (*fault)
			return -EINVAL;
		line[n++] = (char)c;
	}
	line[n] = '\0';
	if (ferror(in))
		return errno ? -errno : -EIO;
	return c == '\n' || n > 0;
}

/* Cuts blanks off both ends. */
static char *trim(char *text)
{
	size_t n;

	text += strspn(text, " \t\r");
	n = strlen(text);
	while (n > 0 && strchr(" \t\r", text[n - 1]))
		text[--n] = '\0';
	return text;
}

/* WHY is the rest of the line, whatever it holds. Returns how many fields there are. */
static int split(char *line, char *fields[FIELDS])
{
	int n = 0;

	while (n < FIELDS && line) {
		char *bar = n < FIELD_WHY ? strchr(line, '|') : NULL;

		if (bar)
			*bar = '\0';
		fields[n++] = trim(line);
		line = bar ? bar + 1 : NULL;
	}
	return n;
}

/* "+25 %", "+0.5%", "+4096" */
static bool parse_up_to(const char *text, struct gate_accept_line *l)
{
	const char *digits = text + (*text == '+'), *rest;
	size_t length = strspn(digits, "0123456789.");
	double value;
	char *end;

	if (!isdigit((unsigned char)*digits) || length > 18)
		return false;
	value = strtod(digits, &end);
	if (end != digits + length || end[-1] == '.')
		return false;
	rest = end + strspn(end, " ");
	l->share = !strcmp(rest, "%") ? value / 100 : NAN;
	l->units = *end ? NAN : value;
	return !*end || !strcmp(rest, "%");
}

static bool is_commit(const char *text)
{
	size_t length = strspn(text, "0123456789abcdefABCDEF");

	return !text[length] && length >= 7 && length <= 64;
}

/* A day that the calendar has, as YYYY-MM-DD. */
static bool is_day(const char *text)
{
	struct tm day = {0}, same;
	char again[16];

	if (strspn(text, "0123456789-") != 10 || text[10] || !strptime(text, "%Y-%m-%d", &day))
		return false;
	same = day;
	timegm(&same);
	return strftime(again, sizeof(again), "%Y-%m-%d", &same) && !strcmp(again, text);
}

/* What is wrong with the fields; NULL: nothing. */
static const char *parse_fields(char *fields[FIELDS], struct gate_accept_line *l)
{
	l->of = metric_by_name(fields[FIELD_METRIC]);
	if (!*fields[FIELD_CELL] || strlen(fields[FIELD_CELL]) >= sizeof(l->cell))
		return "the first field must be a cell, such as 'fork at 64M'";
	if (!l->of)
		return "the second field must be a metric, such as total or ptes_copied";
	if (!parse_up_to(fields[FIELD_UP_TO], l) || strlen(fields[FIELD_UP_TO]) >= sizeof(l->up_to))
		return "the third field must be a change, such as '+25 %' or '+4096' of its units";
	if (!is_commit(fields[FIELD_COMMIT]))
		return "the fourth field must be a commit: 7 to 64 hexadecimal digits";
	if (!is_day(fields[FIELD_UNTIL]))
		return "the fifth field must be the last day that it counts, as YYYY-MM-DD";
	if (!*fields[FIELD_WHY])
		return "the sixth field must say why";
	strcpy(l->cell, fields[FIELD_CELL]);
	strcpy(l->up_to, fields[FIELD_UP_TO]);
	strcpy(l->commit, fields[FIELD_COMMIT]);
	strcpy(l->until, fields[FIELD_UNTIL]);
	layout_append(l->why, sizeof(l->why), "%s", fields[FIELD_WHY]);
	return NULL;
}

/* 0 or -errno; -EINVAL with *fault set. */
static int add_line(struct gate_accept *a, char *text, size_t number, const char **fault)
{
	struct gate_accept_line *v;
	char *fields[FIELDS];

	if (a->count == LINES_MAX)
		*fault = "is one too many: 1000 accepted changes at most";
	else if (split(text, fields) < FIELDS)
		*fault = "must be CELL | METRIC | UP TO | COMMIT | UNTIL | WHY";
	if (*fault)
		return -EINVAL;
	v = reallocarray(a->v, a->count + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	a->v = v;
	v[a->count] = (struct gate_accept_line){.line = number};
	*fault = parse_fields(fields, &v[a->count]);
	for (size_t i = 0; i < a->count && !*fault; i++) {
		if (v[i].of == v[a->count].of && !strcmp(v[i].cell, v[a->count].cell))
			*fault = "accepts what an earlier line accepts: keep one of them";
	}
	a->count++;
	return *fault ? -EINVAL : 0;
}

int gate_accept__read(FILE *in, const char *name, struct gate_accept *a, struct fault *why)
{
	const char *fault = NULL;
	char line[LINE_LENGTH_MAX], *text;
	time_t now = time(NULL);
	size_t number = 0;
	struct tm today;
	int more, err = 0;

	*a = (struct gate_accept){0};
	layout_append(a->name, sizeof(a->name), "%s", name);
	if (gmtime_r(&now, &today))
		strftime(a->today, sizeof(a->today), "%Y-%m-%d", &today);
	do {
		number++;
		more = read_line(in, line, &fault);
		text = more > 0 ? trim(line) : line;
		if (more > 0 && *text && *text != '#')
			err = add_line(a, text, number, &fault);
	} while (more > 0 && !err);
	if (more < 0)
		err = more;
	if (fault)
		fault__set(why, err, "%s: line %zu: %s", name, number, fault);
	else if (err)
		fault__set(why, err, "%s: %s", name, strerror(-err));
	if (err)
		gate_accept__free(a);
	return err;
}

void gate_accept__free(struct gate_accept *a)
{
	free(a->v);
	*a = (struct gate_accept){0};
}
