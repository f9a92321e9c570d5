/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a process has used so far, and what kept it from running, as /proc has it. */
#pragma once

#include <stdint.h>
#include <stdio.h>
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

/* The number after `skip` blanks; MISSING: there is none. */
int64_t usage_number(const char *at, unsigned int skip);

/*
 * How often so far the host has taken free memory back from this machine (free page reporting, by
 * virtio's balloon): the kernel hands it over some seconds after it became free, in passes two
 * seconds apart, and page faults meanwhile can wait for tens of ms. MISSING: it never does.
 */
int64_t usage_memory_given_back(void);

/* The interrupts of all CPUs whose name ends so, of a file like /proc/interrupts; MISSING: none. */
int64_t usage_interrupts(FILE *in, const char *name);
