/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --tree: the processes of a profile with their parents, drawn at the end. */
#pragma once

#include <stdio.h>

#include "user/model/birth.h"

/* Processes that are drawn; further ones are only counted. */
#define TREE_MAX 10000

struct tree_node;

struct tree {
	struct tree_node *v;
	size_t n;
	size_t left_out;
};

/* Adds a birth that is over, unless it is a thread or failed. 0 or -ENOMEM. */
int tree__add(struct tree *t, const struct birth *b);
/*
 * No line wider than layout_width(). Rows for whose depth a line has no room begin with how many
 * levels are missing: "+2 ".
 */
void tree__print(struct tree *t, const char *clock, FILE *out);
void tree__free(struct tree *t);
