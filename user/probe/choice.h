/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside probe: which source marks each edge and sum, by what the kernel offers and what has
 * failed.
 */
#ifndef SPAWNSCOPE_PROBE_CHOICE_H
#define SPAWNSCOPE_PROBE_CHOICE_H

#include "user/probe/kernel_offer.h"
#include "user/probe/probe.h"

struct bpf_object;

struct probe_choices {
	const struct probe_options *options;
	char refusal[SOURCES_MAX][160];		      /* "": the row is usable */
	struct source_choice choice[PROBE_SET_COUNT]; /* none for PROBE_SET_NONE */
};

/* What can be said of the rows before trying them. */
void choices__judge(struct probe_choices *c, const struct kernel_offer *offer,
		    const struct bpf_object *object);

/* The first usable row for each edge and sum; of the full set, first of those in the kernel. */
void choices__choose(struct probe_choices *c, enum probe_set set);

/*
 * Rules out every chosen row that needs the program; false if there is none, or if the fault is not
 * the program's: too few descriptors.
 */
bool choices__refuse(struct probe_choices *c, const char *program, const char *what, int err);

/* Whether a row is chosen for any set. */
bool choices__have(const struct probe_choices *c, const struct source *row);

/* The set that records are made for: of a bench's, that in which times are taken. */
enum probe_set choices__main_set(const struct probe_choices *c);

bool choice__has(const struct source_choice *c, const struct source *row);

/* Whether something in the kernel marks the edge while the set is attached. */
bool choice__marks(const struct source_choice *c, enum edge e);

bool source_has_program(const struct source *row, const char *program);

#endif
