// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/parent/outcome.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

/* Errors of exec that are permanent, unlike too little memory or too many files. */
static bool is_permanent(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case EACCES:
	case EPERM:
	case ENOEXEC:
	case ELIBBAD:
	case ELOOP:
	case ENAMETOOLONG:
	case EINVAL:
	case EISDIR:
	case EIO:
		return true;
	default:
		return false;
	}
}

int outcome_check(const struct stage *stage, const struct method *method,
		  const struct sample *sample, struct fault *why)
{
	int status = sample->wait_status;

	if (!method->execs)
		return sample->error == 0 && WIFSIGNALED(status)
			       ? fault__set(why, -EPROTO, "the child was killed by signal %d",
					    WTERMSIG(status))
			       : 0;
	if (is_permanent(sample->error))
		return fault__set(why, -sample->error, "exec of '%.200s': %s", stage->program,
				  strerror(sample->error));
	if (sample->error != 0 || sample->exec_ns != 0)
		return 0;
	if (stage->silent && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return fault__set(why, -EPROTO, "'%.200s' was killed by signal %d", stage->program,
				  WTERMSIG(status));
	if (stage->silent)
		return fault__set(why, -EPROTO, "'%.200s' ended with status %d", stage->program,
				  WEXITSTATUS(status));
	return fault__set(why, -EPROTO,
			  "'%.200s' ended with status %d and reported nothing: it was not run, or "
			  "is not spawnscope-child",
			  stage->program, WEXITSTATUS(status));
}
