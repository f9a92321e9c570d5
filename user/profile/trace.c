// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/base/privilege.h"
#include "user/base/proc.h"
#include "user/base/say.h"
#include "user/model/run.h"

/* To read two counts while neither changes. */
#define TRIES 1000

/* Blocks the signals that ask to stop and those that a workload may wait for. 0 or -errno. */
static int catch_signals(struct trace *t)
{
	static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	static const int terminal[] = {SIGWINCH, SIGTSTP, SIGCONT};
	struct sigaction old;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		sigaction(stops[i], NULL, &old);
		/*
		 * nohup ignores SIGHUP: so do we. An ignored SIGINT means nothing: shells ignore it
		 * for every command that is started with &.
		 */
		if (stops[i] == SIGHUP && old.sa_handler == SIG_IGN)
			continue;
		sigaddset(&set, stops[i]);
	}
	for (size_t i = 0; t->options->watch && i < sizeof(terminal) / sizeof(terminal[0]); i++)
		sigaddset(&set, terminal[i]);
	if (t->options->argv) {
		sigaddset(&set, SIGUSR1);
		sigaddset(&set, SIGUSR2);
		sigaddset(&set, SIGCHLD);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, &t->mask);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	t->fds = calloc(3 + t->options->pid_count, sizeof(*t->fds));
	if (fd < 0 || !t->fds)
		return -errno;
	t->fds[t->fd_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
	return 0;
}

static int cannot_follow(pid_t pid, int err, struct fault *why)
{
	if ((err == -ENOENT && proc_is_mounted()) || err == -ESRCH)
		return fault__set(why, err, "there is no process %d", (int)pid);
	return fault__set(why, err, "cannot follow process %d: %s", (int)pid,
			  probe_error_text(err));
}

/* Replaces the ids of -p by those of their processes, and opens these: an id can be reused. */
static int find_processes(struct trace *t, struct fault *why)
{
	struct profile_command *o = t->options;

	for (size_t i = 0; i < o->pid_count; i++) {
		pid_t pid;
		int fd;

		errno = ESRCH;
		pid = proc_process_of(o->pids[i]);
		fd = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
		if (fd < 0)
			return cannot_follow(o->pids[i], -errno, why);
		o->pids[i] = pid;
		t->fds[t->fd_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
	}
	return 0;
}

static int open_cgroup(struct profile_command *o, struct fault *why)
{
	int fd;

	if (!o->cgroup)
		return 0;
	fd = proc_cgroup_open(o->cgroup);
	o->trace.cgroup_fd = fd;
	if (fd >= 0)
		return 0;
	return fault__set(why, fd, "--cgroup '%s': %s", o->cgroup,
			  fd == -EINVAL ? "is not a cgroup of version 2" : strerror(-fd));
}

static int follow(void *trace, pid_t pid)
{
	struct trace *t = trace;

	return probe__follow(t->probe, pid);
}

static int follow_all(struct trace *t, struct fault *why)
{
	const struct profile_command *o = t->options;
	int err = 0;

	if (o->argv)
		err = follow(t, t->workload.pid);
	for (size_t i = 0; i < o->pid_count && !err; i++)
		err = follow(t, o->pids[i]);
	/*
	 * Two passes: a process that the first one missed has a parent that was followed by then,
	 * or is older than that.
	 */
	for (int pass = 0; pass < 2 && o->children && !err; pass++)
		err = proc_for_descendants(o->pids, o->pid_count, follow, t);
	if (err)
		return fault__set(why, err, "cannot follow that many processes: %s",
				  strerror(-err));
	return 0;
}

/* Births since boot; MISSING if /proc/stat has no such line. */
static int64_t births_since_boot(void)
{
	FILE *f = fopen("/proc/stat", "re");
	int64_t births = MISSING;
	char *line = NULL;
	size_t size = 0;
	long long n;

	/* getline: the line of interrupts is long. */
	while (f && births == MISSING && getline(&line, &size, f) > 0)
		if (sscanf(line, "processes %lld", &n) == 1)
			births = n;
	free(line);
	if (f)
		fclose(f);
	return births;
}

static struct birth_counts read_counts(const void *context)
{
	const struct probe *probe = context;
	struct birth_counts c = {0};

	for (int i = 0; i < TRIES; i++) {
		c.ours = (int64_t)probe__totals(probe).newtasks;
		c.kernel = births_since_boot();
		if (c.kernel == births_since_boot() &&
		    c.ours == (int64_t)probe__totals(probe).newtasks)
			return c;
	}
	c.kernel = MISSING;
	return c;
}

/* A reader who would rather not have all others pay takes a lower level. */
static void set_price(struct trace *t)
{
	char text[200];

	toll_text(probe__tolls(t->probe), text, sizeof(text));
	if (text[0])
		snprintf(t->price, sizeof(t->price),
			 "While this is attached, %s, in every task (%s)", text, TOLL_BASIS);
}

static void begin(struct trace *t, int64_t begun)
{
	t->attached = now_ns();
	probe__begin(t->probe);
	if (t->options->verbose)
		complain("attached %.3f s after the start", (double)(t->attached - begun) / 1e9);
	if (probe__run_time(t->probe) != MISSING)
		complain("-v: until the profile ends, the kernel times each run of all BPF "
			 "programs of the machine, which then cost more");
	set_price(t);
	if (t->price[0] && !t->options->argv && !t->options->quiet)
		complain("%s", t->price);
	if (!t->options->all)
		return;
	t->at_start = birth_counts_settled(read_counts, t->probe);
}

int trace__start(struct trace *t, struct profile_command *o, int64_t begun, struct fault *why)
{
	int err;

	*t = (struct trace){.options = o,
			    .workload = {.hold = -1, .verdict = -1, .cpu_ns = MISSING}};
	err = catch_signals(t);
	if (!err)
		err = find_processes(t, why);
	if (!err)
		err = open_cgroup(o, why);
	/* This starts a process, which is not to be counted. */
	if (!err && o->trace.group_by == GROUP_BY_STACK)
		err = stacks__new(&t->stacks, why);
	if (!err && o->argv)
		err = workload__start(&t->workload, o->argv, &t->mask);
	if (err)
		return err;
	o->probe.profile = &o->trace;
	err = probe__open(&o->probe, &t->probe, why);
	if (!err)
		err = follow_all(t, why);
	if (err)
		return err;
	begin(t, begun);
	if (t->stacks)
		t->fds[t->fd_count + t->more++] =
			(struct pollfd){.fd = probe__stacks_fd(t->probe), .events = POLLIN};
	if (o->watch)
		t->fds[t->fd_count + t->more++] =
			(struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	err = privilege_reduce();
	if (err)
		return fault__set(why, err, "cannot give up privileges: %s", strerror(-err));
	return 0;
}

int trace__release(struct trace *t, struct fault *why)
{
	int err = 0;

	if (t->options->argv) {
		t->released = now_ns();
		err = workload__release(&t->workload);
	}
	if (!err)
		return 0;
	t->status = workload_exit_status(err);
	return fault__set(why, err, "cannot run '%s': %s", t->options->argv[0], strerror(-err));
}

/* Whether the signal asks for nothing, or for something that only --watch does. */
static bool is_not_to_stop(struct trace *t, uint32_t number)
{
	t->pause |= number == SIGTSTP;
	t->woken |= number == SIGCONT;
	/* SIGWINCH only ends the wait: the view then sees the new size. */
	return number == SIGCHLD || number == SIGWINCH || number == SIGTSTP || number == SIGCONT;
}

void trace__take_signals(struct trace *t)
{
	struct signalfd_siginfo s;

	while (read(t->fds[0].fd, &s, sizeof(s)) == sizeof(s)) {
		if (is_not_to_stop(t, s.ssi_signo))
			continue;
		/* Not later for whoever asks again. A command that is held cannot end by it. */
		if (!t->asked && (!t->workload.pid || t->workload.hold >= 0))
			t->asked = now_ns();
		/* Else the terminal sent it to both of us. */
		if (t->workload.pid && s.ssi_code <= 0)
			kill(t->workload.pid, (int)s.ssi_signo);
	}
	if (t->asked && !t->options->argv)
		t->stop = true;
}

static bool processes_left(const struct trace *t)
{
	for (size_t i = 1; i < t->fd_count; i++)
		if (t->fds[i].fd >= 0)
			return true;
	return t->fd_count == 1;
}

void trace__check(struct trace *t)
{
	int64_t limit = (int64_t)(t->options->seconds * 1e9);

	trace__take_signals(t);
	poll(t->fds, t->fd_count, 0);
	for (size_t i = 1; i < t->fd_count; i++)
		if (t->fds[i].fd >= 0 && t->fds[i].revents) {
			close(t->fds[i].fd);
			t->fds[i].fd = -1;
		}
	if (workload__ended(&t->workload, &t->status) || !processes_left(t) || t->error)
		t->stop = true;
	if (limit > 0 && !t->ended && now_ns() - t->attached >= limit) {
		trace__end(t);
		t->stop |= !t->options->argv;
	}
	if (t->stop)
		trace__end(t);
}

void trace__end(struct trace *t)
{
	if (t->ended)
		return;
	if (t->options->all)
		t->at_end = birth_counts_settled(read_counts, t->probe);
	t->ended = now_ns();
	probe__pause(t->probe);
	t->totals = probe__totals(t->probe);
	t->missed = probe__missed(t->probe);
	t->returns_missed = t->missed > 0 && probe__can_skip(t->probe, EDGE_clone_return);
	t->run_ns = probe__run_time(t->probe);
	t->cpu_ns = t->workload.cpu_ns;
}

void trace__stop(struct trace *t)
{
	if (!t->options)
		return;
	workload__close(&t->workload);
	probe__close(t->probe);
	t->probe = NULL;
}

void trace__close(struct trace *t)
{
	trace__stop(t);
	stacks__free(t->stacks);
	for (size_t i = 0; i < t->fd_count; i++)
		if (t->fds[i].fd >= 0)
			close(t->fds[i].fd);
	free(t->fds);
}
