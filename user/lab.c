// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The command lab: runs another command in the virtual machine of bench/lab,
 * where a nanosecond is an instruction. The scripts there do the work; this
 * finds them.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/base/command.h"
#include "user/base/proc.h"
#include "user/base/say.h"

/* From the folder of this program: in a build tree, and where `make install` puts them. */
static const char *const places[] = {"../bench/lab", "../share/spawnscope/lab"};

int command_lab(int argc, char **argv)
{
	char folder[PATH_MAX], script[PATH_MAX + 64];
	char **args = calloc(argc + 4, sizeof(*args));
	int err = args ? proc_own_folder(folder, sizeof(folder)) : -ENOMEM;

	if (err) {
		complain("cannot find the lab: %s", strerror(-err));
		free(args);
		return EXIT_TROUBLE;
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(script, sizeof(script), "%s/%s/lab", folder, places[i]);
		if (access(script, X_OK))
			continue;
		args[0] = script;
		args[1] = "--programs";
		args[2] = folder;
		memcpy(args + 3, argv + 1, (argc - 1) * sizeof(*argv));
		execv(script, args);
		complain("cannot run %s: %s", script, strerror(errno));
		free(args);
		return EXIT_TROUBLE;
	}
	complain("the lab's scripts are not beside %s: run `make`, or `make install`", folder);
	free(args);
	return EXIT_TROUBLE;
}
