/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Many texts, of which most are equal: each is kept once. Open addressing. */
#pragma once

#include <stddef.h>

struct name_set {
	char **v; /* NULL: free */
	size_t n, cap;
};

/* The kept text that is equal to this one; the same pointer for equal texts. NULL: out of memory.
 */
const char *name_set__keep(struct name_set *s, const char *text);
void name_set__free(struct name_set *s); /* frees what s holds */
