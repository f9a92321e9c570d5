// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>

#include "bench/methods/methods.h"

/* pclose is the wait. The child reports its own pid. */
static int spawn(const struct stage *stage, struct sample *sample)
{
	FILE *pipe;

	sample->call_ns = now_ns();
	pipe = popen(stage->command, "re");
	sample->return_ns = now_ns();
	if (!pipe)
		return sample__fail(sample, errno);
	sample->wait_status = pclose(pipe);
	sample->reaped_ns = now_ns();
	if (sample->wait_status == -1)
		return -errno;
	sample->started = true;
	stage__collect(stage, sample);
	return 0;
}

const struct method method_popen = {
	.name = "popen",
	.brief = "popen: a shell execs the program with its output in a pipe; pclose waits",
	.execs = true,
	.reentrant = true,
	.spawn = spawn,
};
