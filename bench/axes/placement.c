// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "bench/axes/axis.h"

/* Masks for more CPUs than a cpu_set_t has. */
#define CPU_SETS 8

enum { SAME, ANY, OTHER };

static const char *const names[] = {[SAME] = "same", [ANY] = "any", [OTHER] = "other", NULL};

/* Of placement=other: the one that children move to. */
static cpu_set_t other[CPU_SETS];

/* The driver is not pinned: parents that it pinned may run where it may. */
static int read_cpus(pid_t pid, cpu_set_t cpus[CPU_SETS], struct fault *why)
{
	if (sched_getaffinity(pid, CPU_SETS * sizeof(*cpus), cpus) != 0)
		return fault__set(why, -errno, "placement: %s", strerror(errno));
	return 0;
}

/* The first that is allowed and not our own. */
static int choose_other(const cpu_set_t own[CPU_SETS], struct fault *why)
{
	cpu_set_t allowed[CPU_SETS];
	int err = read_cpus(getppid(), allowed, why);

	if (err)
		return err;
	CPU_ZERO_S(sizeof(other), other);
	for (size_t cpu = 0; cpu < 8 * sizeof(allowed); cpu++) {
		if (!CPU_ISSET_S(cpu, sizeof(allowed), allowed) ||
		    CPU_ISSET_S(cpu, sizeof(allowed), own))
			continue;
		CPU_SET_S(cpu, sizeof(other), other);
		return 0;
	}
	return fault__set(why, -ENOTSUP, "placement=other needs a second CPU: one is allowed");
}

/* That a process which moves there runs there; and back. */
static int verify_other(const cpu_set_t own[CPU_SETS], struct fault *why)
{
	int cpu;

	if (sched_setaffinity(0, sizeof(other), other) != 0)
		return fault__set(why, -errno, "placement=other: %s", strerror(errno));
	cpu = sched_getcpu();
	if (sched_setaffinity(0, sizeof(other), own) != 0)
		return fault__set(why, -errno, "placement=other: %s", strerror(errno));
	if (cpu < 0 || !CPU_ISSET_S((size_t)cpu, sizeof(other), other))
		return fault__set(why, -EINVAL, "placement=other: the kernel ran it on CPU %d",
				  cpu);
	return 0;
}

static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int64_t placement = shape->axis[AXIS_placement];
	cpu_set_t sets[CPU_SETS];
	int err = read_cpus(placement == ANY ? getppid() : 0, sets, why);

	if (err)
		return err;
	if (placement != ANY && CPU_COUNT_S(sizeof(sets), sets) != 1)
		return fault__set(why, -EINVAL, "placement=%s: leave out --cpu none",
				  names[placement]);
	if (placement == OTHER) {
		err = choose_other(sets, why);
		return err ? err : verify_other(sets, why);
	}
	if (sched_setaffinity(0, sizeof(sets), sets) != 0)
		return fault__set(why, -errno, "placement: %s", strerror(errno));
	if (placement == ANY && CPU_COUNT_S(sizeof(sets), sets) == 1)
		return fault__set(why, -EINVAL, "placement=any: one CPU is allowed");
	return 0;
}

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	if (shape->axis[AXIS_placement] != OTHER || method->moves)
		return 0;
	return fault__set(why, -EINVAL, "this method does not support placement=other");
}

static int equip(const struct shape *shape, struct stage *stage, struct fault *why)
{
	if (shape->axis[AXIS_placement] != OTHER)
		return 0;
	stage->child_cpus = other;
	stage->child_cpus_bytes = sizeof(other);
	return 0;
}

/*
 * Of the child: on the parent's CPU, on another, or where the kernel puts it. A child inherits the
 * CPUs of its parent: to be on another, it moves there first.
 */
const struct axis_effect axis_placement = {
	.names = names,
	.check = check,
	.build = build,
	.equip = equip,
};
