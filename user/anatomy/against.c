// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/against.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/shared/units.h"

#define IMAGE_MAGIC_AT 0x202 /* Documentation/arch/x86/boot.rst: the header of a bzImage */

/* The first bytes of a file, and how many. */
struct beginning {
	char bytes[IMAGE_MAGIC_AT + 4];
	ssize_t length;
};

static bool begins_with(const struct beginning *b, size_t at, const char *magic)
{
	size_t length = strlen(magic);

	return (size_t)b->length >= at + length && !memcmp(b->bytes + at, magic, length);
}

static int kind_of_file(const char *path, bool has_program, struct fault *why)
{
	/* A named pipe must not hold us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err = 0;
	struct beginning b = {0};

	if (fd >= 0)
		b.length = read(fd, b.bytes, sizeof(b.bytes));
	if (fd < 0 || b.length < 0)
		err = -errno;
	if (fd >= 0)
		close(fd);
	if (err)
		return fault__set(why, err, "--against: %s: %s", path, strerror(-err));
	if (begins_with(&b, 0, "{"))
		return AGAINST_FILE;
	if (begins_with(&b, IMAGE_MAGIC_AT, "HdrS"))
		return AGAINST_KERNEL;
	if (!begins_with(&b, 0, "\177ELF") && !begins_with(&b, 0, "#!"))
		return fault__set(why, -EINVAL,
				  "--against: %s is no result file, program or kernel image", path);
	if (has_program)
		return AGAINST_PROGRAM;
	return fault__set(
		why, -EINVAL,
		"--against: %s is a program: name the one to compare it with by --program", path);
}

int against_of(const char *text, bool has_program, struct fault *why)
{
	struct stat status;
	int64_t bytes;

	if (!stat(text, &status) && S_ISREG(status.st_mode))
		return kind_of_file(text, has_program, why);
	if (!size_parse(text, &bytes))
		return AGAINST_SIZE;
	if (strchr(text, '/'))
		return fault__set(why, -ENOENT, "--against: there is no file %s", text);
	return AGAINST_KERNEL;
}
