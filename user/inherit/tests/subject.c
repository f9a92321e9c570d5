// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * subject METHOD: a process that has set all sorts of properties, for `observe` to look at from
 * outside. Prints "ready" and the addresses of its mappings, waits for a byte on standard input,
 * makes a child by the method, and prints the child's id where it can. Both end when standard input
 * does; a child that executes runs cat. It shares no code with the command that it is to check.
 */
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void need(long result, const char *call)
{
	if (result < 0)
		err(1, "%s", call);
}

#define NEED(call) need((long)(call), #call)

enum { FD_OFFSET = 50, FD_CLOEXEC_ON, FD_RECORD, FD_FLOCK, FD_OFD, FD_LEASE, FD_EVENT, FD_EPOLL };

static const struct {
	const char *name;
	unsigned long flags;
} clones[] = {
	{"clone", 0},
	{"vm", CLONE_VM},
	{"fs", CLONE_FS},
	{"files", CLONE_FILES},
	{"sighand", CLONE_VM | CLONE_SIGHAND},
	{"sysvsem", CLONE_SYSVSEM},
	{"io", CLONE_IO},
	{"parent", CLONE_PARENT},
	{"thread", CLONE_VM | CLONE_SIGHAND | CLONE_THREAD},
	{"newuser", CLONE_NEWUSER},
	{"newpid", CLONE_NEWPID},
	{"newnet", CLONE_NEWNET},
	{"newns", CLONE_NEWNS},
	{"newuts", CLONE_NEWUTS},
	{"newipc", CLONE_NEWIPC},
	{"newcgroup", CLONE_NEWCGROUP},
};

static char *const cat[] = {"cat", NULL};

static void handler(int number)
{
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

static void wait_for_end(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

static int child(void *unused)
{
	wait_for_end();
	syscall(SYS_exit, 0);
	return 0;
}

static void *other_thread(void *unused)
{
	for (;;)
		pause();
	return NULL;
}

/* A file at the descriptor, opened with these flags. */
static void put_file(int at, int flags)
{
	char path[64];
	int fd = memfd_create("subject", 0), again;

	NEED(fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, flags);
	NEED(again);
	close(fd);
	NEED(dup3(again, at, flags & O_CLOEXEC));
	close(again);
}

static void set_files(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct epoll_event e = {.events = EPOLLIN};

	put_file(FD_OFFSET, O_RDWR | O_APPEND);
	NEED(lseek(FD_OFFSET, 100, SEEK_SET));
	put_file(FD_CLOEXEC_ON, O_RDWR | O_CLOEXEC);
	put_file(FD_RECORD, O_RDWR);
	NEED(fcntl(FD_RECORD, F_SETLK, &lock));
	put_file(FD_FLOCK, O_RDWR);
	NEED(flock(FD_FLOCK, LOCK_EX));
	put_file(FD_OFD, O_RDWR);
	NEED(fcntl(FD_OFD, F_OFD_SETLK, &lock));
	put_file(FD_LEASE, O_RDONLY);
	NEED(fcntl(FD_LEASE, F_SETLEASE, F_RDLCK));
	NEED(dup2(eventfd(7, 0), FD_EVENT));
	NEED(dup2(epoll_create1(0), FD_EPOLL));
	NEED(epoll_ctl(FD_EPOLL, EPOLL_CTL_ADD, FD_EVENT, &e));
	NEED(chdir("/proc"));
	umask(0153);
}

static void set_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	NEED(sigprocmask(SIG_BLOCK, &set, NULL));
	NEED(kill(getpid(), SIGUSR1));
	signal(SIGUSR2, handler);
	signal(SIGTTOU, SIG_IGN);
}

static void set_scheduling(void)
{
	const struct sched_param zero = {0};
	const struct itimerspec t = {.it_value = {100000, 0}};
	cpu_set_t all, one;
	timer_t timer;

	CPU_ZERO(&one);
	NEED(sched_getaffinity(0, sizeof(all), &all));
	for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	NEED(sched_setaffinity(0, sizeof(one), &one));
	NEED(setpriority(PRIO_PROCESS, 0, 13));
	NEED(sched_setscheduler(0, SCHED_BATCH, &zero));
	NEED(syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 6));
	NEED(prctl(PR_SET_TIMERSLACK, 123456));
	NEED(timer_create(CLOCK_MONOTONIC, NULL, &timer));
	NEED(timer_settime(timer, 0, &t, NULL));
}

static void set_limits(void)
{
	struct rlimit r = {512, 1024};

	NEED(setrlimit(RLIMIT_NOFILE, &r));
	write_file("/proc/self/oom_score_adj", "700");
	write_file("/proc/self/coredump_filter", "0x11");
	NEED(personality(ADDR_NO_RANDOMIZE));
	NEED(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
	NEED(prctl(PR_SET_NAME, "subject-name"));
}

/* All capabilities up to CAP_WAKE_ALARM (35), CAP_BLOCK_SUSPEND and CAP_AUDIT_READ: the second
 * word. */
static void set_security(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = {1, &allow};
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct sets[2];
	const gid_t groups[] = {21, 22};

	NEED(setgroups(2, groups));
	NEED(setresgid(11, 12, 13));
	NEED(prctl(PR_CAPBSET_DROP, CAP_BLOCK_SUSPEND));
	NEED(syscall(SYS_capget, &head, sets));
	sets[1].inheritable |= CAP_TO_MASK(CAP_WAKE_ALARM);
	sets[1].effective &= ~CAP_TO_MASK(CAP_AUDIT_READ);
	NEED(syscall(SYS_capset, &head, sets));
	NEED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_WAKE_ALARM, 0, 0));
	NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	NEED(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static char *page(int flags, int advice)
{
	char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		err(1, "mmap");
	*at = 1;
	if (advice)
		NEED(madvise(at, 4096, advice));
	return at;
}

/* A semaphore that its namespace takes along, and something to undo. */
static void set_memory(void)
{
	struct sembuf up = {0, 1, SEM_UNDO};
	char *private = page(MAP_PRIVATE, 0), *shared = page(MAP_SHARED, 0);
	int id;

	NEED(unshare(CLONE_NEWIPC));
	id = semget(IPC_PRIVATE, 1, 0600);
	NEED(semop(id, &up, 1));
	NEED(mlock(private, 4096));
	printf("ready %lx %lx %lx\n", (unsigned long)private, (unsigned long)shared,
	       (unsigned long)page(MAP_PRIVATE, MADV_DONTFORK));
}

static void use_time(void)
{
	struct timespec t;

	do
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	while (!t.tv_sec && t.tv_nsec < 50000000);
}

static __attribute__((noreturn)) void exec_cat(void)
{
	execv("/bin/cat", cat);
	_exit(127);
}

/* On this frame of its own the child runs; the caller's variables stay. */
static __attribute__((noinline)) pid_t by_vfork(int exec)
{
	pid_t pid = vfork();

	if (!pid) {
		if (exec)
			exec_cat();
		_exit(child(NULL));
	}
	return pid;
}

static pid_t by_spawn(const char *attribute)
{
	static const struct {
		const char *name;
		short flag;
	} flags[] = {
		{"sigmask", POSIX_SPAWN_SETSIGMASK}, {"sigdef", POSIX_SPAWN_SETSIGDEF},
		{"pgroup", POSIX_SPAWN_SETPGROUP},   {"setsid", POSIX_SPAWN_SETSID},
		{"resetids", POSIX_SPAWN_RESETIDS},  {"scheduler", POSIX_SPAWN_SETSCHEDULER},
	};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t a;
	sigset_t set;
	pid_t pid;

	posix_spawnattr_init(&a);
	posix_spawn_file_actions_init(&actions);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&a, &set);
	sigaddset(&set, SIGTTOU);
	posix_spawnattr_setsigdefault(&a, &set);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!strcmp(flags[i].name, attribute))
			posix_spawnattr_setflags(&a, flags[i].flag);
	if (!strcmp(attribute, "actions")) {
		posix_spawn_file_actions_addclose(&actions, FD_OFFSET);
		posix_spawn_file_actions_adddup2(&actions, FD_CLOEXEC_ON, FD_CLOEXEC_ON);
		posix_spawn_file_actions_addchdir_np(&actions, "/");
	}
	if (posix_spawn(&pid, "/bin/cat", &actions, &a, cat, environ))
		errx(1, "posix_spawn");
	return pid;
}

static pid_t by_clone3(unsigned long long flags)
{
	struct clone_args a = {.flags = flags, .exit_signal = SIGCHLD};
	pid_t pid = (pid_t)syscall(SYS_clone3, &a, sizeof(a));

	if (!pid)
		_exit(child(NULL));
	return pid;
}

static pid_t by_clone(unsigned long flags)
{
	char *stack = page(MAP_PRIVATE | MAP_STACK, 0);

	munmap(stack, 4096);
	stack = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack == MAP_FAILED)
		err(1, "mmap");
	return clone(child, stack + (1 << 16), (int)flags | (flags & CLONE_THREAD ? 0 : SIGCHLD),
		     NULL);
}

static pid_t make(const char *method)
{
	for (size_t i = 0; i < sizeof(clones) / sizeof(clones[0]); i++)
		if (!strcmp(method, clones[i].name))
			return by_clone(clones[i].flags);
	if (!strcmp(method, "clear"))
		return by_clone3(CLONE_CLEAR_SIGHAND);
	if (!strcmp(method, "newtime"))
		return by_clone3(CLONE_NEWTIME);
	if (!strcmp(method, "exec"))
		exec_cat();
	if (!strncmp(method, "vfork", 5))
		return by_vfork(!strcmp(method, "vfork-exec"));
	if (!strncmp(method, "fork", 4)) {
		pid_t pid = fork();

		if (!pid && !strcmp(method, "fork-exec"))
			exec_cat();
		if (!pid)
			_exit(child(NULL));
		return pid;
	}
	return by_spawn(method);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	pid_t pid;
	char byte;

	if (argc != 2)
		errx(1, "subject METHOD");
	setvbuf(stdout, NULL, _IOLBF, 0);
	NEED(prctl(PR_SET_PDEATHSIG, SIGKILL));
	NEED(setpgid(0, 0));
	/* Before the thread, which would take the signal. */
	set_signals();
	NEED(-pthread_create(&thread, NULL, other_thread, NULL));
	set_files();
	set_scheduling();
	set_limits();
	use_time();
	set_security();
	set_memory();
	if (read(STDIN_FILENO, &byte, 1) != 1)
		return 1;
	pid = make(argv[1]);
	if (pid < 0) {
		printf("failed %m\n");
		return 1;
	}
	printf("child %d\n", pid);
	wait_for_end();
	while (wait(NULL) > 0)
		;
	return 0;
}
