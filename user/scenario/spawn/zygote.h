/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A helper that is forked early, while its parent is small, and starts programs for it later. */
#pragma once

#include <sys/types.h>

struct launch;

struct zygote {
	int socket;
};

/* Forks it. It ends with its parent. 0 or -errno. */
int zygote__start(struct zygote *z);

/* Starts the program as a child of the helper's parent. 0, or -errno. */
int zygote__launch(const struct zygote *z, const struct launch *l, pid_t *pid);
