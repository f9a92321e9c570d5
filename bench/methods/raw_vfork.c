// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/methods/methods.h"
#include "bench/shared/fault.h"

#define FLAGS (CLONE_VM | CLONE_VFORK | SIGCHLD)

/*
 * The instruction itself: a function around it, such as syscall(3), would return in the child, and
 * the parent would find its return address overwritten. -errno if it fails.
 */
#if defined(__x86_64__)
static inline __attribute__((always_inline)) long raw_vfork(void)
{
	register long r10 __asm__("r10") = 0;
	register long r8 __asm__("r8") = 0;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"((long)SYS_clone), "D"((long)FLAGS), "S"(0L), "d"(0L), "r"(r10),
			   "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}
#define HAS_RAW_VFORK 1
#elif defined(__aarch64__)
static inline __attribute__((always_inline)) long raw_vfork(void)
{
	register long x8 __asm__("x8") = SYS_clone;
	register long x0 __asm__("x0") = FLAGS;
	register long x1 __asm__("x1") = 0;
	register long x2 __asm__("x2") = 0;
	register long x3 __asm__("x3") = 0;
	register long x4 __asm__("x4") = 0;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
}
#define HAS_RAW_VFORK 1
#else
static inline long raw_vfork(void)
{
	return -ENOSYS;
}
#define HAS_RAW_VFORK 0
#endif

static int supported(struct fault *why)
{
	return HAS_RAW_VFORK ? 0
			     : fault__set(why, -ENOTSUP, "raw-vfork knows x86_64 and aarch64 only");
}

/* Not inlined: see vfork.c. */
static __attribute__((noinline)) long vfork_child(volatile struct slate *slate)
{
	long pid = raw_vfork();

	if (pid == 0) {
		int64_t child_ns = now_ns();

		slate->child_ns = child_ns;
		slate->report.exit_ns = child_ns;
		_exit(0);
	}
	return pid;
}

static int spawn(const struct stage *stage, struct sample *sample)
{
	long pid;

	sample->call_ns = now_ns();
	pid = vfork_child(stage->slate);
	sample->return_ns = now_ns();
	if (pid < 0)
		return sample__fail(sample, (int)-pid);
	return stage__reap(stage, (pid_t)pid, sample);
}

const struct method method_raw_vfork = {
	.name = "raw-vfork",
	.brief = "vfork by system call, without libc; the child exits",
	.supported = supported,
	.reentrant = true,
	.spawn = spawn,
};
