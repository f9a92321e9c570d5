/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside probe: gives libbpf the BTF id that a program attaches to. By itself libbpf would load the
 * kernel's BTF again and search its 120,000 types once per program, which takes 50 ms.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/probe/kernel_offer.h"

#define PROBE_BTF_HANDLERS 3

struct bpf_object;

/* The BTF name of what a section attaches to; false if it is not attached by BTF id. */
bool probe_btf_name(const char *section, char *name, size_t size);

/*
 * Registers libbpf handlers that look ids up in *offer, for objects opened from here on. *offer may
 * be set later, before they are loaded. 0 or -errno.
 */
int probe_btf_register(struct kernel_offer *const *offer, int handlers[PROBE_BTF_HANDLERS]);
void probe_btf_unregister(int handlers[PROBE_BTF_HANDLERS]);

/* Before loading, once it is known which programs will be. 0 or -errno. */
int probe_btf_set_up(struct bpf_object *object, const struct kernel_offer *offer);
