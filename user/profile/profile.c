// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The command profile: the probes, a command that is held until they are there,
 * or processes that run already; and what the records say, summed up.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "user/analysis/whatif.h"
#include "user/base/command.h"
#include "user/base/interrupt.h"
#include "user/base/privilege.h"
#include "user/base/proc.h"
#include "user/base/say.h"
#include "user/base/slow_reader.h"
#include "user/collect/births.h"
#include "user/collect/environment.h"
#include "user/probe/probe.h"
#include "user/profile/calibrate.h"
#include "user/profile/options.h"
#include "user/profile/sinks.h"
#include "user/profile/workload.h"
#include "user/table/profile.h"
#include "user/text/escape.h"

/* How often the ring is emptied. */
#define PERIOD_MS 50

/* Records that are taken before it is looked whether it is time to end. */
#define RECORDS_AT_ONCE 256
#define STACKS_AT_ONCE	64

/* So long is waited for a reader: for lines of births when the end has come, and when we are asked
 * to stop. */
#define PATIENCE_NS 1000000000LL

/* Of a command line this much is repeated. */
#define SUBJECT_MAX 70

struct profile {
	struct profile_command options;
	struct probe *probe;
	struct workload workload;
	bool has_workload;
	struct births *births;
	struct sinks sinks;
	struct slow_reader reader; /* standard output, or error, for lines and the summary */
	FILE *out;
	sigset_t before;       /* the signal mask */
	struct pollfd *fds;    /* signals, then the processes of -p, then what tells of stacks */
	size_t fd_count;       /* without the last */
	struct stacks *stacks; /* or NULL */
	int64_t begun;	       /* CLOCK_MONOTONIC ns: this command */
	int64_t attached;      /* the probes were there, and began to count */
	int64_t ended;	       /* nothing more was counted; 0: not yet */
	struct kernel_totals totals; /* then */
	int64_t missed, run_ns;	     /* the same */
	int64_t asked;		     /* a signal said to stop; 0: none did */
	int64_t summed_up;	     /* the summary began */
	int64_t ticked;
	struct {
		int64_t kernel, ours;
	} at_start, at_end; /* births of all time, at one moment */
	bool stop;
	bool drained; /* all that came until the end was taken */
	int status;
	int error; /* of a callback, but the sinks' */
	struct fault why;
	struct fault uncalibrated; /* why, if there is no calibration */
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Births since boot, as the kernel counts them; MISSING if it does not tell. */
static int64_t kernel_births(void)
{
	FILE *f = fopen("/proc/stat", "re");
	int64_t births = MISSING;
	char *line = NULL;
	size_t size = 0;
	long long n;

	/* The line of interrupts is long. */
	while (f && births == MISSING && getline(&line, &size, f) > 0)
		if (sscanf(line, "processes %lld", &n) == 1)
			births = n;
	free(line);
	if (f)
		fclose(f);
	return births;
}

/* Both counts while neither changes. */
static void compare_counts(struct profile *p, int64_t *kernel, int64_t *ours)
{
	for (int i = 0; i < 1000; i++) {
		*ours = (int64_t)probe__totals(p->probe).newtasks;
		*kernel = kernel_births();
		if (*kernel == kernel_births() &&
		    *ours == (int64_t)probe__totals(p->probe).newtasks)
			return;
	}
	*kernel = MISSING;
}

/* All counts begin at one moment. */
static void begin(struct profile *p)
{
	int64_t births = p->options.all ? kernel_births() : MISSING;

	p->attached = now_ns();
	probe__begin(p->probe);
	if (p->options.verbose)
		complain("attached %.3f s after the start", (double)(p->attached - p->begun) / 1e9);
	if (!p->options.all)
		return;
	if (births != MISSING && births == kernel_births())
		p->at_start.kernel = births;
	else
		compare_counts(p, &p->at_start.kernel, &p->at_start.ours);
}

/* And end at one: what has come is still to be taken. */
static void end(struct profile *p)
{
	if (p->ended)
		return;
	if (p->options.all)
		compare_counts(p, &p->at_end.kernel, &p->at_end.ours);
	p->ended = now_ns();
	probe__pause(p->probe);
	p->totals = probe__totals(p->probe);
	p->missed = probe__missed(p->probe);
	p->run_ns = probe__run_time(p->probe);
}

static void on_stack(void *context, const struct record_head *record, size_t size)
{
	struct profile *p = context;
	int err = stacks__add(p->stacks, record, size);

	if (err == -ENOMEM)
		p->error = err;
}

/* The stack of a birth comes before it, but maybe after the stacks were looked at. */
static void need_stack(struct profile *p, const struct record_head *record, size_t size)
{
	const struct record_birth *b = (const struct record_birth *)record;

	if (record->kind != RECORD_BIRTH || size < sizeof(*b) || !b->stack)
		return;
	while (!stacks__has(p->stacks, b->parent_tid, b->stack) &&
	       probe__consume_stacks(p->probe, 1, on_stack, p) > 0)
		;
}

static void on_record(void *context, const struct record_head *record, size_t size)
{
	struct profile *p = context;
	int err;

	if (p->stacks)
		need_stack(p, record, size);
	err = births__add(p->births, record, size);
	if (err == -ENOMEM)
		p->error = err;
}

static void on_group(void *context, const struct group_key *key, const struct group_counts *counts)
{
	struct profile *p = context;
	int err = groups__count(&p->sinks.groups, key, counts);

	if (err)
		p->error = err;
}

/* Signals from here on are read; those that say to stop, and those that a command may wait for. */
static int catch_signals(struct profile *p)
{
	static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction old;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		sigaction(stops[i], NULL, &old);
		/* Ignored, as nohup does: that stays. Shells do it to SIGINT for all that they
		 * start with &, which is no wish of anybody's. */
		if (stops[i] == SIGHUP && old.sa_handler == SIG_IGN)
			continue;
		sigaddset(&set, stops[i]);
	}
	if (p->options.argv) {
		sigaddset(&set, SIGUSR1);
		sigaddset(&set, SIGUSR2);
		sigaddset(&set, SIGCHLD);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, &p->before);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	p->fds = calloc(2 + p->options.pid_count, sizeof(*p->fds));
	if (fd < 0 || !p->fds)
		return -errno;
	p->fds[p->fd_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
	return 0;
}

static int cannot_follow(struct profile *p, pid_t pid, int number)
{
	if (number == ENOENT || number == ESRCH)
		fault__set(&p->why, 0, "there is no process %d", (int)pid);
	else
		fault__set(&p->why, 0, "cannot follow process %d: %s", (int)pid,
			   probe_error_text(-number));
	return -number;
}

/* Resolves the ids of -p, and holds on to the processes: an id may be given anew. */
static int find_processes(struct profile *p)
{
	struct profile_command *o = &p->options;

	for (size_t i = 0; i < o->pid_count; i++) {
		pid_t pid;
		int fd;

		errno = ESRCH;
		pid = process_of(o->pids[i]);
		fd = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
		if (fd < 0)
			return cannot_follow(p, o->pids[i], errno);
		o->pids[i] = pid;
		p->fds[p->fd_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
	}
	return 0;
}

static int open_cgroup(struct profile *p)
{
	char text[256];
	int fd;

	if (!p->options.cgroup)
		return 0;
	fd = cgroup_open(p->options.cgroup);
	p->options.trace.cgroup_fd = fd;
	if (fd >= 0)
		return 0;
	escape_text(p->options.cgroup, text, sizeof(text));
	fault__set(&p->why, 0, "--cgroup '%s': %s", text,
		   fd == -EINVAL ? "is no cgroup of version 2" : strerror(-fd));
	return fd;
}

static int follow(void *context, pid_t pid)
{
	struct profile *p = context;

	return probe__follow(p->probe, pid);
}

static int follow_all(struct profile *p)
{
	const struct profile_command *o = &p->options;
	int err = 0;

	if (p->has_workload)
		err = follow(p, p->workload.pid);
	for (size_t i = 0; i < o->pid_count && !err; i++)
		err = follow(p, o->pids[i]);
	/* Twice: what the first pass missed was born of what it found, or before that. */
	for (int pass = 0; pass < 2 && o->children && !err; pass++)
		err = for_descendants(o->pids, o->pid_count, follow, p);
	if (err)
		return fault__set(&p->why, err, "cannot follow so many processes: %s",
				  strerror(-err));
	return err;
}

static int start(struct profile *p)
{
	struct profile_command *o = &p->options;
	int err = catch_signals(p);

	if (!err)
		err = find_processes(p);
	if (!err)
		err = open_cgroup(p);
	/* Before anything is counted: it has a process of its own. */
	if (!err && o->trace.group_by == GROUP_BY_STACK)
		err = stacks__new(&p->stacks, &p->why);
	if (err)
		return err;
	o->probe.profile = &o->trace;
	if (o->argv) {
		err = workload__start(&p->workload, o->argv, &p->before);
		if (err)
			return err;
		p->has_workload = true;
	}
	err = probe__open(&o->probe, &p->probe, &p->why);
	if (!err)
		err = follow_all(p);
	if (err)
		return err;
	begin(p);
	if (p->stacks)
		p->fds[p->fd_count] =
			(struct pollfd){.fd = probe__stacks_fd(p->probe), .events = POLLIN};
	err = privilege_reduce();
	if (err)
		return fault__set(&p->why, err, "cannot give up privileges: %s", strerror(-err));
	return err;
}

static int release(struct profile *p)
{
	char name[256];
	int err;

	if (!p->has_workload)
		return 0;
	err = workload__release(&p->workload);
	if (!err)
		return 0;
	escape_text(p->options.argv[0], name, sizeof(name));
	fault__set(&p->why, 0, "cannot run '%s': %s", name, strerror(-err));
	p->status = workload_exit_status(err);
	return err;
}

/* What a signal means: to the command, if there is one, what it would mean without us. */
static void take_signals(struct profile *p)
{
	struct signalfd_siginfo s;

	while (read(p->fds[0].fd, &s, sizeof(s)) == sizeof(s)) {
		if (s.ssi_signo == SIGCHLD)
			continue;
		if (!p->workload.pid)
			p->asked = now_ns();
		else if (s.ssi_code <= 0) /* the terminal sent it to both */
			kill(p->workload.pid, (int)s.ssi_signo);
	}
	if (p->asked && !p->has_workload)
		p->stop = true;
}

static bool processes_left(const struct profile *p)
{
	for (size_t i = 1; i < p->fd_count; i++)
		if (p->fds[i].fd >= 0)
			return true;
	return p->fd_count == 1;
}

/* Whether it is time to end: for a signal, by the clock, or since nobody is left to be followed. */
static void look(struct profile *p)
{
	int64_t limit = (int64_t)(p->options.seconds * 1e9);

	take_signals(p);
	poll(p->fds, p->fd_count, 0);
	for (size_t i = 1; i < p->fd_count; i++)
		if (p->fds[i].fd >= 0 && p->fds[i].revents) {
			close(p->fds[i].fd);
			p->fds[i].fd = -1;
		}
	if (p->has_workload && workload__ended(&p->workload, &p->status))
		p->stop = true;
	if (!processes_left(p) || p->error || p->sinks.error)
		p->stop = true;
	if (limit > 0 && !p->ended && now_ns() - p->attached >= limit) {
		end(p);
		p->stop |= !p->has_workload;
	}
	if (p->stop)
		end(p);
}

/*
 * A slow_reader_fn. For lines their reader is waited for until the end and a little longer; for the
 * summary until we are asked to stop, unless it has left lines unread.
 */
static bool may_wait(void *context)
{
	struct profile *p = context;
	int64_t since;

	if (!p->summed_up) {
		look(p);
		since = p->ended;
	} else {
		take_signals(p);
		since = p->asked || p->reader.lines ? p->summed_up : 0;
		if (p->asked > since)
			since = p->asked;
	}
	return !since || now_ns() - since < PATIENCE_NS;
}

/* A slow_reader_fn of files that are no plain files: half of one is worth nothing. */
static bool may_wait_for_file(void *context)
{
	struct profile *p = context;

	if (p->summed_up)
		take_signals(p);
	else
		look(p);
	return !p->asked || now_ns() - p->asked < PATIENCE_NS;
}

/* Takes some of the records that have come. 1 if there may be more, 0, or -errno. */
static int take_records(struct profile *p)
{
	int stacks = 0, err;

	if (p->stacks)
		stacks = probe__consume_stacks(p->probe, STACKS_AT_ONCE, on_stack, p);
	err = probe__consume_some(p->probe, RECORDS_AT_ONCE, on_record, p);
	return err ? err : stacks > 0;
}

static void wait_some(struct profile *p)
{
	int64_t left = PERIOD_MS * 1000000LL, limit;
	struct timespec t;

	if (p->options.seconds > 0 && !p->ended) {
		limit = p->attached + (int64_t)(p->options.seconds * 1e9) - now_ns();
		left = limit < 0 ? 0 : limit < left ? limit : left;
	}
	t = (struct timespec){.tv_nsec = left};
	ppoll(p->fds, p->fd_count + (p->stacks ? 1 : 0), &t, NULL);
}

/* Until there are no more, as there will not be once the end has come. */
static int take_rest(struct profile *p)
{
	int err;

	if (p->drained)
		return 0;
	p->drained = true;
	do
		err = take_records(p);
	while (err > 0 && !p->error && !p->sinks.error);
	return err < 0 ? err : 0;
}

static int watch(struct profile *p)
{
	int err = 0;

	while (!p->stop && err >= 0) {
		if (!err)
			wait_some(p);
		err = p->ended ? 0 : take_records(p);
		if (now_ns() - p->ticked > 1000000000LL) {
			p->ticked = now_ns();
			births__tick(p->births, p->ticked);
		}
		look(p);
		if (p->ended && err >= 0)
			err = take_rest(p);
	}
	end(p);
	births__finish(p->births);
	return err < 0 ? err : p->error;
}

/* "'make -j2'" or "Process 7, 8"; malloc'ed, NULL: out of memory. */
static char *subject(const struct profile *p)
{
	const struct profile_command *o = &p->options;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	if (o->argv)
		for (size_t i = 0; o->argv[i]; i++)
			fprintf(f, "%s%s", i ? " " : "'", o->argv[i]);
	else if (o->pid_count)
		for (size_t i = 0; i < o->pid_count; i++)
			fprintf(f, "%s%d", i ? ", " : "Process ", (int)o->pids[i]);
	else
		fputs("All processes", f);
	fputs(o->argv ? "'" : "", f);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	if (strlen(text) > SUBJECT_MAX)
		strcpy(text + SUBJECT_MAX - strlen("..."), "...");
	return text;
}

/* What a result file ends with. */
static void set_end(struct profile *p)
{
	const struct kernel_totals *t = &p->totals;
	struct run *r = &p->sinks.run;

	r->end.births = births__received(p->births);
	r->end.lost = (int64_t)t->lost;
	r->end.missed = p->missed;
	r->end.duration_ns = p->ended - p->attached;
	r->end.births_lost = (int64_t)t->births_lost;
	r->end.restarts = r->failures.absent ? MISSING : (int64_t)t->restarts;
	r->end.births_unseen = t->newtasks > t->births ? (int64_t)(t->newtasks - t->births) : 0;
	r->end.untracked = (int64_t)(t->untracked + t->unfollowed);
	r->end.filtered = (int64_t)t->filtered;
	r->ended = true;
}

/* Where standard output is a file of lines or a trace, nothing else may come into it. */
static bool wants_summary(const struct profile *p)
{
	const struct profile_command *o = &p->options;

	return !o->quiet && !o->json && (p->has_workload || !profile_options__file_on_stdout(o));
}

static int print(struct profile *p, struct profile_summary *s)
{
	struct sinks *to = &p->sinks;

	s->groups = &to->groups;
	s->phases = to->run.phases;
	s->no_failures = to->run.failures.absent;
	s->clock = to->run.clock;
	s->lost = to->run.end.lost == MISSING ? 0 : to->run.end.lost;
	s->ns = to->run.end.duration_ns == MISSING ? 0 : to->run.end.duration_ns;
	s->missed = to->run.end.missed;
	s->top = p->options.top;
	s->calibration = to->run.calibration;
	s->uncalibrated = p->uncalibrated.text[0] ? p->uncalibrated.text : NULL;
	if (p->options.json)
		return whatif_write_json(&to->groups, s->top, s->calibration, s->clock, to->out);
	if (!wants_summary(p))
		return 0;
	if (p->options.live || p->options.tree)
		fputc('\n', to->out);
	return table_profile_print(s, to->out, to->lines.colour);
}

/*
 * What estimates go by, once the probes and all privileges are gone. Nothing to estimate, or nobody
 * to read it: no bench.
 */
static void calibrate_for(struct profile *p)
{
	const struct profile_command *o = &p->options;
	const struct calibrate_options options = {
		.cached_only = !wants_summary(p) && !o->json,
		.silent = o->quiet || o->json,
		.verbose = o->verbose,
	};

	if (o->no_calibrate || !whatif_any(&p->sinks.groups, o->top))
		return;
	probe__close(p->probe);
	p->probe = NULL;
	/* What came for the command has come; and who is impatient gets the summary sooner. */
	take_signals(p);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	interrupt_catch_blocked(&p->before);
	calibrate(&options, &p->sinks.run.calibration, &p->uncalibrated);
}

static int summarise(struct profile *p)
{
	const struct kernel_totals *t = &p->totals;
	uint64_t over = t->births + t->unplaced;
	struct profile_summary s = {
		.untracked = (int64_t)(t->untracked + t->unfollowed),
		.unfinished = t->newtasks > over ? (int64_t)(t->newtasks - over) : 0,
		.filtered = (int64_t)t->filtered,
		.kernel = MISSING,
		.run_ns = p->run_ns,
	};
	char *what = subject(p);
	int err;

	if (!what)
		return -ENOMEM;
	s.what = what;
	if (p->options.all && p->at_start.kernel != MISSING && p->at_end.kernel != MISSING) {
		s.kernel = p->at_end.kernel - p->at_start.kernel;
		s.newtasks = p->at_end.ours - p->at_start.ours;
	}
	set_end(p);
	err = probe__groups(p->probe, on_group, p);
	privilege_drop();
	p->summed_up = now_ns();
	p->reader.shut = false;
	if (!err)
		err = p->error;
	if (p->stacks)
		groups__count_stacks(&p->sinks.groups);
	groups__count_other(&p->sinks.groups, (int64_t)t->ungrouped);
	groups__sort(&p->sinks.groups);
	if (!err)
		calibrate_for(p);
	if (!err)
		err = sinks__finish(&p->sinks);
	if (!err)
		err = print(p, &s);
	if (!err && p->reader.lines) {
		complain("%" PRId64 " lines were not written: nobody read them in time",
			 p->reader.lines);
		p->sinks.file_lost = true;
	}
	free(what);
	return err;
}

static int trace(struct profile *p)
{
	FILE *out = p->options.argv ? stderr : stdout;
	const struct source_choice *choice;
	int err = start(p);

	if (err)
		return err;
	choice = probe__choice(p->probe, p->options.trace.set);
	p->sinks.to_store = p->sinks.to_trace = (struct slow_reader){
		.may_wait = may_wait_for_file,
		.context = p,
		.wake = p->fds[0].fd,
		.fails = true,
	};
	err = sinks__open(&p->sinks, &p->options, out, choice, p->attached, &p->why);
	if (err)
		return err;
	p->reader = (struct slow_reader){.may_wait = may_wait, .context = p, .wake = p->fds[0].fd};
	p->out = slow_reader__open(&p->reader, fileno(out), false);
	if (!p->out)
		return -ENOMEM;
	p->sinks.out = p->sinks.lines.out = p->out;
	p->sinks.stacks = p->stacks;
	p->births = births__new(choice, sinks__birth, &p->sinks);
	if (!p->births)
		return -ENOMEM;
	err = release(p);
	if (!err)
		err = watch(p);
	return err ? err : summarise(p);
}

/* A profile that was not by stack has none. */
static int find_stacks(struct profile *p)
{
	char name[256];

	if (p->options.trace.group_by != GROUP_BY_STACK || p->sinks.run.stacks.n)
		return 0;
	escape_text(p->options.input, name, sizeof(name));
	return fault__set(&p->why, -EINVAL,
			  "%s has no stacks: they are stored by profile --by stack -o FILE", name);
}

/* The births of a result file, as if they came now. */
static int replay(struct profile *p)
{
	struct run *r = &p->sinks.run;
	struct profile_summary s = {
		.what = p->options.input,
		.kernel = MISSING,
		.run_ns = MISSING,
	};
	int err = privilege_reduce();

	if (!err)
		err = privilege_drop();
	if (!err)
		err = store_read(p->options.input, r, &p->why);
	if (err)
		return err;
	if (!r->ended)
		complain("there is no end line: this is what a run that was killed has left");
	err = find_stacks(p);
	if (err)
		return err;
	err = sinks__open(&p->sinks, &p->options, stdout, NULL,
			  r->birth_count ? birth_time(&r->births[0]) : 0, &p->why);
	for (size_t i = 0; i < r->birth_count && !err; i++) {
		sinks__birth(&p->sinks, &r->births[i], BIRTH_BEGUN);
		err = p->sinks.error;
	}
	for (size_t i = 0; i < r->birth_count && !err; i++) {
		sinks__birth(&p->sinks, &r->births[i], BIRTH_SETTLED);
		sinks__birth(&p->sinks, &r->births[i], BIRTH_OVER);
		err = p->sinks.error;
	}
	if (err)
		return err;
	groups__count_received(&p->sinks.groups);
	if (r->end.births_lost > 0)
		p->sinks.groups.all.counts.lost = r->end.births_lost;
	groups__sort(&p->sinks.groups);
	err = sinks__finish(&p->sinks);
	return err ? err : print(p, &s);
}

static void close_all(struct profile *p)
{
	/* From here on nothing is looked at but signals. */
	if (!p->summed_up)
		p->summed_up = now_ns();
	workload__close(&p->workload);
	probe__close(p->probe);
	births__free(p->births);
	sinks__free(&p->sinks);
	if (p->out)
		fclose(p->out);
	stacks__free(p->stacks);
	for (size_t i = 0; i < p->fd_count; i++)
		if (p->fds[i].fd >= 0)
			close(p->fds[i].fd);
	free(p->fds);
	profile_options__free(&p->options);
}

int command_profile(int argc, char **argv)
{
	struct profile p = {.begun = now_ns(), .workload = {.hold = -1, .verdict = -1}};
	int err = profile_options__parse(&p.options, argc, argv);

	if (err)
		goto cleanup;
	err = p.options.input ? replay(&p) : trace(&p);
	/* Who reads the lines has seen enough of them. */
	if (err && err != -EPIPE)
		complain("%s", p.why.text[0] ? p.why.text : probe_error_text(err));
cleanup:
	close_all(&p);
	if (err)
		return p.status ? p.status : EXIT_TROUBLE;
	return p.sinks.file_lost ? EXIT_TROUBLE : p.status;
}
