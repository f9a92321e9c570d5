// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/source_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "user/model/phase.h"

/* Another row has the same for most kernels. */
static bool is_variant(const struct source *row)
{
	return row->never_skipped || row->without;
}

/* Says why an edge or sum has no source, in one line. */
static void explain(const struct source_choice *choice, int edge, int sum, char *text, size_t size)
{
	bool tracepoint = false;
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < source_count && used < size; i++) {
		const struct source *row = &sources[i];

		if (row->edge != edge || row->sum != sum || (row->of_profile && !choice->profile))
			continue;
		tracepoint |= row->kind == SOURCE_TRACEPOINT;
		if (!choice->refusal[i][0]) {
			/* It works, so this set leaves it out for its cost. */
			if (choice->profile && row->toll)
				snprintf(text, size,
					 "%s:%s would slow down %s of all tasks: see --detail",
					 source_kind_name(row->kind), row->name,
					 toll_where(row->toll));
			else
				snprintf(text, size, "too expensive while times are taken: see %s",
					 choice->profile ? "--detail" : "trace=all");
			return;
		}
		if (is_variant(row))
			continue;
		used += snprintf(text + used, size - used, "%s%s %s", used ? "; " : "",
				 source_kind_name(row->kind), choice->refusal[i]);
	}
	if (!tracepoint && used < size)
		snprintf(text + used, size - used, "%sno tracepoint marks it", used ? "; " : "");
}

int source_of_phase(const struct source_choice *choice, enum phase phase, uint64_t clone_flags,
		    char *text, size_t size)
{
	const struct phase_model *m = &phase_models[phase];
	const struct source *from, *to;
	enum edge end;

	if (m->sum >= 0) {
		from = choice->sums[m->sum];
		if (!from) {
			explain(choice, -1, m->sum, text, size);
			return -ENOENT;
		}
		snprintf(text, size, "%s:%s", source_kind_name(from->kind), from->name);
		return 0;
	}
	end = phase_end(phase, clone_flags);
	from = choice->edges[m->from];
	to = choice->edges[end];
	if (!from || !to) {
		explain(choice, from ? end : m->from, -1, text, size);
		return -ENOENT;
	}
	if (from->kind != to->kind)
		snprintf(text, size, "%s:%s..%s:%s", source_kind_name(from->kind), from->name,
			 source_kind_name(to->kind), to->name);
	else if (strcmp(from->name, to->name))
		snprintf(text, size, "%s:%s..%s", source_kind_name(from->kind), from->name,
			 to->name);
	else
		snprintf(text, size, "%s:%s", source_kind_name(from->kind), from->name);
	return 0;
}

int source_of_failures(const struct source_choice *choice, char *text, size_t size)
{
	const struct source *from = choice->edges[EDGE_clone_enter];
	const struct source *to = choice->edges[EDGE_clone_return];

	if (!from || !to) {
		explain(choice, from ? EDGE_clone_return : EDGE_clone_enter, -1, text, size);
		return -ENOENT;
	}
	if (to->kind == SOURCE_KPROBE) {
		snprintf(text, size, "only calls that succeed reach %s; see --detail", to->name);
		return -ENOENT;
	}
	snprintf(text, size, "%s:%s", source_kind_name(to->kind), to->name);
	return 0;
}
