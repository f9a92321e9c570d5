// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/lab_script.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "user/base/proc.h"

/* From this program's folder: in a build tree, and installed. */
static const char *const places[] = {"../bench/lab", "../lib/spawnscope/lab"};

int lab_script(const char *name, char *folder, size_t folder_size, char *script, size_t size,
	       struct fault *why)
{
	char here[PATH_MAX];
	int err = proc_own_folder(folder, folder_size);

	/* Each shell would complain of it, and files that the arguments name cannot be found. */
	if (!getcwd(here, sizeof(here)))
		return fault__set(why, -errno, "the current folder: %s%s", strerror(errno),
				  errno == ENOENT ? ": it was removed; go to another one" : "");
	if (err)
		return fault__set(why, err, "cannot find the lab: %s", proc_error_text(err));
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(script, size, "%s/%s/%s", folder, places[i], name);
		if (!access(script, X_OK))
			return 0;
	}
	return fault__set(why, -ENOENT,
			  "the lab's scripts are not beside %s: run `make`, or `make install`, or "
			  "install the package spawnscope-lab",
			  folder);
}
