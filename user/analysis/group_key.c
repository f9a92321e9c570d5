// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/group_key.h"

#include <stdio.h>
#include <string.h>

#include "user/base/proc.h"

struct group_key group_key_of(enum group_by by, const struct birth *b)
{
	struct group_key key = {.method = b->life.method};

	switch (by) {
	case GROUP_BY_COMM:
		memcpy(key.id, b->comm, strnlen(b->comm, sizeof(key.id)));
		break;
	case GROUP_BY_EXE:
		key.id[0] = b->exe_inode;
		key.id[1] = b->exe_device;
		break;
	case GROUP_BY_PID:
		key.id[0] = b->life.parent_tgid;
		break;
	case GROUP_BY_CGROUP:
		key.id[0] = b->cgroup;
		break;
	case GROUP_BY_STACK:
		if (b->stack)
			key.id[0] = b->stack->id;
		else
			key.id[1] = b->exe[0] ? GROUP_STACK_NOT_TAKEN : GROUP_STACK_OF_KERNEL;
		break;
	}
	return key;
}

const char *group_key_exe(const struct birth *b)
{
	return b && b->exe[0] ? b->exe : "(kernel thread)";
}

static const char *stack_label(const struct group_key *key, const struct birth *b)
{
	static const char *const unknown[] = {
		[GROUP_STACK_NOT_TAKEN] = "[unknown: stack lost]",
		[GROUP_STACK_OF_KERNEL] = "(kernel thread)",
		[GROUP_STACK_LOST] = "[unknown: record lost]",
	};

	return b && b->stack ? b->stack->own : unknown[key->id[1]];
}

char *group_key_label(enum group_by by, const struct group_key *key, const struct birth *b)
{
	char *label = NULL, text[256];
	int n = -1;

	switch (by) {
	case GROUP_BY_COMM:
		n = asprintf(&label, "%.16s", (const char *)key->id);
		break;
	case GROUP_BY_EXE:
		if (b || !key->id[0])
			n = asprintf(&label, "%s", group_key_exe(b));
		else
			n = asprintf(&label, "inode %llu", key->id[0]);
		break;
	case GROUP_BY_PID:
		n = b ? asprintf(&label, "%u %s", b->life.parent_tgid, b->comm)
		      : asprintf(&label, "%llu", key->id[0]);
		break;
	case GROUP_BY_CGROUP:
		if (!proc_cgroup_path(key->id[0], text, sizeof(text)))
			n = asprintf(&label, "%s", text);
		else
			n = asprintf(&label, "cgroup %llu", key->id[0]);
		break;
	case GROUP_BY_STACK:
		n = asprintf(&label, "%s", stack_label(key, b));
		break;
	}
	return n < 0 ? NULL : label;
}
