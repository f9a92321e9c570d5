/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Call trees for tests, written as text. A line is a node: as many blanks as it has nodes above it,
 * its kind (c call, s syscall, e exception, i interrupt, g signal), module, name, calls, and
 * instructions of its own. A line "=PART" begins a part. Totals are added up.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/model/call_tree.h"

#define TREES_DEPTH 32

static const char trees_kinds[] = "?cseig";

static inline struct call_node trees_root(const char *part)
{
	struct call_node n = {.name = "", .module = "", .parent = CALL_NO_PARENT};

	int found = call_part_by_name(part);

	if (found < 0)
		fail_msg("no part '%s'", part);
	n.part = (enum call_part)found;
	n.name = call_part_name(n.part);
	return n;
}

static inline struct call_node trees_node(const char *line)
{
	char kind, module[64], name[64];
	long long calls, own;
	const char *found;

	if (sscanf(line, " %c %63s %63s %lld %lld", &kind, module, name, &calls, &own) != 5)
		fail_msg("no node: '%s'", line);
	found = strchr(trees_kinds, kind);
	assert_non_null(found);
	return (struct call_node){
		.name = strdup(name),
		.module = strdup(module),
		.kind = (enum call_kind)(found - trees_kinds),
		.calls = calls,
		.own = own,
		.total = own,
	};
}

static inline struct call_tree trees_of(const char *text)
{
	struct call_tree t = {.births = 20};
	size_t above[TREES_DEPTH] = {0};
	char *copy = strdup(text), *rest = copy, *line;

	while ((line = strsep(&rest, "\n"))) {
		size_t depth = strspn(line, " ");
		struct call_node n;

		if (!line[depth])
			continue;
		assert_true(depth < TREES_DEPTH);
		n = *line == '=' ? trees_root(line + 1) : trees_node(line);
		if (*line != '=' && t.nodes) {
			n.parent = above[depth - 1];
			n.part = t.nodes[n.parent].part;
		}
		t.nodes = reallocarray(t.nodes, t.node_count + 1, sizeof(*t.nodes));
		assert_non_null(t.nodes);
		above[depth] = t.node_count;
		t.nodes[t.node_count++] = n;
	}
	for (size_t i = t.node_count; i-- > 0;) {
		if (t.nodes[i].parent != CALL_NO_PARENT)
			t.nodes[t.nodes[i].parent].total += t.nodes[i].total;
	}
	free(copy);
	return t;
}

static inline void trees_free(struct call_tree *t)
{
	for (size_t i = 0; i < t->node_count; i++) {
		if (t->nodes[i].kind == CALL_ROOT)
			continue;
		free((char *)t->nodes[i].name);
		free((char *)t->nodes[i].module);
	}
	free(t->nodes);
	*t = (struct call_tree){0};
}
