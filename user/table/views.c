// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The option --show of the commands that print a run: which tables stand before the answer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/table/part.h"
#include "user/table/table.h"

/* In the order that they are printed. A new one is a line. */
const struct table_view table_views[] = {
	{{"latency", "of a bench: quantiles of the call, and intervals"}, {table_latency}, {0}},
	{{"phases", "of the call and of the child"},
	 {table_call, table_child},
	 {table_profile_phases, table_profile_totals}},
	{{"stall", "what the parent's other threads waited"}, {table_stall}, {table_profile_stall}},
	{{"parents", "of a profile: the parents' memory, threads and files"},
	 {0},
	 {table_profile_parents}},
	{{"cow", "page tables copied and copy-on-write faults"},
	 {table_pages, table_cow},
	 {table_profile_cow}},
	{{"syscalls", "those of children until their exec, if --syscalls counted them"},
	 {table_syscalls},
	 {table_profile_syscalls}},
	{{"tracing", "of a bench: what the probes cost"},
	 {table_tracing_cost, table_overhead},
	 {0}},
	{{"sources", "where each phase comes from, or why it was not measured"},
	 {table_sources, table_births},
	 {table_profile_sources}},
	{{"failures", "of a bench: what was skipped or failed"}, {table_unmeasured}, {0}},
	{{NULL, NULL}, {0}, {0}},
};

#define VIEW_COUNT (sizeof(table_views) / sizeof(table_views[0]) - 1)

const struct option_value *table_view_value(size_t i)
{
	static const struct option_value all = {"all", "all of them"};

	return i < VIEW_COUNT ? &table_views[i].value : i == VIEW_COUNT ? &all : NULL;
}

char *table_views_help(void)
{
	char *values = option_values_help(table_view_value), *help = NULL;

	if (values &&
	    asprintf(&help, "print more tables before the summary, a list of %s", values) < 0)
		help = NULL;
	free(values);
	return help;
}

int table_views_option(const char *list, unsigned int *chosen)
{
	char *copy = strdup(list), *rest = copy, *name;
	int which = copy ? 0 : -ENOMEM;

	while (which >= 0 && (name = strsep(&rest, ","))) {
		which = option_value("show", name, table_view_value);
		if (which >= 0)
			*chosen |= which == VIEW_COUNT ? TABLE_VIEWS_ALL : 1u << which;
	}
	free(copy);
	return which < 0 ? which : 0;
}

bool table_views_name_syscalls(unsigned int chosen)
{
	unsigned int syscalls = 0;

	return chosen != TABLE_VIEWS_ALL && !table_views_option("syscalls", &syscalls) &&
	       chosen & syscalls;
}
