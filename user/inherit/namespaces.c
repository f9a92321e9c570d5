// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* In which namespace a process is. */
#include <linux/sched.h>
#include <unistd.h>

#include "user/inherit/common.h"
#include "user/inherit/property.h"

#define NAMESPACES(X)                                                                              \
	X(user, CLONE_NEWUSER, "user_namespaces(7)")                                               \
	X(pid, CLONE_NEWPID, "pid_namespaces(7)")                                                  \
	X(net, CLONE_NEWNET, "network_namespaces(7)")                                              \
	X(mnt, CLONE_NEWNS, "mount_namespaces(7)")                                                 \
	X(uts, CLONE_NEWUTS, "uts_namespaces(7)")                                                  \
	X(ipc, CLONE_NEWIPC, "ipc_namespaces(7)")                                                  \
	X(cgroup, CLONE_NEWCGROUP, "cgroup_namespaces(7)")                                         \
	X(time, CLONE_NEWTIME, "time_namespaces(7)")

static void read_link(const char *path, char *value)
{
	char text[64];
	ssize_t n = readlink(path, text, sizeof(text) - 1);

	value_set(value, "%.*s", n < 0 ? 4 : (int)n, n < 0 ? "none" : text);
}

#define X(name, flag, page)                                                                        \
	static void get_##name(struct cell *c, char *value)                                        \
	{                                                                                          \
		read_link("/proc/self/ns/" #name, value);                                          \
	}
NAMESPACES(X)
#undef X

static const struct property properties[] = {
#define X(kind, flag, page)                                                                        \
	{                                                                                          \
		.name = #kind " namespace",                                                        \
		.test = "/proc/self/ns/" #kind " in both",                                         \
		.born = {0, MARK_SAME, "clone(2)"},                                                \
		.but = {{flag, MARK_NEW, page}},                                                   \
		.exec = {0, MARK_KEPT, "execve(2)"},                                               \
		.fresh = "none",                                                                   \
		.get = get_##kind,                                                                 \
	},
	NAMESPACES(X)
#undef X
};

const struct property_group property_namespaces = {
	"ns",
	"Namespaces",
	properties,
	sizeof(properties) / sizeof(properties[0]),
};
