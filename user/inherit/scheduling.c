// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Scheduling, and what a process may use: limits, its cgroup, the OOM killer's score. */
#include <errno.h>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/inherit/common.h"
#include "user/inherit/property.h"

/* Up by one; from the last value down by one, for which one needs a right. */
static const char *set_nice(struct cell *c)
{
	int nice = getpriority(PRIO_PROCESS, 0);

	return setpriority(PRIO_PROCESS, 0, nice < 18 ? nice + 1 : 17)
		       ? "the nice value is 19, and to lower it needs CAP_SYS_NICE"
		       : NULL;
}

static void get_nice(struct cell *c, char *value)
{
	value_set(value, "%d", getpriority(PRIO_PROCESS, 0));
}

static void change_nice(struct cell *c)
{
	setpriority(PRIO_PROCESS, 0, 19);
}

static const char *set_policy(struct cell *c)
{
	const struct sched_param p = {0};

	return sched_setscheduler(0, SCHED_BATCH, &p) ? "needs SCHED_BATCH" : NULL;
}

static void get_policy(struct cell *c, char *value)
{
	static const char *const names[] = {
		[SCHED_OTHER] = "SCHED_OTHER", [SCHED_FIFO] = "SCHED_FIFO", [SCHED_RR] = "SCHED_RR",
		[SCHED_BATCH] = "SCHED_BATCH", [SCHED_IDLE] = "SCHED_IDLE",
	};
	int policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
	bool known =
		policy >= 0 && policy < (int)(sizeof(names) / sizeof(names[0])) && names[policy];

	value_set(value, "%s", known ? names[policy] : "another policy");
}

static void change_policy(struct cell *c)
{
	const struct sched_param p = {0};

	sched_setscheduler(0, SCHED_OTHER, &p);
}

static const char *set_reset(struct cell *c)
{
	const struct sched_param p = {0};

	return sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &p)
		       ? "needs SCHED_RESET_ON_FORK"
		       : NULL;
}

static void get_reset(struct cell *c, char *value)
{
	value_set(value, sched_getscheduler(0) & SCHED_RESET_ON_FORK ? "on" : "off");
}

/* A negative nice value, which a child loses then. */
static const char *set_reset_nice(struct cell *c)
{
	return setpriority(PRIO_PROCESS, 0, -5) ? "needs CAP_SYS_NICE" : set_reset(c);
}

static const char *set_affinity(struct cell *c)
{
	cpu_set_t all, one;

	CPU_ZERO(&one);
	if (sched_getaffinity(0, sizeof(all), &all) || CPU_COUNT(&all) < 2)
		return "needs two CPUs";
	for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	return sched_setaffinity(0, sizeof(one), &one) ? "cannot set the affinity" : NULL;
}

static void get_affinity(struct cell *c, char *value)
{
	common_status("Cpus_allowed_list", value);
}

static const char *set_ioprio(struct cell *c)
{
	return syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 6))
		       ? "needs ioprio_set"
		       : NULL;
}

static void get_ioprio(struct cell *c, char *value)
{
	long priority = syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0);

	value_set(value, "%ld", priority);
}

static void change_ioprio(struct cell *c)
{
	syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7));
}

static const char *set_mempolicy_bind(struct cell *c)
{
	unsigned long nodes = 1;

	return syscall(SYS_set_mempolicy, MPOL_BIND, &nodes, 8 * sizeof(nodes))
		       ? "needs set_mempolicy (NUMA)"
		       : NULL;
}

static void get_mempolicy_mode(struct cell *c, char *value)
{
	int mode = -1;

	syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0);
	value_set(value, "%d", mode);
}

static void change_mempolicy(struct cell *c)
{
	syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0);
}

static const char *set_slack(struct cell *c)
{
	prctl(PR_SET_TIMERSLACK, 123456);
	return NULL;
}

static void get_slack(struct cell *c, char *value)
{
	value_set(value, "%d ns", prctl(PR_GET_TIMERSLACK));
}

static void change_slack(struct cell *c)
{
	prctl(PR_SET_TIMERSLACK, 234567);
}

static const struct property properties[] = {
	{
		.name = "nice value",
		.test = "the parent sets one, the child another",
		.born = {0, MARK_COPY, "setpriority(2)"},
		.exec = {0, MARK_KEPT, "setpriority(2)"},
		.set = set_nice,
		.get = get_nice,
		.change = change_nice,
	},
	{
		.name = "scheduling policy",
		.test = "SCHED_BATCH in the parent; the child sets SCHED_OTHER",
		.born = {0, MARK_COPY, "sched(7)"},
		.but = {{METHOD_SCHEDULER, MARK_RESET, "posix_spawn(3)"}},
		.exec = {0, MARK_KEPT, "sched(7)"},
		.fresh = "SCHED_OTHER",
		.set = set_policy,
		.get = get_policy,
		.change = change_policy,
	},
	{
		.name = "reset on fork",
		.test = "SCHED_RESET_ON_FORK in the parent",
		.born = {0, MARK_RESET, "sched(7)"},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.set = set_reset,
		.get = get_reset,
	},
	{
		.name = "nice with reset",
		.test = "a nice value of -5 with SCHED_RESET_ON_FORK (CAP_SYS_NICE)",
		.born = {0, MARK_RESET, "sched(7)"},
		.exec = {0, MARK_KEPT, "setpriority(2)"},
		.fresh = "0",
		.set = set_reset_nice,
		.get = get_nice,
	},
	{
		.name = "CPU affinity",
		.test = "the parent allows itself one CPU",
		.born = {0, MARK_SAME, "sched_setaffinity(2)"},
		.exec = {0, MARK_KEPT, "sched_setaffinity(2)"},
		.set = set_affinity,
		.get = get_affinity,
	},
	{
		.name = "I/O priority",
		.test = "ioprio_set in the parent, then in the child",
		.born = {0, MARK_COPY, "fork(2)"},
		.but = {{CLONE_IO, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.set = set_ioprio,
		.get = get_ioprio,
		.change = change_ioprio,
	},
	{
		.name = "memory policy",
		.test = "set_mempolicy(MPOL_BIND) in the parent; the child sets the default",
		.born = {0, MARK_COPY, "set_mempolicy(2)"},
		.exec = {0, MARK_KEPT, "set_mempolicy(2)"},
		.set = set_mempolicy_bind,
		.get = get_mempolicy_mode,
		.change = change_mempolicy,
	},
	{
		.name = "timer slack",
		.test = "prctl(PR_SET_TIMERSLACK) in the parent, then in the child",
		.born = {0, MARK_COPY, "prctl(2)"},
		.exec = {0, MARK_KEPT, "prctl(2)"},
		.set = set_slack,
		.get = get_slack,
		.change = change_slack,
	},
};

const struct property_group property_scheduling = {
	"sched",
	"Scheduling",
	properties,
	sizeof(properties) / sizeof(properties[0]),
};

static int lower(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r))
		return -errno;
	r.rlim_cur--;
	return setrlimit(RLIMIT_NOFILE, &r) ? -errno : 0;
}

static const char *set_limit(struct cell *c)
{
	return lower() ? "cannot lower RLIMIT_NOFILE" : NULL;
}

static void get_limit(struct cell *c, char *value)
{
	struct rlimit r = {0};

	getrlimit(RLIMIT_NOFILE, &r);
	value_set(value, "%llu", (unsigned long long)r.rlim_cur);
}

static void change_limit(struct cell *c)
{
	if (lower())
		return;
}

static const char score[] = "/proc/self/oom_score_adj";

static const char *set_score(struct cell *c)
{
	return common_write(score, "700") ? "needs oom_score_adj" : NULL;
}

static void get_score(struct cell *c, char *value)
{
	if (common_read(score, value))
		value_set(value, "none");
}

static void change_score(struct cell *c)
{
	common_write(score, "800");
}

/* As the same cgroup namespace shows both. */
static void get_cgroup(struct cell *c, char *value)
{
	char own[VALUE_MAX], parents[VALUE_MAX], path[VALUE_MAX];

	value_set(path, "/proc/%d/cgroup", c->parent);
	if (common_read("/proc/self/cgroup", own) || common_read(path, parents))
		value_set(value, "none");
	else
		value_set(value, strcmp(own, parents) ? "another" : "the parent's");
}

static const struct property limits[] = {
	{
		.name = "resource limits",
		.test = "RLIMIT_NOFILE, lowered in the parent, then in the child",
		.born = {0, MARK_COPY, "getrlimit(2)"},
		.but = {{CLONE_THREAD, MARK_SHARED, "getrlimit(2)"}},
		.exec = {0, MARK_KEPT, "getrlimit(2)"},
		.set = set_limit,
		.get = get_limit,
		.change = change_limit,
	},
	{
		.name = "OOM score adjustment",
		.test = "/proc/self/oom_score_adj, raised in the parent, then in the child",
		.born = {0, MARK_COPY, "fork(2)"},
		.but = {{CLONE_THREAD, MARK_UNSAID, NULL}},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.note = "the kernel keeps it the same in all processes that share memory, except "
			"a child of vfork",
		.set = set_score,
		.get = get_score,
		.change = change_score,
	},
	{
		.name = "cgroup",
		.test = "/proc/PID/cgroup of both, read in the child",
		.born = {0, MARK_SAME, "cgroups(7)"},
		.exec = {0, MARK_KEPT, "cgroups(7)"},
		.get = get_cgroup,
	},
};

const struct property_group property_limits = {
	"limits",
	"Limits",
	limits,
	sizeof(limits) / sizeof(limits[0]),
};
