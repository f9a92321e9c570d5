/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an anatomy shows, in sentences. Pure. */
#pragma once

#include "user/model/call_tree.h"
#include "user/text/strbuf.h"

/*
 * Adds the answer, escaped: "fork at 64M executes 9.12 M instructions on
 * Linux 6.1.0-57-cloud-amd64: 46 % in copy_page_range, 15 % in vm_normal_page, 11 % in
 * _compound_head".
 */
void anatomy__answer(struct strbuf *s, const struct call_tree *t);

/* "A birth executes 11.2 M in all: call 81 %, exit 14 %, child 4 %" */
void anatomy__parts(struct strbuf *s, const struct call_tree *t);

/*
 * By how much the caller's clock has more: interrupts, and others that had the CPU. `call` is the
 * median of the cell's samples, NAN if not known. Nothing below 1 %.
 */
void anatomy__meanwhile(struct strbuf *s, const struct call_tree *t, double call);

/* What the copy of the address space takes a page; nothing if the birth copies none. */
void anatomy__copy(struct strbuf *s, const struct call_tree *t);

/* How much has no name, and what would give it one; nothing below 1 % of the birth. */
void anatomy__unresolved(struct strbuf *s, const struct call_tree *t);

/* The root of a part; NULL: the tree has none. */
const struct call_node *anatomy__root(const struct call_tree *t, enum call_part part);

/* Instructions of a birth: without interrupts and other tasks. */
int64_t anatomy__birth(const struct call_tree *t);

/* "46 %"; "0.3 %" of what is small. */
void anatomy__add_share(struct strbuf *s, int64_t part, int64_t whole);
