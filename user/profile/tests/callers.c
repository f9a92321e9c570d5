// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * callers METHOD N M: creates processes from two places, N by main -> a -> b -> c and M by
 * main -> other -> c, and waits for each. profile_stack.bats compiles it in several ways and
 * compares these functions with what profile reports.
 *
 * Methods: fork, vfork, spawn (posix_spawn), system; gone (a child forks, and ends at once);
 * parted (fork, from a program whose code is no longer one mapping).
 */
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *method;

/* Keeps the compiler from inlining a function, and from turning a call into a jump. */
#if __has_attribute(noipa)
#define FRAME __attribute__((noipa)) static
#else
#define FRAME __attribute__((noinline)) static
#endif
#define NO_TAIL_CALL() __asm__ volatile("")

FRAME pid_t c(void)
{
	char *argv[] = {"true", NULL}, *env[] = {NULL};
	pid_t pid = -1;

	if (!strcmp(method, "fork") || !strcmp(method, "gone") || !strcmp(method, "parted")) {
		pid = fork();
		if (!pid)
			_exit(!strcmp(method, "gone") && fork() < 0);
	} else if (!strcmp(method, "vfork")) {
		pid = vfork();
		if (!pid)
			_exit(0);
	} else if (!strcmp(method, "spawn")) {
		if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, env))
			pid = -1;
	} else if (system("true")) { /* NOLINT(cert-env33-c): the test wants it */
		exit(1);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	NO_TAIL_CALL();
	return pid;
}

FRAME void b(void)
{
	c();
	NO_TAIL_CALL();
}

FRAME void a(void)
{
	b();
	NO_TAIL_CALL();
}

FRAME void other(void)
{
	c();
	NO_TAIL_CALL();
}

/* A page of code between other pages of code. */
__attribute__((aligned(4096), used)) FRAME void page(void)
{
	__asm__ volatile(".fill 8192, 1, 0x90");
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	method = argv[1];
	if (!strcmp(method, "parted") && madvise((void *)page, 4096, MADV_RANDOM))
		return 3;
	for (volatile int i = atoi(argv[2]); i > 0; i--)
		a();
	for (volatile int i = atoi(argv[3]); i > 0; i--)
		other();
	/* Gives profile time to read its memory map, also on a busy machine. */
	sleep(2);
	return 0;
}
