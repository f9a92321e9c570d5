/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the values of a phase come from, as text. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bpf/phases.h"
#include "user/probe/sources.h"

/*
 * The source of a phase for a birth with these clone flags: "tracepoint:mmap_lock", or both ends,
 * "fentry:mm_init..copy_namespaces". 0, or -ENOENT if an end has no source; then `text` says why,
 * in one line.
 */
int source_of_phase(const struct source_choice *choice, enum phase phase, uint64_t clone_flags,
		    char *text, size_t size);

/*
 * The same for calls that fail or that the kernel restarts after a signal: both ends of the call
 * must be marked, the end also when there is no child.
 */
int source_of_failures(const struct source_choice *choice, char *text, size_t size);
