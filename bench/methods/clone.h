/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdint.h>

/* Clones once with these flags, and waits. 0, or -errno of clone(2). */
int clone_try(uint64_t flags);
