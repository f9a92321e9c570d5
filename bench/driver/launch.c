// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/driver/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "bench/shared/fault.h"
#include "bench/shared/protocol.h"
#include "bench/shared/text.h"

/* From here on, no descriptor is one of SUBJECT_SOCKET_FD and SUBJECT_SLATE_FD. */
#define FD_BASE 16

/* So many times within a time limit it is seen whether a subject goes on. */
#define LOOKS 4

/* Variables that the subject inherits: a program may not start without them. */
static const char *const kept_variables[] = {"LD_LIBRARY_PATH=", "LD_PRELOAD=", "ASAN_OPTIONS="};

#define KEPT_COUNT (sizeof(kept_variables) / sizeof(kept_variables[0]))

/* PATH, these, the one of --pass, and NULL. */
#define VARIABLES_MAX (KEPT_COUNT + 3)

/* The subject that works on a request, or 0. */
static volatile pid_t busy_subject;

/* The variable of our environment that begins with `start`, or NULL. */
static char *find_variable(const char *start, size_t length)
{
	char **variable;

	for (variable = environ; *variable; variable++) {
		if (!strncmp(*variable, start, length))
			return *variable;
	}
	return NULL;
}

/*
 * A small fixed environment: exec copies it, and fork copies the stack that holds it, so results
 * would depend on the shell that the driver was started from.
 */
static void make_environment(char *environment[VARIABLES_MAX], const char *pass)
{
	size_t used = 0;
	char start[256];

	environment[used] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	if (pass && !strcmp(pass, "PATH"))
		environment[used] = find_variable("PATH=", strlen("PATH="));
	used += environment[used] != NULL;
	for (size_t i = 0; i < KEPT_COUNT; i++) {
		environment[used] = find_variable(kept_variables[i], strlen(kept_variables[i]));
		used += environment[used] != NULL;
		if (pass && strlen(pass) + 1 == strlen(kept_variables[i]) &&
		    !strncmp(pass, kept_variables[i], strlen(pass)))
			pass = NULL;
	}
	if (pass && strcmp(pass, "PATH") &&
	    (size_t)snprintf(start, sizeof(start), "%s=", pass) < sizeof(start)) {
		environment[used] = find_variable(start, strlen(start));
		used += environment[used] != NULL;
	}
	environment[used] = NULL;
}

/* Runs in the new process, until its exec. */
static _Noreturn void become_subject(pid_t driver, const struct loader *loader, const char *pass,
				     int socket, int slate_fd)
{
	/* If a loader started us, /proc/self/exe is the loader and argv[0] this program. */
	char *by_loader[] = {
		(char *)loader->path,	 LOADER_LIBRARIES_OPTION, (char *)loader->libraries,
		program_invocation_name, SUBJECT_OPTION,	  NULL};
	char *argv[] = {"spawnscope-bench", SUBJECT_OPTION, NULL};
	char *environment[VARIABLES_MAX];
	int null;

	/* The setting survives exec. The driver may have died before the prctl. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != driver)
		_exit(0);
	setpgid(0, 0);
	/* Programs run here must neither read the driver's commands nor write to its output. */
	null = open("/dev/null", O_RDONLY);
	if (null > STDIN_FILENO)
		dup2(null, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	if (dup2(socket, SUBJECT_SOCKET_FD) < 0 || dup2(slate_fd, SUBJECT_SLATE_FD) < 0)
		_exit(126);
	make_environment(environment, pass);
	if (loader->path[0])
		execve(loader->path, by_loader, environment);
	else
		execve("/proc/self/exe", argv, environment);
	_exit(127);
}

/* Moves `fd` to FD_BASE or above. */
static int move_up(int fd)
{
	int moved;

	if (fd < 0)
		return fd;
	moved = fcntl(fd, F_DUPFD_CLOEXEC, FD_BASE);
	close(fd);
	if (moved < 0 && errno == EINVAL) /* the limit is below FD_BASE */
		errno = EMFILE;
	return moved;
}

static void close_all(struct launch *launch)
{
	if (launch->socket >= 0)
		close(launch->socket);
	if (launch->slate_fd >= 0)
		close(launch->slate_fd);
	launch->socket = -1;
	launch->slate_fd = -1;
}

int launch__start(struct launch *launch, const struct loader *loader, const char *pass,
		  struct fault *why)
{
	pid_t driver = getpid();
	int sockets[2] = {-1, -1};
	int err = 0;

	*launch = (struct launch){.socket = -1, .slate_fd = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
		return fault__set(why, -errno, "socketpair: %s", strerror(errno));
	launch->socket = move_up(sockets[0]);
	sockets[1] = move_up(sockets[1]);
	launch->slate_fd = move_up(memfd_create("spawnscope-slate", MFD_CLOEXEC));
	if (launch->socket < 0 || sockets[1] < 0 || launch->slate_fd < 0 ||
	    ftruncate(launch->slate_fd, SUBJECT_SAMPLES_OFFSET) != 0) {
		err = fault__set(why, -errno, "descriptors for the parent process: %s",
				 errno == EMFILE
					 ? "too many open files: raise the limit (ulimit -n)"
					 : strerror(errno));
		goto cleanup;
	}
	launch->pid = fork();
	if (launch->pid == 0)
		become_subject(driver, loader, pass, sockets[1], launch->slate_fd);
	if (launch->pid < 0) {
		err = fault__set(why, -errno, "fork of the parent process: %s", strerror(errno));
		launch->pid = 0;
		goto cleanup;
	}
	/* Parent and child both do this, whoever runs first. */
	setpgid(launch->pid, launch->pid);
cleanup:
	if (sockets[1] >= 0)
		close(sockets[1]);
	if (err)
		close_all(launch);
	return err;
}

/* 1 if readable within the time, 0 if not, else -errno. */
static int wait_readable(int fd, int64_t limit_ms)
{
	int64_t end_ms = now_ns() / 1000000 + limit_ms;
	struct pollfd poller = {.fd = fd, .events = POLLIN};

	for (;;) {
		int64_t left_ms = end_ms - now_ns() / 1000000;
		int ready;

		if (left_ms < 0)
			left_ms = 0;
		ready = poll(&poller, 1, left_ms > INT32_MAX ? INT32_MAX : (int)left_ms);
		if (ready > 0)
			return 1;
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready == 0 && left_ms == 0)
			return 0;
	}
}

/* Works even if the subject is dead. */
static uint32_t samples_taken(const struct launch *launch)
{
	struct slate slate = {0};

	return pread(launch->slate_fd, &slate, sizeof(slate), 0) == sizeof(slate) ? slate.taken : 0;
}

/*
 * 1 if there is a reply, else -errno, or 0 if for `limit_ms` there was neither a reply nor one more
 * sample. On a busy machine a block may take long, and it is not hung.
 */
static int wait_for_reply(const struct launch *launch, int64_t limit_ms,
			  const struct launch_watcher *watcher)
{
	int64_t last_ms = now_ns() / NS_PER_MS;
	uint32_t taken = samples_taken(launch);
	int ready;

	while ((ready = wait_readable(launch->socket, limit_ms / LOOKS)) == 0) {
		int64_t ms = now_ns() / NS_PER_MS;
		uint32_t before = taken;

		taken = samples_taken(launch);
		if (taken == before && ms - last_ms >= limit_ms)
			return 0;
		if (taken == before)
			continue;
		last_ms = ms;
		if (watcher)
			watcher->is_busy(watcher->arg);
	}
	return ready;
}

/* Kills and reaps the subject. Returns the wait status. */
static int reap(struct launch *launch)
{
	int status = 0;

	/* Kill the group: a child may hang, too. */
	kill(-launch->pid, SIGKILL);
	kill(launch->pid, SIGKILL);
	/* Once reaped, its pid may be reused. */
	if (busy_subject == launch->pid)
		busy_subject = 0;
	while (waitpid(launch->pid, &status, 0) < 0 && errno == EINTR)
		;
	launch->pid = 0;
	return status;
}

static void on_signal(int number)
{
	if (busy_subject > 0)
		kill(-busy_subject, SIGKILL);
	/* Ends us when this function returns, as the signal is blocked until then. */
	signal(number, SIG_DFL);
	raise(number);
}

void launch_catch_signals(void)
{
	static const int numbers[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE};
	struct sigaction now, action = {.sa_handler = on_signal};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		/* nohup(1) ignores SIGHUP: keep that. */
		if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
}

/* Called when the subject has closed its socket: it ended or is about to end. */
static int explain_death(struct launch *launch, struct fault *why)
{
	siginfo_t info = {0};
	int status;

	/* Wait until it is dead: reap() kills, which would hide the cause. */
	waitid(P_PID, (id_t)launch->pid, &info, WEXITED | WNOWAIT);
	status = reap(launch);
	if (WIFSIGNALED(status))
		return fault__set(why, -EPIPE, "the parent process was killed by signal %d (%s)",
				  WTERMSIG(status), strsignal(WTERMSIG(status)));
	return fault__set(why, -EPIPE, "the parent process ended with status %d",
			  WEXITSTATUS(status));
}

int launch__ask(struct launch *launch, const struct subject_request *request,
		struct subject_reply *reply, int64_t limit_ms, const struct launch_watcher *watcher,
		struct fault *why)
{
	ssize_t length;
	int ready, err;

	busy_subject = launch->pid;
	/* If it is dead already, recv() finds that out. */
	if (send(launch->socket, request, sizeof(*request), MSG_NOSIGNAL) < 0 && errno != EPIPE) {
		err = fault__set(why, -errno, "request to the parent process: %s", strerror(errno));
		reap(launch);
		return err;
	}
	ready = wait_for_reply(launch, limit_ms, watcher);
	if (ready <= 0) {
		reap(launch);
		return fault__set(why, -ETIMEDOUT,
				  "the parent process did not answer within %" PRId64
				  " s; --timeout gives it longer",
				  limit_ms / 1000);
	}
	length = recv(launch->socket, reply, sizeof(*reply), 0);
	if (length != sizeof(*reply))
		return explain_death(launch, why);
	busy_subject = 0;
	return 0;
}

int launch__write_arguments(const struct launch *launch, char *const *arguments)
{
	static char text[SUBJECT_WORDS_MAX];
	uint32_t bytes = 0;

	for (char *const *word = arguments; word && *word; word++) {
		size_t size = strlen(*word) + 1;

		if (size > sizeof(text) - bytes)
			return -E2BIG;
		memcpy(text + bytes, *word, size);
		bytes += size;
	}
	if (pwrite(launch->slate_fd, &bytes, sizeof(bytes), SUBJECT_WORDS_OFFSET) !=
		    sizeof(bytes) ||
	    pwrite(launch->slate_fd, text, bytes, SUBJECT_WORDS_OFFSET + sizeof(bytes)) !=
		    (ssize_t)bytes)
		return -EIO;
	return 0;
}

int launch__samples(const struct launch *launch, struct sample **samples, size_t *count)
{
	struct slate slate;
	size_t bytes;

	if (pread(launch->slate_fd, &slate, sizeof(slate), 0) != sizeof(slate))
		return -EIO;
	bytes = slate.taken * sizeof(struct sample);
	*samples = malloc(bytes + 1);
	if (!*samples)
		return -ENOMEM;
	/* A memfd has no short reads. */
	if (pread(launch->slate_fd, *samples, bytes, SUBJECT_SAMPLES_OFFSET) != (ssize_t)bytes) {
		free(*samples);
		*samples = NULL;
		return -EIO;
	}
	*count = slate.taken;
	return 0;
}

void launch__end(struct launch *launch)
{
	if (launch->pid > 0)
		reap(launch);
	close_all(launch);
}
