/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A birth that is read from its text is the same as by way of jansson. */
#pragma once

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/birth.h"
#include "user/model/phase.h"
#include "user/store/birth_reader.h"

static inline bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static inline bool same_syscalls(const struct life *a, const struct life *b)
{
	return a->count[COUNT_child_syscalls] == MISSING ||
	       (a->other_syscalls == b->other_syscalls &&
		!memcmp(a->syscall, b->syscall, sizeof(a->syscall)));
}

static inline bool same_life(const struct life *a, const struct life *b)
{
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (phase_ns(a, p) != phase_ns(b, p))
			return false;
	}
	return a->tid == b->tid && a->parent_tgid == b->parent_tgid &&
	       a->clone_flags == b->clone_flags && a->method == b->method &&
	       a->result == b->result && a->born == b->born && a->execed == b->execed &&
	       a->stall_ns == b->stall_ns && a->stall_sum_ns == b->stall_sum_ns &&
	       a->dead == b->dead && a->exec_result == b->exec_result &&
	       !memcmp(a->edge, b->edge, sizeof(a->edge)) &&
	       !memcmp(a->sum, b->sum, sizeof(a->sum)) &&
	       !memcmp(a->count, b->count, sizeof(a->count)) && same_syscalls(a, b);
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

enum taken { LEFT_ALONE, REFUSED, TAKEN, DIFFERS };

/* `text` need not end with a zero byte. `why` gets the reason if it is refused. */
static inline enum taken both_ways(const char *text, size_t len, struct reason *why)
{
	char *exact = malloc(len + 1); /* so that a sanitizer sees what is read beyond */
	struct stack_table stacks = {0}, again_stacks = {0};
	struct birth b, again;
	struct reason again_why = {0};
	enum taken taken = LEFT_ALONE;
	json_t *line;
	int err;

	memcpy(exact, text, len);
	exact[len] = '\0';
	err = store_scan_birth(exact, len, &stacks, &b, why);
	if (err != -EAGAIN) {
		line = json_loadb(exact, len, JSON_REJECT_DUPLICATES, NULL);
		taken = err ? REFUSED : TAKEN;
		if (!same_text(json_string_value(json_object_get(line, "type")), "birth") ||
		    store_decode_birth(line, &again_stacks, &again, &again_why) != err ||
		    (err ? strcmp(why->text, again_why.text) : !same_birth(&b, &again)))
			taken = DIFFERS;
		if (!err) {
			birth__free(&b);
			birth__free(&again);
		}
		json_decref(line);
	}
	if (taken != TAKEN && stacks.n)
		abort();
	stack_table__free(&stacks);
	stack_table__free(&again_stacks);
	free(exact);
	return taken;
}
