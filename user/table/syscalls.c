// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What children did before their exec: how many system calls, and which. */
#include "user/model/syscalls.h"
#include "user/analysis/stats.h"
#include "user/table/part.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"

/* Kinds that a row names. */
#define KINDS 3

static const char title[] = "System calls of a child until its exec (on average)";
/* A bench takes its times in other samples. */
static const char title_of_profile[] = "System calls of a child until its exec (on average); "
				       "counting them made PRE_EXEC longer";

static void head(struct columns *s)
{
	columns__head(s, COLUMNS_RIGHT, "N", "SYSCALLS", NULL);
	columns__head(s, 0, "MOST OFTEN", NULL);
}

/* "122 rt_sigaction, 2 rt_sigprocmask, 1 other", for one child: together its SYSCALLS. */
static void add_kinds(struct columns *s, struct syscalls calls, double children)
{
	struct strbuf text = {0};
	char name[SYSCALL_NAME_MAX];
	int64_t rest = calls.others;
	size_t shown = calls.kinds < KINDS ? calls.kinds : KINDS;

	syscalls__sort(&calls);
	for (size_t i = 0; i < shown; i++)
		strbuf__add(&text, "%s%s %s", i ? ", " : "",
			    text_count((double)calls.kind[i].n / children).text,
			    syscall_name(calls.kind[i].nr, name));
	for (size_t i = shown; i < calls.kinds; i++)
		rest += calls.kind[i].n;
	if (rest)
		strbuf__add(&text, ", %s other", text_count((double)rest / children).text);
	columns__add(s, "%s", text.length ? strbuf__text(&text) : "-");
	strbuf__free(&text);
}

static void add(struct columns *s, const struct syscalls *calls, double children, double sum)
{
	columns__add_number(s, children);
	columns__add(s, "%s", text_count(sum / children).text);
	add_kinds(s, *calls, children);
}

int table_syscalls(const struct table *t)
{
	struct columns *s = table_sheet(t);
	const struct row *before = NULL;

	head(s);
	for (size_t i = 0; i < t->full.n; i++) {
		const struct cell *c = t->full.v[i].cell;
		const struct series *count = &c->counts[COUNT_child_syscalls];

		if (!series__any(count))
			continue;
		table_add_labels(t, s, &t->full.v[i], before);
		before = &t->full.v[i];
		add(s, c->syscalls, (double)stats_count(count), stats_sum(count));
	}
	return columns__finish(s, title, t->out, t->colour);
}

int table_profile_syscalls(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = table_profile_sheet(sum);
	const struct group *g;

	head(s);
	for (size_t i = 0; (g = table_profile_group(sum, i)); i++) {
		const struct sketch *count = &g->count[COUNT_child_syscalls];

		if (!count->n)
			continue;
		table_add_profile_labels(sum, s, g);
		add(s, &g->syscalls, (double)count->n, count->sum);
	}
	if (sum->syscalls && !sum->groups->all.count[COUNT_child_syscalls].n)
		layout_print(out, 2, "No child has execed, so no system calls are counted.");
	return columns__finish(s, title_of_profile, out, colour);
}
