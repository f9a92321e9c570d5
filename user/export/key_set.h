/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A set of numbers. Open addressing. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct key_set {
	uint64_t *v; /* 0: free */
	size_t n, cap;
};

/* Adds a key, which is not 0. 1, 0 if it is there already, or -ENOMEM. */
int key_set__add(struct key_set *s, uint64_t key);
void key_set__free(struct key_set *s);
