/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stddef.h>

#include "user/model/call_tree.h"
#include "user/model/cell.h"

/* "fork at 64M thp": the cell without its probe set, escaped. Returns buf. */
const char *cell__name(const struct cell *c, char *buf, size_t size);
/* The cell of an anatomy, as far as it is known: its key, which it borrows. */
static inline struct cell call_tree__cell(const struct call_tree *t)
{
	return (struct cell){.key = t->key, .key_count = t->key_count};
}

/* The same of that cell. */
const char *call_tree__cell_name(const struct call_tree *t, char *buf, size_t size);
