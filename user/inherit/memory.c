// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Memory: mappings, and what is asked of them. */
#include <linux/aio_abi.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/inherit/common.h"
#include "user/inherit/property.h"

#define PAGE 4096

static const char no_memory[] = "no memory";

static const char *map(struct cell *c, int flags)
{
	c->at = common_page(flags);
	return c->at ? NULL : no_memory;
}

static const char *set_private(struct cell *c)
{
	return map(c, MAP_PRIVATE);
}

static const char *set_shared(struct cell *c)
{
	return map(c, MAP_SHARED);
}

static void get_byte(struct cell *c, char *value)
{
	common_byte(c->at, value);
}

static void change_byte(struct cell *c)
{
	common_set_byte(c->at, 2);
}

/* The segment goes with its namespace, whatever happens. */
static const char *set_segment(struct cell *c)
{
	int id;

	if (common_own_namespace(CLONE_NEWIPC))
		return "needs an IPC namespace: CAP_SYS_ADMIN, or user namespaces for all";
	id = shmget(IPC_PRIVATE, PAGE, 0600);
	c->at = shmat(id, COMMON_PLACE, 0);
	if (c->at == (void *)-1)
		c->at = shmat(id, NULL, 0);
	if (c->at == (void *)-1)
		return "cannot create shared memory";
	common_set_byte(c->at, 1);
	return NULL;
}

static const char *set_dontfork(struct cell *c)
{
	const char *why = map(c, MAP_PRIVATE);

	if (why)
		return why;
	return madvise(c->at, PAGE, MADV_DONTFORK) ? "needs MADV_DONTFORK" : NULL;
}

static const char *set_wipe(struct cell *c)
{
	const char *why = map(c, MAP_PRIVATE);

	if (why)
		return why;
	return madvise(c->at, PAGE, MADV_WIPEONFORK) ? "needs MADV_WIPEONFORK" : NULL;
}

static const char *set_lock(struct cell *c)
{
	const char *why = map(c, MAP_PRIVATE);

	if (why)
		return why;
	return mlock(c->at, PAGE) ? "RLIMIT_MEMLOCK allows no page" : NULL;
}

static void get_lock(struct cell *c, char *value)
{
	common_status("VmLck", value);
}

static void change_lock(struct cell *c)
{
	munlock(c->at, PAGE);
}

/* With MCL_FUTURE, what is mapped next is locked. ONFAULT, so that nothing is read in. */
static const char *set_future(struct cell *c)
{
	return mlockall(MCL_FUTURE | MCL_ONFAULT) ? "needs mlockall" : NULL;
}

static void get_future(struct cell *c, char *value)
{
	char before[VALUE_MAX], after[VALUE_MAX];
	char *page;

	common_status("VmLck", before);
	page = common_page(MAP_PRIVATE);
	common_status("VmLck", after);
	value_set(value, strcmp(before, after) ? "locked" : "not locked");
	if (page)
		munmap(page, PAGE);
}

static const char *set_aio(struct cell *c)
{
	aio_context_t context = 0;

	if (syscall(SYS_io_setup, 1, &context))
		return "no asynchronous I/O here";
	c->number = (int64_t)context;
	return NULL;
}

static void get_aio(struct cell *c, char *value)
{
	struct timespec now = {0, 0};
	bool there = c->number && !syscall(SYS_io_getevents, c->number, 0L, 0L, NULL, &now);

	value_set(value, there ? "there" : "none");
}

static const char *set_thp(struct cell *c)
{
	return prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) ? "needs PR_SET_THP_DISABLE" : NULL;
}

static void get_thp(struct cell *c, char *value)
{
	value_set(value, "%d", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
}

static void change_thp(struct cell *c)
{
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
}

static const char *set_dumpable(struct cell *c)
{
	prctl(PR_SET_DUMPABLE, 0);
	return NULL;
}

static void get_dumpable(struct cell *c, char *value)
{
	value_set(value, "%d", prctl(PR_GET_DUMPABLE));
}

static void change_dumpable(struct cell *c)
{
	prctl(PR_SET_DUMPABLE, 1);
}

static const char *set_filter(struct cell *c)
{
	return common_write("/proc/self/coredump_filter", "0x10") ? "needs coredump_filter" : NULL;
}

static void get_filter(struct cell *c, char *value)
{
	if (common_read("/proc/self/coredump_filter", value))
		value_set(value, "none");
}

static void change_filter(struct cell *c)
{
	common_write("/proc/self/coredump_filter", "0x11");
}

static const struct property properties[] = {
	{
		.name = "private memory",
		.test = "the parent has a page with a 1, the child writes a 2",
		.born = {0, MARK_COPY, "fork(2)"},
		.but = {{CLONE_VM, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_private,
		.get = get_byte,
		.change = change_byte,
	},
	{
		.name = "shared mapping",
		.test = "the same with MAP_SHARED",
		.born = {0, MARK_SHARED, "mmap(2)"},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_shared,
		.get = get_byte,
		.change = change_byte,
	},
	{
		.name = "SysV shared memory",
		.test = "the same with an attached segment, in an IPC namespace of its own",
		.born = {0, MARK_SHARED, "shmat(2)"},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_segment,
		.get = get_byte,
		.change = change_byte,
	},
	{
		.name = "MADV_DONTFORK",
		.test = "a private page of the parent, marked so: does the child have it?",
		.born = {0, MARK_LOST, "madvise(2)"},
		.but = {{CLONE_VM, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_dontfork,
		.get = get_byte,
		.change = change_byte,
	},
	{
		.name = "MADV_WIPEONFORK",
		.test = "a private page with a 1, marked so: does the child read 0?",
		.born = {0, MARK_RESET, "madvise(2)"},
		.but = {{CLONE_VM, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "0",
		.set = set_wipe,
		.get = get_byte,
		.change = change_byte,
	},
	{
		.name = "memory lock",
		.test = "the parent locks a page, the child unlocks it; VmLck in both",
		.born = {0, MARK_RESET, "fork(2)"},
		.but = {{CLONE_VM, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_RESET, "execve(2)"},
		.set = set_lock,
		.get = get_lock,
		.change = change_lock,
	},
	{
		.name = "mlockall future",
		.test = "MCL_FUTURE in the parent: is a new page locked?",
		.born = {0, MARK_RESET, "mlock(2)"},
		.but = {{CLONE_VM, MARK_SAME, "clone(2)"}},
		.exec = {0, MARK_RESET, "mlock(2)"},
		.fresh = "not locked",
		.set = set_future,
		.get = get_future,
	},
	{
		.name = "aio context",
		.test = "io_setup in the parent, io_getevents in the child",
		.born = {0, MARK_LOST, "fork(2)"},
		.but = {{CLONE_VM, MARK_UNSAID, NULL}},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_aio,
		.get = get_aio,
	},
	{
		.name = "THP disabled",
		.test = "prctl(PR_SET_THP_DISABLE) in the parent; the child clears it",
		.born = {0, MARK_COPY, "prctl(2)"},
		.but = {{METHOD_EXEC_ALONE, MARK_SAME, "prctl(2)"}, {CLONE_VM, MARK_UNSAID, NULL}},
		.exec = {0, MARK_COPY, "prctl(2)"},
		.set = set_thp,
		.get = get_thp,
		.change = change_thp,
	},
	{
		.name = "dumpable",
		.test = "prctl(PR_SET_DUMPABLE, 0) in the parent; the child sets 1",
		.born = {0, MARK_COPY, "fork(2)"},
		.but = {{CLONE_VM, MARK_UNSAID, NULL}},
		.exec = {0, MARK_RESET, "execve(2)"},
		.fresh = "1",
		.set = set_dumpable,
		.get = get_dumpable,
		.change = change_dumpable,
	},
	{
		.name = "core dump filter",
		.test = "/proc/self/coredump_filter, set in the parent, then in the child",
		.born = {0, MARK_COPY, "core(5)"},
		.but = {{METHOD_EXEC_ALONE, MARK_SAME, "core(5)"}, {CLONE_VM, MARK_UNSAID, NULL}},
		.exec = {0, MARK_COPY, "core(5)"},
		.set = set_filter,
		.get = get_filter,
		.change = change_filter,
	},
};

const struct property_group property_memory = {
	"memory",
	"Memory",
	properties,
	sizeof(properties) / sizeof(properties[0]),
};
