/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A command of the user's that is held until the probes are there. */
#ifndef SPAWNSCOPE_WORKLOAD_H
#define SPAWNSCOPE_WORKLOAD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct workload {
	pid_t pid;   /* 0: none, or waited for */
	int hold;    /* closing it ends the command if it is held still */
	int verdict; /* the errno of an exec that failed comes here */
};

/*
 * Starts a process that waits to become `argv`, as the user who called sudo if somebody did, with
 * the signal mask `mask`. It is killed when this process dies. 0 or -errno.
 */
int workload__start(struct workload *w, char *const *argv, const sigset_t *mask);

/* Lets it go on. 0, or the -errno of its exec. */
int workload__release(struct workload *w);

/* Whether it has ended; then *status is 0 to 255 as a shell has it: 128 and the signal. */
bool workload__ended(struct workload *w, int *status);

/* Kills it if it still runs, and waits for it. */
void workload__close(struct workload *w);

/* What `env` and `nice` exit with after an exec that failed. */
int workload_exit_status(int err);

#endif
