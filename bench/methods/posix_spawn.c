// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <spawn.h>
#include <unistd.h>

#include "bench/methods/methods.h"

static int spawn(const struct stage *stage, struct sample *sample)
{
	pid_t pid;
	int error;

	sample->call_ns = now_ns();
	if (stage->name)
		error = posix_spawnp(&pid, stage->name, stage->actions, NULL, stage->child_argv,
				     environ);
	else
		error = posix_spawn(&pid, stage->file, stage->actions, NULL, stage->child_argv,
				    environ);
	sample->return_ns = now_ns();
	if (error)
		return sample__fail(sample, error);
	return stage__reap(stage, pid, sample);
}

const struct method method_posix_spawn = {
	.name = "posix_spawn",
	.brief = "posix_spawn without attributes or file actions",
	.execs = true,
	.acts = true,
	.reentrant = true,
	.spawn = spawn,
};
