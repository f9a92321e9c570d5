// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/base/command.h"
#include "user/base/say.h"

void streams_open_closed(void)
{
	/* The lowest that is free is opened: this one. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			_exit(2); /* there is nowhere to say why */
}

int streams_end(int status)
{
	struct stat st;
	int err;

	errno = 0;
	if ((!fflush(stdout) && !ferror(stdout)) || status == EXIT_TROUBLE)
		return status;
	err = errno;
	/* The reader of a pipe may end before us. */
	if (!fstat(STDOUT_FILENO, &st) && !S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		return status;
	complain("cannot write standard output%s%s", err ? ": " : "", err ? strerror(err) : "");
	return EXIT_TROUBLE;
}
