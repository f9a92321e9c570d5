/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What only a profile of other programs needs: which tasks to follow, which births to leave out,
 * who the parent is, and counts that are exact even if records are lost. All of it is behind
 * `profiling`, so that the verifier removes it from a bench.
 */
#pragma once

#include "bpf/shape.bpf.h"
#include "bpf/tasks.bpf.h"

/* Thread groups whose clones are traced, unless trace_all is set. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u32);
} followed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} wanted_cgroup SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GROUPS_MAX);
	__type(key, struct group_key);
	__type(value, struct group_counts);
} groups SEC(".maps");

static __always_inline bool is_followed(struct task_struct *current)
{
	__u32 tgid;

	if (trace_all)
		return true;
	tgid = current_tgid(current);
	return bpf_map_lookup_elem(&followed, &tgid);
}

static __always_inline void follow(__u32 tgid)
{
	__u32 one = 1;

	if (bpf_map_update_elem(&followed, &tgid, &one, BPF_ANY))
		COUNT(unfollowed);
}

/* A process of the tool's pid namespace, and what the kernel's own id of it is. */
__u32 local_pid;
__u32 local_namespace; /* its inode number */
__u32 global_pid;      /* found; 0: no such process */

/* include/linux/pid_namespace.h: MAX_PID_NS_LEVEL */
#define PID_LEVELS_MAX 32

/* The id at a level of pid namespaces, in numbers[], of an array whose size is not in its type. */
static __always_inline bool read_id(struct pid *pid, unsigned int level, struct upid *id)
{
	return !bpf_probe_read_kernel(id, sizeof(*id),
				      (void *)pid + bpf_core_field_offset(struct pid, numbers) +
					      level * bpf_core_type_size(struct upid));
}

/* The id in the outermost namespace; 0: not known. */
static __always_inline __u32 global_number(struct pid *pid)
{
	struct upid id;

	return read_id(pid, 0, &id) ? (__u32)id.nr : 0;
}

static __always_inline void compare_local(struct task_struct *task)
{
	struct pid *pid = task->thread_pid;
	unsigned int level;
	struct upid upid;

	if (!pid || task->pid != task->tgid)
		return;
	level = BPF_CORE_READ(pid, level);
	for (unsigned int i = 0; i <= PID_LEVELS_MAX && i <= level; i++) {
		if (!read_id(pid, i, &upid))
			return;
		if ((__u32)upid.nr == local_pid &&
		    BPF_CORE_READ(upid.ns, ns.inum) == local_namespace)
			global_pid = task->tgid;
	}
}

/* Whether the filter wants this birth, by what is known before the return. */
static __always_inline bool is_wanted(__u32 method)
{
	__u64 comm[2] = {};

	if (!filtering)
		return true;
	if (filter.methods && !(filter.methods & (1 << method)))
		return false;
	if (filter.by_uid && (__u32)bpf_get_current_uid_gid() != filter.uid)
		return false;
	if (filter.comm[0]) {
		bpf_get_current_comm(comm, sizeof(comm));
		if (comm[0] != *(const volatile __u64 *)&filter.comm[0] ||
		    comm[1] != *(const volatile __u64 *)&filter.comm[8])
			return false;
	}
	return !filter.by_cgroup || bpf_current_task_under_cgroup(&wanted_cgroup, 0) == 1;
}

/* Reads what the current task runs. It takes long: see exe_of(). */
static __noinline void exe_read(struct exe *exe)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct file *file = BPF_CORE_READ(task, mm, exe_file);

	exe->inode = file ? BPF_CORE_READ(file, f_inode, i_ino) : 0;
	exe->device = file ? BPF_CORE_READ(file, f_inode, i_sb, s_dev) : 0;
	exe->name[0] = 0;
	if (file)
		bpf_probe_read_kernel_str(exe->name, sizeof(exe->name),
					  BPF_CORE_READ(file, f_path.dentry, d_name.name));
}

/*
 * What the parent runs, which is the current task. An exec makes its new address space before the
 * old one goes, and profiled_exec() forgets the program besides.
 */
static __always_inline const struct exe *exe_of(struct slot *s, struct task_struct *current)
{
	__u64 mm =
		KNOWS_CURRENT ? (__u64)untrusted(current)->mm : (__u64)BPF_CORE_READ(current, mm);

	if (!mm || s->exe_mm != mm) {
		exe_read(&s->exe);
		s->exe_mm = mm;
	}
	return &s->exe;
}

static __always_inline void birth_add_exe(struct record_birth *r, const struct exe *exe)
{
	r->exe_inode = exe->inode;
	r->exe_device = exe->device;
	__builtin_memcpy(r->exe_name, exe->name, sizeof(r->exe_name));
}

static __always_inline void group_of_current(struct group_key *key, __u32 method)
{
	struct exe exe = {};

	key->id[0] = key->id[1] = 0;
	key->method = method;
	key->zero = 0;
	if (group_by == GROUP_BY_COMM || group_by == GROUP_BY_STACK) {
		bpf_get_current_comm(key->id, sizeof(key->id));
	} else if (group_by == GROUP_BY_EXE) {
		exe_read(&exe);
		key->id[0] = exe.inode;
		key->id[1] = exe.device;
	} else if (group_by == GROUP_BY_PID) {
		key->id[0] = bpf_get_current_pid_tgid() >> 32;
	} else {
		key->id[0] = bpf_get_current_cgroup_id();
	}
}

/* Of a birth whose record found no room: the tool counts the others by their records. */
static __always_inline void group_lost(__u32 method, long result)
{
	struct group_counts zero = {}, *counts;
	struct group_key key;

	group_of_current(&key, method);
	counts = bpf_map_lookup_elem(&groups, &key);
	if (!counts) {
		bpf_map_update_elem(&groups, &key, &zero, BPF_NOEXIST);
		counts = bpf_map_lookup_elem(&groups, &key);
	}
	if (!counts) {
		COUNT(ungrouped);
		return;
	}
	if (result > 0)
		__sync_fetch_and_add(&counts->births, 1);
	else if (result == -ERESTARTNOINTR)
		__sync_fetch_and_add(&counts->restarts, 1);
	else
		__sync_fetch_and_add(&counts->failures, 1);
	__sync_fetch_and_add(&counts->lost, 1);
}

/* Room to build a record of variable length. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct record_command);
} command_room SEC(".maps");

/*
 * Right after execve has made the new image: the arguments are in pages that are present, and bprm
 * has the path as given.
 */
static __always_inline void command_emit(__u32 tid, struct linux_binprm *bprm)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	__u32 zero = 0;
	struct record_command *r = bpf_map_lookup_elem(&command_room, &zero);
	unsigned long start, total;
	__u64 args;
	long path;

	if (!r)
		return;
	start = BPF_CORE_READ(task, mm, arg_start);
	total = BPF_CORE_READ(task, mm, arg_end) - start;
	path = bpf_probe_read_kernel_str(r->text, COMMAND_PATH_MAX, BPF_CORE_READ(bprm, filename));
	if (path < 0 || path > COMMAND_PATH_MAX)
		path = 0;
	args = total < command_args_max ? total : command_args_max;
	if (args > COMMAND_ARGS_MAX)
		args = COMMAND_ARGS_MAX;
	if (bpf_probe_read_user(r->text + path, args, (void *)start))
		args = 0;
	r->head.kind = RECORD_COMMAND;
	r->head.tid = tid;
	r->tgid = bpf_get_current_pid_tgid() >> 32;
	r->path_bytes = path;
	r->args_bytes = args;
	r->args_total = total;
	if (bpf_ringbuf_output(&records, r, offsetof(struct record_command, text) + path + args,
			       BPF_RB_NO_WAKEUP))
		COUNT(lost);
}
