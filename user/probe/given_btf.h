/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside probe: a BTF file that the user names, for a kernel that does not show its own. */
#pragma once

#include "bench/shared/fault.h"
#include "user/probe/kernel_btf.h"

/*
 * Opens the file and checks that it is this kernel's: with another one, programs would read
 * anything. 0, or -errno with one line in `why`.
 */
int given_btf__open(const char *path, struct kernel_btf **btf, struct fault *why);
