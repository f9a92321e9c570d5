/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Probes beside those of the bench, for the suite `overhead`: how much they slow a call. What they
 * record is thrown away.
 */
#pragma once

#include "user/probe/probe.h"

enum beside {
	BESIDE_NONE,
	BESIDE_FLOOR,	    /* empty programs at the points of `phases` */
	BESIDE_LIGHT,	    /* those of `profile -a --detail light`, */
	BESIDE_LIGHT_FLOOR, /* and empty programs at their points */
	BESIDE_COUNT
};

struct beside_probes {
	struct probe *probe[BESIDE_COUNT]; /* NULL: not opened */
};

/* Its value of the axis `trace`: "floor", "light", "light-floor". */
const char *beside_name(enum beside beside);

/* Opens all, with the kind of probes and the ring of `own`. 0, or -errno with a line in `why`. */
int beside__open(struct beside_probes *b, const struct probe_options *own, struct fault *why);

/* Attaches those of one, with this set, and detaches the others. 0 or -errno. */
int beside__attach(struct beside_probes *b, enum beside wanted, enum probe_set set);

/* Makes room in its ring. 0 or -errno. */
int beside__drain(struct beside_probes *b, enum beside beside);

void beside__close(struct beside_probes *b);

/*
 * In the lab: lets process ids begin at 4,097. From there on the kernel's tree of ids is a level
 * deeper, and each birth takes some 400 instructions more, as many as an empty program at each
 * point: samples from before and after are not comparable.
 */
void beside__use_long_ids(void);
