// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Asks the lab for the options of its kernels: `spawnscope lab --kernel K --print-options`. */
#include "user/gate/runs/kernel_options.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/base/interrupt.h"
#include "user/base/proc.h"
#include "user/gate/compare/environment.h"

/* In the child: becomes the lab. What it complains about is a note of ours. */
static void exec_lab(const char *kernel, int out)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char self[PATH_MAX];

	interrupt_release();
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0 || proc_own_path(self, sizeof(self)))
		_exit(126);
	execl(self, self, "lab", "--kernel", kernel, "--print-options", NULL);
	_exit(127);
}

/* Reads NAME=VALUE lines, terminated. False: they are not known. */
static bool read_options(const char *kernel, char *text, size_t size)
{
	int ends[2], status = -1;
	size_t length = 0;
	ssize_t n = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return false;
	pid = fork();
	if (pid == 0)
		exec_lab(kernel, ends[1]);
	close(ends[1]);
	while (pid > 0 && length + 1 < size &&
	       (n = read(ends[0], text + length, size - 1 - length)) > 0)
		length += (size_t)n;
	close(ends[0]);
	text[length] = '\0';
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0 && length > 0;
}

/* Cuts the next line off, as name and value. False: there is none. */
static bool next_option(char **rest, char **name, char **value)
{
	char *line = strsep(rest, "\n");

	*name = strsep(&line, "=");
	*value = line;
	return *name && **name && *value;
}

int gate_compare_kernel_options(const struct gate_options *o, struct gate_report *r)
{
	char of_a[4096], of_b[4096], *a = of_a, *b = of_b, *name_a, *name_b, *value_a, *value_b;

	if (!o->kernels[0] || !o->kernels[1] || !strcmp(o->kernels[0], o->kernels[1]))
		return 0;
	if (!read_options(o->kernels[0], of_a, sizeof(of_a)))
		return gate_report__note(r,
					 "the options of kernel %s are not known: there is no "
					 "IKCONFIG in it and no .config beside it",
					 o->kernels[0]);
	if (!read_options(o->kernels[1], of_b, sizeof(of_b)))
		return gate_report__note(r,
					 "the options of kernel %s are not known: there is no "
					 "IKCONFIG in it and no .config beside it",
					 o->kernels[1]);
	while (next_option(&a, &name_a, &value_a) && next_option(&b, &name_b, &value_b) &&
	       !strcmp(name_a, name_b)) {
		char name[64];

		if (!strcmp(value_a, value_b))
			continue;
		snprintf(name, sizeof(name), "CONFIG_%.50s", name_a);
		gate_difference_add(r, name, value_a, value_b, true);
	}
	return 0;
}
