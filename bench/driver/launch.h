/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The driver's side of a subject: start it, send requests, end it. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "bench/methods/stage.h"
#include "bench/parent/subject.h"
#include "bench/shared/fault.h"
#include "bench/shared/loader.h"

struct launch {
	pid_t pid; /* also its process group; 0: ended */
	int socket;
	int slate_fd;
};

/*
 * Starts a subject that has no shape yet. It gets a small environment, with our variable `pass`
 * (may be NULL). 0, or -errno and the reason.
 */
int launch__start(struct launch *launch, const struct loader *loader, const char *pass,
		  struct fault *why);

/* Is called from time to time while samples are taken. */
struct launch_watcher {
	void (*is_busy)(void *arg);
	void *arg;
};

/*
 * Sends a request and waits for the reply. 0 if a reply came, even one with an error. Else the
 * subject is dead, or was killed because for `limit_ms` it neither replied nor took a sample:
 * -EPIPE or -ETIMEDOUT and the reason. Call launch__end in any case. `watcher` may be NULL.
 */
int launch__ask(struct launch *launch, const struct subject_request *request,
		struct subject_reply *reply, int64_t limit_ms, const struct launch_watcher *watcher,
		struct fault *why);

/* Leaves the arguments of the next program where the subject reads them. 0 or -errno. */
int launch__write_arguments(const struct launch *launch, char *const *arguments);

/*
 * From here on, a signal that ends us also kills the busy subject and its children. A subject dies
 * with us anyway (PR_SET_PDEATHSIG), but a program that it spawned and waits for would survive.
 */
void launch_catch_signals(void);

/*
 * The samples that the last SUBJECT_RUN took, all or some. Works even if the subject is dead.
 * malloc'ed. 0 or -errno.
 */
int launch__samples(const struct launch *launch, struct sample **samples, size_t *count);

/* Kills the subject and its children, and reaps it. */
void launch__end(struct launch *launch);
