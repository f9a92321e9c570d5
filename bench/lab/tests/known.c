// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Calls of which it is known who makes them, and how often: anatomy.bats looks for them in what the
 * plugin of the emulator wrote. Functions whose instructions are counted are in assembly.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* No copies of it, and its calls stay as they are. */
#ifdef __clang__
#define KEEP __attribute__((noinline))
#else
#define KEEP __attribute__((noipa))
#endif

/* leaf: 1 instruction. spin: 2 for each round, and 1. first jumps to second: 1 and 2. */
void leaf(void);
void spin(unsigned long rounds);
void first(void);
asm(".text\n"
    ".globl leaf\n.type leaf, @function\nleaf: ret\n.size leaf, .-leaf\n"
    ".globl spin\n.type spin, @function\nspin: dec %rdi\njne spin\nret\n.size spin, .-spin\n"
    ".globl second\n.type second, @function\nsecond: nop\nret\n.size second, .-second\n"
    ".globl first\n.type first, @function\nfirst: jmp second\n.size first, .-first\n");

static jmp_buf place;
static volatile int sink;

KEEP static void calls(void)
{
	for (int i = 0; i < 10000; i++)
		leaf();
}

KEEP static void tails(void)
{
	for (int i = 0; i < 100; i++)
		first();
}

KEEP static void descend(int depth)
{
	if (depth)
		descend(depth - 1);
	sink++;
}

/* Some interrupts of the timer come in between. */
KEEP static void spins(void)
{
	spin(10000000);
	sink++;
}

KEEP static void handler(int number)
{
	leaf(); /* NOLINT(bugprone-signal-handler) */
	sink = number;
}

KEEP static void signals(void)
{
	signal(SIGUSR1, handler);
	for (int i = 0; i < 3; i++)
		kill(getpid(), SIGUSR1);
	leaf();
	sink++;
}

KEEP static void deeper(void)
{
	longjmp(place, 1);
}

KEEP static void deep(void)
{
	deeper();
	sink++;
}

KEEP static void jumps(void)
{
	if (!setjmp(place))
		deep();
	leaf();
	leaf();
	sink++;
}

KEEP static void answer(int in, int out)
{
	char byte;

	while (read(in, &byte, 1) == 1 && write(out, &byte, 1) == 1)
		leaf();
	_exit(0);
}

/* Each read waits until the other process has written: the CPU changes inside of the call. */
KEEP static void switches(void)
{
	int there[2], back[2];
	char byte = 0;

	if (pipe(there) || pipe(back))
		exit(1);
	if (!fork()) {
		close(there[1]);
		answer(there[0], back[1]);
	}
	close(there[0]);
	for (int i = 0; i < 50; i++) {
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			exit(1);
		leaf();
	}
	close(there[1]);
	wait(NULL);
}

KEEP static void in_child(void)
{
	for (int i = 0; i < 7; i++)
		leaf();
	_exit(0);
}

/* Both tasks use the same stack. */
KEEP static void vforks(void)
{
	if (!vfork())
		in_child();
	for (int i = 0; i < 5; i++)
		leaf();
	wait(NULL);
}

int main(void)
{
	calls();
	tails();
	descend(50);
	spins();
	signals();
	jumps();
	switches();
	vforks();
	return 0;
}
