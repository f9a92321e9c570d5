/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside probe: attaches a program to what its section names. */
#pragma once

#include <stddef.h>

#include "user/probe/kernel_offer.h"

struct bpf_link;
struct bpf_object;

/* An attached program; a software event takes one link per CPU. */
struct attachment {
	const char *program;
	struct bpf_link **links;
	size_t count;
};

/* Attaches a->program. 0, or -errno, after which attachment__detach() is due. */
int attachment__attach(struct attachment *a, const struct bpf_object *object,
		       struct kernel_offer *offer);
void attachment__detach(struct attachment *a);
