/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What made a spawn longer or shorter: the sentence of two anatomies. Pure. */
#pragma once

#include "user/analysis/calls/start.h"
#include "user/analysis/calls/tree_diff.h"
#include "user/text/strbuf.h"

/*
 * Adds the cause, escaped. By the stage of the program's own start if that has at least half of the
 * change and the kernel is the same: "2,000 more calls of mmap by main: +1,234,567 instructions".
 * Else by function: "a page, copy_page_range +26 instructions, vm_normal_page +13, pte_write +11".
 */
void cause__say(struct strbuf *s, const struct tree_diff *d, const struct start_diff *starts);

/*
 * Adds the whole answer: "fork at 64M: 1,234,567 -> 1,604,937 instructions a birth, +30.0 %: " and
 * the cause.
 */
void cause__answer(struct strbuf *s, const struct tree_diff *d, const struct start_diff *starts);

/*
 * Pages that a call of the cell copies the entries of, by the size of its parent; 0: none, or the
 * parent is so small that its own pages count.
 */
double cause__pages(const struct call_tree *t);
