/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The driver's end of a subject: starting it, asking it, ending it. */
#ifndef SPAWNSCOPE_LAUNCH_H
#define SPAWNSCOPE_LAUNCH_H

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
 * Starts a subject that has no shape yet, with the variable `pass` (may be NULL) of our environment
 * among the few that it has. 0, or -errno and a line in `why`.
 */
int launch__start(struct launch *launch, const struct loader *loader, const char *pass,
		  struct fault *why);

/*
 * Sends a request and waits for its reply. 0 if it came, whatever it says. Else the subject is
 * dead, or was killed because it took more than `limit_ms`: -EPIPE or -ETIMEDOUT and a line in
 * `why`. Call launch__end all the same.
 */
int launch__ask(struct launch *launch, const struct subject_request *request,
		struct subject_reply *reply, int64_t limit_ms, struct fault *why);

/*
 * From here on a signal that ends us takes what the subject that is asked has started along: a
 * subject dies with us by itself, but a program that it spawned, and waits for, would not.
 */
void launch_catch_signals(void);

/*
 * The samples taken by the last SUBJECT_RUN, whole or not, and works if the subject is dead.
 * malloc'ed; 0 or -errno.
 */
int launch__samples(const struct launch *launch, struct sample **samples, size_t *count);

/* Kills the subject and what it has started, and reaps it. */
void launch__end(struct launch *launch);

#endif
