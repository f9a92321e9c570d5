// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <unistd.h>

#include "bench/methods/helper.h"
#include "bench/methods/methods.h"

static struct helper helper;

static void serve(int socket, struct stage *stage, char *message, size_t size, const int *fds)
{
	pid_t pid = fork();

	if (pid == 0)
		stage__child(stage);
	helper__attend(socket, pid, pid < 0 ? errno : 0);
}

static int early(struct fault *why)
{
	return helper__start(&helper, serve, why);
}

/* T_RETURN is when the parent knows the child's pid. */
static int spawn(const struct stage *stage, struct sample *sample)
{
	return helper__spawn(&helper, stage, "", 1, NULL, 0, sample);
}

const struct method method_forkserver = {
	.name = "forkserver",
	.brief = "a helper, forked while the parent was small, forks for it, as fuzzers do; not "
		 "traced",
	.alters_parent = true,
	.early = early,
	.spawn = spawn,
};
