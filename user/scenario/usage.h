/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a process has used so far, and what kept it from running, as /proc has it. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* What is not known is MISSING. */
struct usage {
	int64_t minor_faults;	 /* page faults that needed no disk (getrusage's ru_minflt) */
	int64_t children_cpu_ns; /* of those that it has waited for, to a tick of 10 ms */
	int64_t waited_ns;	 /* how long its main thread could run and had no CPU */
	int64_t stolen_ns;	 /* what the host took from all CPUs of this machine, to a tick */
};

struct usage usage_of(pid_t pid);

/* From a to b; MISSING where either is. */
struct usage usage__between(const struct usage *a, const struct usage *b);
