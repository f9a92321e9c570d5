/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The user's command, which is held until the probes are attached. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct workload {
	pid_t pid;   /* 0: none, or reaped */
	int hold;    /* closing it ends a command that is still held */
	int verdict; /* sends the errno if exec fails */
	/* Once it has ended: user and system time, ns, since it was started, of it and of all
	 * descendants that were waited for (wait4); else MISSING. */
	int64_t cpu_ns;
	bool interrupted; /* it was ended by SIGINT */
};

/*
 * Starts a process that will exec `argv` with the signal mask `mask`, and the actions that this
 * program was started with, as the user who called sudo if there is one. It is killed when this
 * process dies. 0 or -errno.
 */
int workload__start(struct workload *w, char *const *argv, const sigset_t *mask);

/* Lets it exec. 0, or the -errno of its exec. */
int workload__release(struct workload *w);

/* Whether it has ended; *status is then the shell's: 0 to 255, or 128 plus the signal. */
bool workload__ended(struct workload *w, int *status);

/* Kills it if it still runs, and waits for it. */
void workload__close(struct workload *w);

/* The exit status of env(1) and nice(1) after an exec that failed. */
int workload_exit_status(int err);
