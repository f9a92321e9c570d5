/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program in one line: FENTRY(function, call, parameters ...) is the program fentry_FUNCTION,
 * which runs `call` where that function is entered. user/probe/sources.c knows programs by these
 * names.
 */
#pragma once

#define PROGRAM_OF(section, head, call, result)                                                    \
	SEC(section) int head                                                                      \
	{                                                                                          \
		call;                                                                              \
		return result;                                                                     \
	}

#define PROGRAM(section, head, call) PROGRAM_OF(section, head, call, 0)

/*
 * A tracepoint by a perf event, where a program runs with preemption off. All perf events of the
 * tracepoint share its programs, and where one returns 0 the kernel drops the event for all, as for
 * perf(1) (perf_call_bpf_enter() in kernel/trace/trace_syscalls.c).
 */
#define EVENT(path, head, call) PROGRAM_OF("?tracepoint/" path, head, call, 1)

#define FENTRY_OF(name, function, call, ...)                                                       \
	PROGRAM("?fentry/" function, BPF_PROG(fentry_##name, ##__VA_ARGS__), call)
#define FEXIT_OF(name, function, call, ...)                                                        \
	PROGRAM("?fexit/" function, BPF_PROG(fexit_##name, ##__VA_ARGS__), call)
#define KPROBE_OF(name, function, call, ...)                                                       \
	PROGRAM("?kprobe/" function, BPF_KPROBE(kprobe_##name, ##__VA_ARGS__), call)

#define FENTRY(function, call, ...) FENTRY_OF(function, #function, call, ##__VA_ARGS__)
#define FEXIT(function, call, ...)  FEXIT_OF(function, #function, call, ##__VA_ARGS__)
#define KPROBE(function, call, ...) KPROBE_OF(function, #function, call, ##__VA_ARGS__)
#define KRETPROBE(function, call, ...)                                                             \
	PROGRAM("?kretprobe/" #function, BPF_KRETPROBE(kretprobe_##function, ##__VA_ARGS__), call)
#define TRACEPOINT(name, call, ...)                                                                \
	PROGRAM("?tp_btf/" #name, BPF_PROG(tp_##name, ##__VA_ARGS__), call)

/* Argument n of a tracepoint of an mmap_lock, as they are since 6.14; 0 is the mm. */
#define MMAP_LOCK_ARG(n) mmap_lock_arg(ctx, n)

static __always_inline bool mmap_lock_arg(const unsigned long long *ctx, int n)
{
	bool arg;

	if (bpf_core_field_exists(struct trace_event_raw_mmap_lock, __data_loc_memcg_path)) {
		arg = ctx[n + 1];
		/* Not one load from an address that depends: the verifier refuses that. */
		asm volatile("" : "+r"(arg));
		return arg;
	}
	return ctx[n];
}

/* By a trampoline and by a kprobe. */
#define AT_ENTRY(function, call)  FENTRY(function, call) KPROBE(function, call)
#define AT_RETURN(function, call) FEXIT(function, call) KRETPROBE(function, call)

/* Contexts of a system call's own tracepoints. */
struct syscall_enter {
	__u64 common;
	__u64 nr;
	__u64 args[6];
};

struct syscall_exit {
	__u64 common;
	__u64 nr;
	__s64 ret;
};

#define SYSCALL_ENTER(name, call)                                                                  \
	EVENT("syscalls/sys_enter_" #name, enter_##name(struct syscall_enter *ctx), call)
#define SYSCALL_EXIT(name, call)                                                                   \
	EVENT("syscalls/sys_exit_" #name, exit_##name(struct syscall_exit *ctx), call)
