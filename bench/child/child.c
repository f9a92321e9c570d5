// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * spawnscope-child FD: the program that the exec methods start. It first reads
 * the clock, then writes the time to FD, the slate, and exits. Without FD it
 * only exits.
 *
 * No libc: exec then costs what the kernel takes, and no start-up code runs
 * before the clock is read. One timestamp serves as both the first instruction
 * (T_EXEC) and the last (T_EXIT), because a later one could not be reported. With
 * exec methods the span from T_EXIT to reaped therefore includes the pwrite and
 * a getpid (popen and system do not give the parent the child's pid).
 *
 * Build: -static -nostdlib -ffreestanding -fno-stack-protector -Os
 */
#include "bench/methods/slate.h"

#if defined(__x86_64__)

enum { SYS_pwrite64 = 18, SYS_getpid = 39, SYS_clock_gettime = 228, SYS_exit_group = 231 };

/* Calls child_main with the initial stack and the time, which is stored just below it. */
__asm__(".globl _start\n"
	"_start:\n"
	"	mov %rsp, %rbx\n"
	"	sub $16, %rsp\n"
	"	mov $228, %eax\n" /* clock_gettime */
	"	mov $1, %edi\n"	  /* CLOCK_MONOTONIC */
	"	mov %rsp, %rsi\n"
	"	syscall\n"
	"	xor %ebp, %ebp\n"
	"	mov %rbx, %rdi\n"
	"	mov %rsp, %rsi\n"
	"	call child_main\n");

static long system_call(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__aarch64__)

enum { SYS_pwrite64 = 68, SYS_exit_group = 94, SYS_clock_gettime = 113, SYS_getpid = 172 };

__asm__(".globl _start\n"
	"_start:\n"
	"	mov x19, sp\n"
	"	sub sp, sp, #16\n"
	"	mov x8, #113\n" /* clock_gettime */
	"	mov x0, #1\n"	/* CLOCK_MONOTONIC */
	"	mov x1, sp\n"
	"	svc #0\n"
	"	mov x29, #0\n"
	"	mov x0, x19\n"
	"	mov x1, sp\n"
	"	bl child_main\n");

static long system_call(long number, long a, long b, long c, long d)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
	return x0;
}

#else
#error "spawnscope-child knows x86_64 and aarch64: add system_call and _start for this machine"
#endif

/* The kernel's struct timespec on 64-bit machines. */
struct timestamp {
	int64_t s;
	int64_t ns;
};

/* -1 if the text is not a descriptor number. */
static long parse_descriptor(const char *text)
{
	long number = 0;

	if (!*text)
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || number > INT32_MAX / 10 - 1)
			return -1;
		number = number * 10 + (*text - '0');
	}
	return number;
}

/* `stack` is the initial stack, as execve leaves it: argc, then argv. */
__attribute__((used, noreturn)) void child_main(const long *stack, const struct timestamp *now)
{
	const char *const *argv = (const char *const *)(stack + 1);
	long fd = stack[0] >= 2 ? parse_descriptor(argv[1]) : -1;

	if (fd >= 0) {
		int64_t ns = now->s * 1000000000 + now->ns;
		struct slate_report report = {
			.exec_ns = ns,
			.exit_ns = ns,
			.child_pid = (int32_t)system_call(SYS_getpid, 0, 0, 0, 0),
		};

		system_call(SYS_pwrite64, fd, (long)&report, sizeof(report), 0);
	}
	for (;;)
		system_call(SYS_exit_group, 0, 0, 0, 0);
}
