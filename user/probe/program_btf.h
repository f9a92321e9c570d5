/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside probe: how libbpf loads and attaches programs: by BTF ids that we look up. By itself
 * libbpf would load the kernel's BTF again and search its 120,000 types once per program, which
 * takes 50 ms.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/probe/kernel_offer.h"

struct bpf_object;

/* A function of the kernel that programs call, by CAST_CALL. */
#define CAST_FUNCTION "bpf_rdonly_cast"

/* The BTF name of what a section attaches to; false if it is not attached by BTF id. */
bool probe_btf_name(const char *section, char *name, size_t size);

/*
 * Registers libbpf's handlers, for objects opened from here on; each probe does, and undoes it. 0
 * or -errno.
 */
int probe_btf_register(void);
void probe_btf_unregister(void);

/*
 * Right before loading, once it is known which programs will be. `empty`: they do nothing. `casts`:
 * they call CAST_FUNCTION. 0 or -errno.
 */
int probe_btf_set_up(struct bpf_object *object, const struct kernel_offer *offer, bool empty,
		     bool casts);
