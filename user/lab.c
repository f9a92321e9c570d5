// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The command lab: runs another command in the virtual machine of bench/lab, whose clock counts
 * instructions. The scripts there do the work; this finds them and writes what they bring back.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "user/base/command.h"
#include "user/base/lab_script.h"
#include "user/base/output.h"
#include "user/base/say.h"
#include "user/base/scratch.h"

static int copy_input(void *context, FILE *out)
{
	char block[65536];
	ssize_t n;

	while ((n = read(STDIN_FILENO, block, sizeof(block))) > 0)
		fwrite(block, 1, (size_t)n, out);
	return n < 0 ? -errno : 0;
}

/* For the scripts: standard input becomes a file that the user named. */
static int write_file(const char *path)
{
	struct fault why;

	if (!output_replace(path, copy_input, NULL, &why))
		return EXIT_OK;
	complain("%s", why.text);
	return EXIT_TROUBLE;
}

/* For the scripts: copies the files of a folder, "" for none, into one that the user named. */
static int write_folder(const char *from, const char *to)
{
	int folder = output_folder(to);

	if (folder < 0 || fchdir(folder)) {
		complain("cannot write to the folder %s: %s", to,
			 strerror(folder < 0 ? -folder : errno));
		return EXIT_TROUBLE;
	}
	if (!*from && !access(".", W_OK))
		return EXIT_OK;
	/* cp opens no file that exists, and goes through no link in the place of a folder. */
	if (*from)
		execlp("cp", "cp", "-R", "--remove-destination", "--", from, ".", NULL);
	complain("cannot write to the folder %s: %s", to, strerror(errno));
	return EXIT_TROUBLE;
}

static int run_script(const char *script, const char *folder, int argc, char **argv)
{
	static struct scratch work;
	struct fault why;
	char **args = calloc(argc + 5, sizeof(*args));
	int n = 0;

	if (!args) {
		complain("%s", strerror(ENOMEM));
		return EXIT_TROUBLE;
	}
	args[n++] = (char *)script;
	args[n++] = "--programs";
	args[n++] = (char *)folder;
	/* Without, the script makes one of its own, or says why it cannot. */
	if (!scratch__make(&work, &why)) {
		args[n++] = "--work";
		args[n++] = work.path;
		setenv("TMPDIR", work.path, 1);
	}
	memcpy(args + n, argv + 1, (argc - 1) * sizeof(*argv));
	execv(script, args);
	complain("cannot run %s: %s", script, strerror(errno));
	scratch__remove(&work);
	free(args);
	return EXIT_TROUBLE;
}

int command_lab(int argc, char **argv)
{
	char folder[PATH_MAX], script[PATH_MAX + 64];
	struct fault why;

	if (argc == 3 && !strcmp(argv[1], "--write-file"))
		return write_file(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "--write-folder"))
		return write_folder(argv[2], argv[3]);
	if (!lab_script("lab", folder, sizeof(folder), script, sizeof(script), &why))
		return run_script(script, folder, argc, argv);
	complain("%s", why.text);
	return EXIT_TROUBLE;
}
