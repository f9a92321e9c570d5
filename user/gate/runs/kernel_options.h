/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/gate/compare/verdict.h"
#include "user/gate/options.h"

/*
 * Adds to the report's differences the options of two kernels of the lab that change what starting
 * a process costs, where they differ, or a note that a kernel's options are not known. Does nothing
 * if both sides have the same kernel. 0 or -ENOMEM.
 */
int gate_compare_kernel_options(const struct gate_options *o, struct gate_report *r);
