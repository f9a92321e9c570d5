/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Both readers of births on one line: what the fast one takes, the other takes, and as the same. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "user/model/birth.h"
#include "user/store/birth_line.h"
#include "user/store/fast_birth.h"

static inline bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static inline bool same_life(const struct life *a, const struct life *b)
{
	return a->tid == b->tid && a->parent_tgid == b->parent_tgid &&
	       a->clone_flags == b->clone_flags && a->method == b->method &&
	       a->result == b->result && a->born == b->born && a->execed == b->execed &&
	       a->dead == b->dead && a->exec_result == b->exec_result &&
	       !memcmp(a->edge, b->edge, sizeof(a->edge)) &&
	       !memcmp(a->sum, b->sum, sizeof(a->sum)) &&
	       !memcmp(a->count, b->count, sizeof(a->count));
}

static inline bool same_stack(const struct stack *a, const struct stack *b)
{
	return a && b ? a->count == b->count && a->libc == b->libc && !strcmp(a->all, b->all) &&
				!strcmp(a->frames, b->frames)
		      : a == b;
}

static inline bool same_birth(const struct birth *a, const struct birth *b)
{
	return same_life(&a->life, &b->life) && a->child_tgid == b->child_tgid &&
	       a->parent_tid == b->parent_tid && a->uid == b->uid && a->cgroup == b->cgroup &&
	       !strcmp(a->comm, b->comm) && !strcmp(a->exe, b->exe) &&
	       same_text(a->path, b->path) && a->args_bytes == b->args_bytes &&
	       a->args_total == b->args_total && !a->args == !b->args &&
	       (!a->args || !memcmp(a->args, b->args, a->args_bytes + 1)) &&
	       same_stack(a->stack, b->stack);
}

enum taken { LEFT_ALONE, TAKEN, DIFFERS };

/* `text` need not end with a zero byte. */
static inline enum taken both_readers(const char *text, size_t len)
{
	char *exact = malloc(len ? len : 1); /* so that a sanitizer sees what is read beyond */
	struct stack_table fast_stacks = {NULL, 0}, slow_stacks = {NULL, 0};
	struct birth fast, slow;
	struct reason why = {"", NULL};
	enum taken taken = DIFFERS;
	bool same;
	json_t *line;

	memcpy(exact, text, len);
	if (!store_scan_birth(exact, len, &fast_stacks, &fast)) {
		if (fast_stacks.n)
			abort();
		free(exact);
		return LEFT_ALONE;
	}
	line = json_loadb(exact, len, JSON_REJECT_DUPLICATES, NULL);
	same = same_text(json_string_value(json_object_get(line, "type")), "birth");
	if (same && store_decode_birth(line, &slow, &why) == 0) {
		if (store_decode_stack(line, &slow_stacks, &slow, &why) == 0 &&
		    same_birth(&fast, &slow))
			taken = TAKEN;
		birth__free(&slow);
	}
	birth__free(&fast);
	stack_table__free(&fast_stacks);
	stack_table__free(&slow_stacks);
	json_decref(line);
	free(exact);
	return taken;
}
