// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/lines.h"

#include <inttypes.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/model/birth.h"
#include "user/text/escape.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"
#include "user/text/utf8.h"

#define PARENT_WIDTH 16
#define COMM_WIDTH   8
#define CALL_WIDTH   7

/* Columns before the command, without those that may be missing. */
#define HEAD_WIDTH 43
#define COW_WIDTH  6

/* Where that leaves less for a command, it stands in a second line, from the method on. */
#define COMMAND_WIDTH_MIN 16
#define SECOND_INDENT	  4
#define FIRST_WIDTH	  34 /* up to the child, which ends the first line then */

/* Columns before the command. */
static size_t head_width(const struct lines *l)
{
	return HEAD_WIDTH + (l->no_call ? 0 : CALL_WIDTH + 1) + (l->cow ? COW_WIDTH : 0);
}

static bool takes_two_lines(const struct lines *l)
{
	return l->width && l->width < head_width(l) + COMMAND_WIDTH_MIN;
}

/* Between child and method. */
static void print_middle(const struct lines *l)
{
	if (takes_two_lines(l))
		fprintf(l->out, "\n%*s", SECOND_INDENT, "");
	else
		fputc(' ', l->out);
}

static void print_titles(const struct lines *l)
{
	if (l->no_call)
		layout_print(l->out, 2, "No column CALL: %s", l->no_call);
	fprintf(l->out, "%s%8s  %-16s %7s", l->colour ? "\033[1m" : "", "TIME", "PARENT", "CHILD");
	print_middle(l);
	fprintf(l->out, "%-6s%s%s  %s%s\n", "METHOD", l->no_call ? "" : "    CALL",
		l->cow ? "   COW" : "", "COMMAND", l->colour ? "\033[0m" : "");
}

/* "storm:1234", padded as a terminal shows it. */
static void print_parent(const struct lines *l, const struct birth *b)
{
	char comm[4 * sizeof(b->comm)], text[sizeof(comm) + 16];
	size_t width;

	escape_text(b->comm, comm, sizeof(comm));
	layout_cut(comm, COMM_WIDTH);
	snprintf(text, sizeof(text), "%s:%u", comm, b->life.parent_tgid);
	width = utf8_width(text);
	fprintf(l->out, "%s%*s", text, width < PARENT_WIDTH ? (int)(PARENT_WIDTH - width) : 0, "");
}

/* The command that the child execed, or why there is none. */
static void child_text(const struct birth *b, char *text, size_t size)
{
	const struct life *life = &b->life;
	const char *name;

	if (birth_restarts(b)) {
		snprintf(text, size, "(restarted by a signal)");
		return;
	}
	if (life->result < 0) {
		name = errno_name(-life->result);
		snprintf(text, size, "%s", name ? name : "failed");
		return;
	}
	birth_command(b, text, size);
	if (*text || life->method == CLONE_METHOD_THREAD)
		return;
	name = life->execed && life->exec_result ? errno_name(-life->exec_result) : NULL;
	if (name)
		snprintf(text, size, "(exec: %s)", name);
	else
		snprintf(text, size, life->execed ? "(exec)" : "(no exec)");
}

#define PHASES_INDENT 11

static void print_phases(const struct lines *l, const struct birth *b)
{
	char line[1024] = "";

	for (int p = 0; p < PHASE_COUNT; p++) {
		int64_t ns = phase_ns(&b->life, p);

		if (ns == MISSING)
			continue;
		layout_append(line, sizeof(line), "%s%s %s", *line ? ", " : "", phase_name(p),
			      text_plain_time((double)ns, l->clock).text);
	}
	if (*line) {
		int indent = takes_two_lines(l) ? 2 * SECOND_INDENT : PHASES_INDENT;

		fprintf(l->out, "%*s", indent, "");
		layout_wrap(l->out, indent, indent, line);
	}
}

/* Columns left for the command: COMMAND_LEAST even of a terminal below 40 columns. */
#define COMMAND_LEAST 6

static size_t command_room(const struct lines *l)
{
	size_t head = head_width(l);

	if (!l->width)
		return LINES_COMMAND_MAX;
	if (takes_two_lines(l))
		head = head - FIRST_WIDTH - 1 + SECOND_INDENT;
	return l->width > head + COMMAND_LEAST ? l->width - head : COMMAND_LEAST;
}

static void print_call(const struct lines *l, const struct birth *b)
{
	struct number call = text_plain_time((double)birth_call_ns(b), l->clock);

	if (!l->no_call)
		fprintf(l->out, " %*s%s", CALL_WIDTH - (int)utf8_width(call.text), "", call.text);
}

static void print_cow(const struct lines *l, const struct birth *b)
{
	const int64_t *count = b->life.count;

	if (!l->cow)
		return;
	if (count[COUNT_cow_faults_child] == MISSING || count[COUNT_cow_faults_parent] == MISSING)
		fprintf(l->out, " %5s", "-");
	else
		fprintf(l->out, " %5" PRId64,
			count[COUNT_cow_faults_child] + count[COUNT_cow_faults_parent]);
}

void lines__print(struct lines *l, const struct birth *b)
{
	static char what[8 * (COMMAND_PATH_MAX + COMMAND_ARGS_MAX)];
	bool failed = b->life.result < 0;
	int64_t t = birth_time(b);

	if (!l->titled)
		print_titles(l);
	l->titled = true;
	fprintf(l->out, "%8.3f  ", t == MISSING ? 0.0 : (double)(t - l->start) / 1e9);
	print_parent(l, b);
	if (failed)
		fprintf(l->out, " %7s", "-");
	else
		fprintf(l->out, " %7u", b->life.tid);
	print_middle(l);
	fprintf(l->out, "%-6s", method_name(b->life.method));
	print_call(l, b);
	print_cow(l, b);
	child_text(b, what, sizeof(what));
	layout_cut(what, command_room(l));
	if (l->colour && failed && !birth_restarts(b))
		fprintf(l->out, "  \033[31m%s\033[0m\n", what);
	else
		fprintf(l->out, "  %s\n", what);
	if (l->phases)
		print_phases(l, b);
	fflush(l->out);
}
