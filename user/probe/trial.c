// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/trial.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A kernel that preempts programs skips a run now and then. */
#define TRIES 3

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LICENSE	     "Dual BSD/GPL"

/* Loads a program that sets the first value of the map to 1. A descriptor or -errno. */
static int load_marker(enum bpf_prog_type type, int map, struct bpf_prog_load_opts *opts)
{
	const struct bpf_insn mark[] = {
		{.code = BPF_LD | BPF_DW | BPF_IMM,
		 .dst_reg = BPF_REG_1,
		 .src_reg = BPF_PSEUDO_MAP_VALUE,
		 .imm = map},
		{0}, /* the second half */
		{.code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_1, .imm = 1},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(type, "spawnscope_try", LICENSE, mark, COUNT(mark), opts);

	return fd < 0 ? -errno : fd;
}

/* Sends no signal, which the tool may wait for. False if none could be started. */
static bool give_birth(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);

	if (!pid)
		_exit(0);
	return pid > 0 && waitpid(pid, NULL, __WALL) == pid;
}

/* 0, or -ENODATA and why. */
static int wait_for_mark(int map, struct fault *why)
{
	__u32 zero = 0, mark = 0;
	char setting = '1';
	int fd;

	for (int i = 0; i < TRIES && !mark; i++)
		if (!give_birth() || bpf_map_lookup_elem(map, &zero, &mark))
			return 0; /* nothing is known */
	if (mark)
		return 0;
	fd = open("/proc/sys/kernel/ftrace_enabled", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, &setting, 1) != 1)
		setting = '1';
	if (fd >= 0)
		close(fd);
	return fault__set(why, -ENODATA, "attaches but never fires%s",
			  setting == '0' ? ": the sysctl kernel.ftrace_enabled is 0" : "");
}

static int make_map(void)
{
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "spawnscope_try", sizeof(__u32), sizeof(__u32),
				 1, NULL);

	return map < 0 ? -errno : map;
}

int trial_fentry(unsigned int btf_id, struct fault *why)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY,
		    .attach_btf_id = btf_id);
	int map = make_map(), program, link, err;

	if (map < 0)
		return map;
	program = load_marker(BPF_PROG_TYPE_TRACING, map, &opts);
	if (program < 0) {
		close(map);
		return program;
	}
	link = bpf_raw_tracepoint_open(NULL, program);
	err = link < 0 ? -errno : wait_for_mark(map, why);
	if (link >= 0)
		close(link);
	close(program);
	close(map);
	return err;
}

/* The type of the perf events that are kprobes; -errno. */
static int kprobe_type(void)
{
	FILE *f = fopen("/sys/bus/event_source/devices/kprobe/type", "re");
	int type = -ENOENT;

	if (f && fscanf(f, "%d", &type) != 1)
		type = -EIO;
	if (f)
		fclose(f);
	return type;
}

static int open_kprobe(const char *function, int program)
{
	int type = kprobe_type(), event;
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.kprobe_func = (__u64)(unsigned long)function,
	};

	if (type < 0)
		return type;
	event = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (event < 0)
		return -errno;
	if (ioctl(event, PERF_EVENT_IOC_SET_BPF, program) ||
	    ioctl(event, PERF_EVENT_IOC_ENABLE, 0)) {
		int err = -errno;

		close(event);
		return err;
	}
	return event;
}

int trial_kprobe(const char *function, struct fault *why)
{
	int map = make_map(), program, event, err;

	if (map < 0)
		return map;
	program = load_marker(BPF_PROG_TYPE_KPROBE, map, NULL);
	event = program < 0 ? program : open_kprobe(function, program);
	err = event < 0 ? event : wait_for_mark(map, why);
	if (event >= 0)
		close(event);
	if (program >= 0)
		close(program);
	close(map);
	return err;
}

int trial_reads(void)
{
	/* bpf_probe_read_kernel(stack, 8, NULL) */
	static const struct bpf_insn read_kernel[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_10},
		{.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_1, .imm = -8},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 8},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_read_kernel},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "spawnscope_try", LICENSE, read_kernel,
			       COUNT(read_kernel), NULL);

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	/* The verifier's word for a helper that a lockdown takes away. Other errors come again. */
	return errno == EINVAL ? -EACCES : 0;
}

/* What the program of trial_task() reads at the offsets, and the kernel's own word for it. */
struct task_seen {
	__u32 pid, tgid;
	char comm[16];
	__u64 ids; /* bpf_get_current_pid_tgid() */
	char name[16];
};

#define CALL(helper)                                                                               \
	{                                                                                          \
		.code = BPF_JMP | BPF_CALL, .imm = (helper)                                        \
	}
#define SET(reg, value)                                                                            \
	{                                                                                          \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (reg), .imm = (int)(value)         \
	}
#define COPY(to, from)                                                                             \
	{                                                                                          \
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = (to), .src_reg = (from)            \
	}
/* The address of a field of the map's value. */
#define FIELD(reg, map, field)                                                                     \
	{.code = BPF_LD | BPF_DW | BPF_IMM,                                                        \
	 .dst_reg = (reg),                                                                         \
	 .src_reg = BPF_PSEUDO_MAP_VALUE,                                                          \
	 .imm = (map)},                                                                            \
	{                                                                                          \
		.imm = (int)offsetof(struct task_seen, field)                                      \
	}
/* Of the task in r6. */
#define READ(map, field, at)                                                                       \
	FIELD(BPF_REG_1, map, field), SET(BPF_REG_2, sizeof(((struct task_seen *)0)->field)),      \
		COPY(BPF_REG_3, BPF_REG_6),                                                        \
		{.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_3, .imm = (int)(at)},     \
		CALL(BPF_FUNC_probe_read_kernel)

static int load_task_reader(int map, const struct trial_task *at)
{
	const struct bpf_insn read_task[] = {
		CALL(BPF_FUNC_get_current_task),
		COPY(BPF_REG_6, BPF_REG_0),
		READ(map, pid, at->pid),
		READ(map, tgid, at->tgid),
		READ(map, comm, at->comm),
		FIELD(BPF_REG_1, map, name),
		SET(BPF_REG_2, 16),
		CALL(BPF_FUNC_get_current_comm),
		CALL(BPF_FUNC_get_current_pid_tgid),
		FIELD(BPF_REG_1, map, ids),
		{.code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_0},
		SET(BPF_REG_0, 0),
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "spawnscope_try", LICENSE, read_task,
			       COUNT(read_task), NULL);

	return fd < 0 ? -errno : fd;
}

int trial_task(const struct trial_task *at)
{
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "spawnscope_try", sizeof(__u32),
				 sizeof(struct task_seen), 1, NULL);
	LIBBPF_OPTS(bpf_test_run_opts, run);
	struct task_seen seen;
	int program, err = 0;
	__u32 zero = 0;

	if (map < 0)
		return -errno;
	program = load_task_reader(map, at);
	if (program < 0)
		err = program;
	else if (bpf_prog_test_run_opts(program, &run) || bpf_map_lookup_elem(map, &zero, &seen))
		err = -errno;
	else if (seen.pid != (__u32)seen.ids || seen.tgid != seen.ids >> 32 ||
		 memcmp(seen.comm, seen.name, sizeof(seen.comm)))
		err = -EINVAL;
	if (program >= 0)
		close(program);
	close(map);
	return err;
}
