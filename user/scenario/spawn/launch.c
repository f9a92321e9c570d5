// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/spawn/launch.h"

#include <unistd.h>

#define EXIT_NOT_FOUND 127

void launch__prepare(const struct launch *l)
{
	if (dup2(l->in, STDIN_FILENO) < 0 || dup2(l->out, STDOUT_FILENO) < 0 ||
	    dup2(l->out, STDERR_FILENO) < 0 || (l->folder && chdir(l->folder)))
		_exit(EXIT_NOT_FOUND);
	if (l->session)
		setsid();
}

_Noreturn void launch__exec(const struct launch *l)
{
	launch__prepare(l);
	execv(l->argv[0], (char *const *)l->argv);
	_exit(EXIT_NOT_FOUND);
}
