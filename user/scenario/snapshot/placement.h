/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which CPU has what. A child that writes a store out is busy all the time: on the CPU of its
 * store, or of the client, it would delay writes by what the scheduler decides, which is not the
 * fork's doing and differs from run to run. So it has a CPU of its own, as server_cpulist and
 * bgsave_cpulist of redis-server do it.
 */
#pragma once

struct placement {
	int child, server, client; /* numbers of CPUs; -1: any */
};

/* Of the CPUs that this process may use. All are -1 if that is one, or not known. */
struct placement placement_choose(void);

/* The calling thread, and what it starts, from now on. Nothing if cpu is -1. */
void placement_take(int cpu);

/* Undoes placement_take(): any CPU that may be used. */
void placement_leave(void);
