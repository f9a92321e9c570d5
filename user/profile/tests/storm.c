// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * storm METHOD N [THREADS]: creates N processes, or threads, one after the other in each of THREADS
 * threads, waits for each, and prints the rate per second. The tests of profile compare its births
 * with what profile reports.
 *
 * Methods: fork, vfork, spawn (posix_spawn of itself), fork-exec, thread, fail (clone with flags
 * that are refused), refused (by a seccomp filter), orphan (a child whose own child outlives it),
 * thread-exec (a thread of a child execs), reported (fork, vfork and posix_spawn in turn, then
 * exec: the child prints its id, and the thread, method and turn from its arguments), cow (a fork,
 * while whose child lives another thread writes to 1000 pages), signalled (a fork while a timer
 * sends a signal every 50 us), held (a vfork whose child lives 3 seconds), alive (children that
 * share the address space and live until all are there, and then fork once), wait (none; sleeps N
 * seconds).
 *
 * storm busy MS COMMAND...: uses a CPU for MS milliseconds, and becomes COMMAND.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char *leaf[] = {"storm", "leaf", NULL};

static int end_of(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static int by_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return end_of(pid);
}

static int by_vfork(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	return end_of(pid);
}

static int by_held(void)
{
	pid_t pid = vfork();

	if (!pid) {
		sleep(3);
		_exit(0);
	}
	return end_of(pid);
}

static int by_spawn(void)
{
	char *env[] = {NULL};
	pid_t pid;

	errno = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, leaf, env);
	return errno ? -1 : end_of(pid);
}

static int by_fork_exec(void)
{
	pid_t pid = fork();

	if (!pid) {
		execv("/proc/self/exe", leaf);
		_exit(127);
	}
	return end_of(pid);
}

/* Index of a birth among those of its thread. */
static _Thread_local int turn;

static int by_reported(void)
{
	static const char *const kinds[] = {"fork", "vfork", "spawn"};
	const char *kind = kinds[turn % 3];
	char tid[16], number[16], method[16], *env[] = {NULL};
	char *argv[] = {"storm", "leaf", tid, method, number, NULL};
	pid_t pid;

	snprintf(tid, sizeof(tid), "%ld", syscall(SYS_gettid));
	snprintf(number, sizeof(number), "%d", turn);
	snprintf(method, sizeof(method), "%s", kind);
	switch (turn++ % 3) {
	case 0:
		pid = fork();
		break;
	case 1:
		pid = vfork();
		break;
	default:
		errno = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, env);
		return errno ? -1 : end_of(pid);
	}
	if (!pid) {
		execve("/proc/self/exe", argv, env);
		_exit(127);
	}
	return end_of(pid);
}

static int report(char **argv)
{
	return printf("%d %s %s %s\n", (int)getpid(), argv[2], argv[3], argv[4]) < 0;
}

static void *nothing(void *context)
{
	return context;
}

static int by_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL) ? -1 : 0;
}

static int by_fail(void)
{
	/* A thread must share its signal handlers, and these the address space. */
	return syscall(SYS_clone, (long)CLONE_THREAD, 0L, 0L, 0L, 0L) == -1 && errno == EINVAL ? 0
											       : -1;
}

/* Waits for the child only; the grandchild ends well after it. */
static int by_orphan(void)
{
	pid_t pid = fork();

	if (!pid) {
		if (!fork()) {
			usleep(100000);
			execv("/proc/self/exe", leaf);
			_exit(127);
		}
		_exit(0);
	}
	return end_of(pid);
}

static void *exec_it(void *context)
{
	execv("/proc/self/exe", leaf);
	_exit(127);
	return context;
}

static int by_thread_exec(void)
{
	pid_t pid = fork();
	pthread_t thread;

	if (!pid) {
		pthread_create(&thread, NULL, exec_it, NULL);
		for (;;)
			pause();
	}
	return end_of(pid);
}

#define COW_PAGES 1000
static char pages[COW_PAGES][4096];

static void *write_pages(void *context)
{
	for (int i = 0; i < COW_PAGES; i++)
		pages[i][0]++;
	return context;
}

static void *fork_and_hold(void *context)
{
	int hold[2];
	pthread_t writer;
	pid_t pid;
	char byte;

	if (pipe(hold))
		return context;
	pid = fork();
	if (!pid) {
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) != 0);
	}
	if (!pthread_create(&writer, NULL, write_pages, NULL))
		pthread_join(writer, NULL);
	close(hold[0]);
	close(hold[1]);
	return end_of(pid) ? context : NULL;
}

/* Neither the thread that forks nor the one that writes is the leader. */
static int by_cow(void)
{
	pthread_t forker;
	void *failed = NULL;

	write_pages(NULL);
	if (pthread_create(&forker, NULL, fork_and_hold, pages) || pthread_join(forker, &failed))
		return -1;
	return failed ? -1 : 0;
}

/* By a seccomp filter. */
static int by_refused(void)
{
	struct sock_filter is_clone[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof(is_clone) / sizeof(is_clone[0]), is_clone};
	static bool filtered;

	if (!filtered)
		filtered = !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
			   !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
	return filtered && fork() == -1 && errno == EPERM ? 0 : -1;
}

static void on_signal(int number)
{
}

/* Some signals arrive between the call and the check for signals in copy_process. */
static int by_signalled(void)
{
	struct itimerval often = {{0, 50}, {0, 50}};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	static bool ready;

	if (!ready)
		ready = !sigaction(SIGALRM, &action, NULL) && !setitimer(ITIMER_REAL, &often, NULL);
	return ready ? by_fork() : -1;
}

static struct {
	int (*once)(void);
	long n;
} task;

static int gate[2] = {-1, -1}, left[2] = {-1, -1};
static char leaf_stack[4096];

static int end_leaf(void *context)
{
	_exit(0);
}

/* Waits for its turn, forks, and waits for its child, whom the kernel reaps. */
static int wait_and_fork(void *context)
{
	char byte;

	close(gate[1]);
	if (read(gate[0], &byte, 1) ||
	    clone(end_leaf, leaf_stack + sizeof(leaf_stack), SIGCHLD, NULL) < 0)
		_exit(1);
	waitpid(-1, NULL, 0);
	_exit(0);
}

/*
 * As cheap as can be: the children share the address space, but their forks do not have the stacks,
 * and nobody looks through 20,000 children for one to reap.
 */
static int by_alive(void)
{
	enum { STACK = 1024 };
	static char *stacks;

	if (!stacks) {
		size_t size = (size_t)task.n * STACK;

		stacks = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			      0);
		if (stacks == MAP_FAILED || madvise(stacks, size, MADV_DONTFORK) || pipe(gate) ||
		    pipe(left))
			return -1;
		signal(SIGCHLD, SIG_IGN);
	}
	stacks += STACK;
	return clone(wait_and_fork, stacks, CLONE_VM | SIGCHLD, NULL) < 0;
}

/* Lets them go and waits until the last is gone. */
static void end_alive(void)
{
	char byte;

	close(gate[1]);
	close(left[1]);
	while (read(left[0], &byte, 1) > 0)
		;
}

static const struct {
	const char *name;
	int (*once)(void);
} methods[] = {
	{"fork", by_fork},
	{"vfork", by_vfork},
	{"spawn", by_spawn},
	{"fork-exec", by_fork_exec},
	{"thread", by_thread},
	{"fail", by_fail},
	{"refused", by_refused},
	{"orphan", by_orphan},
	{"thread-exec", by_thread_exec},
	{"cow", by_cow},
	{"reported", by_reported},
	{"signalled", by_signalled},
	{"held", by_held},
	{"alive", by_alive},
};

static void *work(void *context)
{
	for (long i = 0; i < task.n; i++)
		if (task.once()) {
			perror("storm");
			exit(1);
		}
	return context;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int busy(long ms, char **command)
{
	double end = now() + (double)ms / 1e3;

	while (now() < end) {
	}
	execvp(command[0], command);
	perror(command[0]);
	return 127;
}

int main(int argc, char **argv)
{
	long threads = argc > 3 ? atol(argv[3]) : 1;
	double start = now();

	if (argc >= 2 && !strcmp(argv[1], "leaf"))
		return argc == 5 ? report(argv) : 0;
	if (argc < 3)
		return 2;
	task.n = atol(argv[2]);
	if (!strcmp(argv[1], "busy"))
		return argc > 3 ? busy(task.n, argv + 3) : 2;
	if (!strcmp(argv[1], "wait"))
		return sleep(task.n) != 0;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (!strcmp(argv[1], methods[i].name))
			task.once = methods[i].once;
	if (!task.once)
		return 2;
	if (threads == 1) {
		work(NULL);
	} else {
		pthread_t *all = calloc(threads, sizeof(*all));

		for (long i = 0; all && i < threads; i++)
			pthread_create(&all[i], NULL, work, NULL);
		for (long i = 0; all && i < threads; i++)
			pthread_join(all[i], NULL);
		free(all);
	}
	if (gate[0] >= 0)
		end_alive();
	while (wait(NULL) > 0) {
	}
	printf("%.0f\n", (double)(task.n * threads) / (now() - start));
	return 0;
}
