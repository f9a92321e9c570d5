/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A trace of other processes, from attaching the probes until nothing more is counted. */
#pragma once

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "bench/shared/fault.h"
#include "user/probe/probe.h"
#include "user/profile/counts.h"
#include "user/profile/options.h"
#include "user/profile/unwind/stacks.h"
#include "user/profile/workload.h"

struct trace {
	struct profile_command *options;
	struct probe *probe;
	struct workload workload;
	struct stacks *stacks; /* NULL unless births are grouped by stack */
	sigset_t mask;	       /* the signal mask that this program was started with */
	/*
	 * The signals, then the processes of -p (-1: ended). `more` entries follow, which end
	 * nothing: the stack records and the keys of --watch, if there are any.
	 */
	struct pollfd *fds;
	size_t fd_count, more;

	/* CLOCK_MONOTONIC ns. */
	int64_t attached; /* counting began */
	int64_t released; /* the workload was let run; 0: there is none */
	int64_t ended;	  /* counting ended; 0: it goes on */
	int64_t asked;	  /* a signal asked us to stop; 0: none did */

	bool stop;  /* nothing more is waited for */
	bool pause; /* --watch: Ctrl-Z; who handles it clears it */
	bool woken; /* --watch: this program was stopped and goes on; likewise */
	int status; /* the exit status of the workload */
	int error;  /* -errno of a callback; 0: none */

	/* As they were at `ended`. */
	struct kernel_totals totals;
	int64_t missed, run_ns;
	char price[320];     /* what all tasks pay meanwhile; "": nothing */
	int64_t cpu_ns;	     /* of the workload, if it ended first; else MISSING */
	bool returns_missed; /* the kernel may have skipped the program that ends a birth */
	struct birth_counts at_start, at_end; /* with --all */
};

/*
 * Attaches the probes and begins to count. The workload is held until trace__release. From here on,
 * signals are read from fds[0]. `begun`: when the program was started, CLOCK_MONOTONIC ns. 0, or
 * -errno with one line in `why`.
 */
int trace__start(struct trace *t, struct profile_command *options, int64_t begun,
		 struct fault *why);

/* Lets the workload run. 0, or -errno with one line in `why`; t->status is then what to exit with.
 */
int trace__release(struct trace *t, struct fault *why);

/* Reads the signals that have come, and passes them on to the workload if there is one. */
void trace__take_signals(struct trace *t);

/* Ends the trace if a signal asked for it, the time is up, or no process is left to follow. */
void trace__check(struct trace *t);

/* Ends counting; records that have come are still to be taken. */
void trace__end(struct trace *t);

/* Kills the workload if it still runs, and detaches the probes. Signals can still be taken. */
void trace__stop(struct trace *t);

/* Both accept a trace that was not started, all 0. */
void trace__close(struct trace *t);
