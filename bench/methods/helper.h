/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A process that a parent forks before it takes its shape, and that spawns for it. It ends when the
 * parent ends, however that happens.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/methods/stage.h"
#include "bench/shared/fault.h"

#define HELPER_FDS_MAX 4

struct helper {
	int socket;	/* to it; messages keep their bounds */
	bool has_slate; /* its stage has the parent's slate */
};

/* Forks it; it calls `serve` with its stage for each message. 0, or -errno and the reason. */
int helper__start(struct helper *helper,
		  void (*serve)(int socket, struct stage *stage, char *message, size_t size,
				const int *fds),
		  struct fault *why);

/* Gives it the slate, once. 0 or -errno. */
int helper__share_slate(struct helper *helper, const struct stage *stage);

/* Sends a message with copies of descriptors. 0 or -errno. */
int helper__send(int socket, const void *message, size_t size, const int *fds, size_t count);

/* Receives a message of exactly this size. 0 or -errno; -EPIPE if the other end is closed. */
int helper__receive(int socket, void *message, size_t size);

/* What helpers answer: once when the child is started, and once when it is reaped. */
struct helper_answer {
	int32_t pid;
	int32_t error;	/* why the child was not started, or 0 */
	int32_t status; /* of the second, as of wait(2) */
};

/*
 * Takes a sample: sends the message, and waits for both answers. The helper's children are not
 * `started`, since the kernel's records have only those of the parent. 0 or -errno.
 */
int helper__spawn(struct helper *helper, const struct stage *stage, const void *message,
		  size_t size, const int *fds, size_t count, struct sample *sample);

/* In the helper: the second half of a child's life, after the fork. */
void helper__attend(int socket, pid_t pid, int error);
