// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "bench/methods/methods.h"

/* One call spawns and reaps: T_RETURN equals T_REAPED. The child reports its own pid. */
static int spawn(const struct stage *stage, struct sample *sample)
{
	int status;

	errno = 0;
	sample->call_ns = now_ns();
	status = system(stage->command);
	sample->return_ns = now_ns();
	if (status == -1)
		return sample__fail(sample, errno);
	/* glibc's internal posix_spawn failed. POSIX requires a status as if the shell had failed.
	 */
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127 && errno != 0)
		return sample__fail(sample, errno);
	sample->reaped_ns = sample->return_ns;
	sample->wait_status = status;
	sample->started = true;
	stage__collect(stage, sample);
	return 0;
}

const struct method method_system = {
	.name = "system",
	.brief = "system: a shell execs the program; returns when it has ended",
	.execs = true,
	.reentrant = true,
	.spawn = spawn,
};
