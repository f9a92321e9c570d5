/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside probe: attaching a program to what its section names. */
#ifndef SPAWNSCOPE_PROBE_ATTACH_H
#define SPAWNSCOPE_PROBE_ATTACH_H

#include <stddef.h>

#include "user/probe/kernel_offer.h"

struct bpf_link;
struct bpf_object;

/* A program that is attached; a software event takes one link per CPU. */
struct attachment {
	const char *program;
	struct bpf_link **links;
	size_t count;
};

/* Of the program that it names. 0, or -errno: then some links may be there, to be undone. */
int attachment__make(struct attachment *a, const struct bpf_object *object,
		     struct kernel_offer *offer);
void attachment__undo(struct attachment *a);

#endif
