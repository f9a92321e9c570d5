// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/axes/dynamic.h"
#include "bench/axes/exec.h"
#include "bench/axes/program_kind.h"

/* What the kernel reads of a script: BINPRM_BUF_SIZE of linux/binfmts.h. */
#define LINE_MAX_BYTES 255

static const char *const names[] = {
	[PROGRAM_STATIC] = "static",
	[PROGRAM_DYNAMIC] = "dynamic",
	[PROGRAM_SHELL] = "shell",
	[PROGRAM_SCRIPT] = "script",
	NULL,
};

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	return axis_check_exec("program_kind", method, why);
}

static int wrap_in_shell(struct stage *stage)
{
	char *const words[] = {"sh", "-c", stage->command, NULL};

	return stage__replace(stage, "/bin/sh", words);
}

/*
 * A script whose interpreter is the program, in memory, so that nothing is left of it. Children
 * need its descriptor.
 */
static int make_script(struct stage *stage, struct fault *why)
{
	char line[LINE_MAX_BYTES + 1], path[64];
	int fd, length = snprintf(line, sizeof(line), "#!%s %d\n", stage->file, stage->slate_fd);

	if (stage->silent)
		return fault__set(why, -EINVAL, "program_kind=script: not with a program of yours");
	if (length >= (int)sizeof(line) || strpbrk(stage->file, " \t\n"))
		return fault__set(
			why, -EINVAL,
			"program_kind=script: %.200s: a script's first line takes no path "
			"that is so long or has blanks",
			stage->file);
	fd = memfd_create("spawnscope-script", 0);
	if (fd < 0 || write(fd, line, (size_t)length) != length || fchmod(fd, 0755) != 0)
		return fault__set(why, -errno, "program_kind=script: memfd: %s", strerror(errno));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return stage__replace(stage, path, NULL);
}

static int make_dynamic(const struct shape *shape, struct stage *stage, struct fault *why)
{
	int err;

	if (stage->silent || stage->name)
		return fault__set(why, -EINVAL, "program_kind=dynamic: not with %s",
				  stage->name ? "path" : "a program of yours");
	err = dynamic_use(stage, why);
	return err ? err
		   : dynamic_preload(stage, (int)shape__get(shape, AXIS_shared_libraries), why);
}

static int equip(const struct shape *shape, struct stage *stage, struct fault *why)
{
	int err = 0;

	if (shape->axis[AXIS_program_kind] == PROGRAM_SCRIPT && stage->name)
		return fault__set(why, -EINVAL, "program_kind=script: not with path");
	why->text[0] = '\0';
	if (shape->axis[AXIS_program_kind] == PROGRAM_SHELL)
		err = wrap_in_shell(stage);
	else if (shape->axis[AXIS_program_kind] == PROGRAM_SCRIPT)
		err = make_script(stage, why);
	else if (shape->axis[AXIS_program_kind] == PROGRAM_DYNAMIC)
		err = make_dynamic(shape, stage, why);
	if (err && !why->text[0])
		fault__set(why, err, "program_kind: %s", strerror(-err));
	return err;
}

/* Nothing but the program, one that loads the C library, a shell that execs it, or a script that
 * names it in its #! line. */
const struct axis_effect axis_program_kind = {
	.names = names,
	.check = check,
	.equip = equip,
};
