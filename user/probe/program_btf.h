/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside probe: which type of the kernel's a program attaches to. libbpf would read all 120,000 of
 * them to find out, which the kernel's offer knows already.
 */
#ifndef SPAWNSCOPE_PROBE_BTF_H
#define SPAWNSCOPE_PROBE_BTF_H

#include <stdbool.h>
#include <stddef.h>

#include "user/probe/kernel_offer.h"

#define PROBE_BTF_HANDLERS 3

struct bpf_object;

/* The name under which BTF must know what a section attaches to; false if BTF need not. */
bool probe_btf_name(const char *section, char *name, size_t size);

/*
 * From here on objects that are opened look there; *offer may be set later, before they are loaded.
 * 0 or -errno.
 */
int probe_btf_register(struct kernel_offer *const *offer, int handlers[PROBE_BTF_HANDLERS]);
void probe_btf_unregister(int handlers[PROBE_BTF_HANDLERS]);

/* Before loading, once it is known which programs will be. 0 or -errno. */
int probe_btf_set_up(struct bpf_object *object, const struct kernel_offer *offer);

#endif
