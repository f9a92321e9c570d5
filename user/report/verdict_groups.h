/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Metrics of a verdict that say the same of several cells, as one. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct verdict_group {
	const json_t *worst; /* the first in the verdict's order */
	size_t rows;
	double least, most; /* the changes of all its rows: 0.25 is +25 %; NAN: not known */
	bool gates;
	bool plain; /* no news: the same on both sides, or it does not gate and has not moved */
};

/*
 * Puts metrics of one name, probe set, verdict and direction together: what decides first, then
 * what moved but does not gate, then what is plain. `*groups` is to be freed. Their number, or
 * -ENOMEM.
 */
int verdict_groups(const json_t *verdict, struct verdict_group **groups);

/* Of so many groups those that a reader needs: at most ten, and nothing plain that does not gate.
 */
size_t verdict_groups_shown(const struct verdict_group *groups, size_t n);
