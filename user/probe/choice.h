/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside probe: chooses the source of each edge and sum by what the kernel offers and by what
 * failed to load or attach.
 */
#pragma once

#include "user/probe/kernel_offer.h"
#include "user/probe/probe.h"

struct bpf_object;

struct probe_choices {
	const struct probe_options *options;
	char refusal[SOURCES_MAX][SOURCE_REFUSAL_MAX]; /* "": the row is usable */
	struct source_choice choice[PROBE_SET_COUNT];  /* none for PROBE_SET_NONE */
	char no_stalls[SOURCE_REFUSAL_MAX];	       /* "": options->stalls works */
};

/* Rules rows out where that is known without trying them. */
void choices__judge(struct probe_choices *c, const struct kernel_offer *offer,
		    const struct bpf_object *object);

/* Takes the first usable row of each edge and sum; PROBE_SET_ALL prefers probes to the driver. */
void choices__choose(struct probe_choices *c, enum probe_set set);

/*
 * Rules out every chosen row that needs the program. False if there is none, or if `err` is not the
 * program's fault: no file descriptor left.
 */
bool choices__refuse(struct probe_choices *c, const char *program, const char *what, int err);

/*
 * Why a profile would record no birth: nothing in the kernel shows a new child to its programs, or
 * the end of the call that made it. NULL: it would.
 */
const char *choices__no_births(const struct probe_choices *c);

/* Whether a row is chosen for any set. */
bool choices__have(const struct probe_choices *c, const struct source *row);

/* The set whose records count: a profile's own; in a bench the one in which times are taken. */
enum probe_set choices__main_set(const struct probe_choices *c);

/*
 * The tolls of a profile with this set, of what a bench has found out: what both use was tried,
 * what only a profile uses is judged. 0 or -errno.
 */
int choices__profile_tolls(const struct probe_choices *c, const struct kernel_offer *offer,
			   const struct bpf_object *object, enum probe_set set,
			   unsigned int *tolls);

bool choice__has(const struct source_choice *c, const struct source *row);

/* Whether something in the kernel marks the edge while the set is attached. */
bool choice__marks(const struct source_choice *c, enum edge e);

/* What records the waits of others; ends with NULL. */
extern const char *const stall_programs[];

bool source_has_program(const struct source *row, const char *program);
