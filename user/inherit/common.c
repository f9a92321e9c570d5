// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * None of these allocates memory or uses streams: they run in children that share the memory of
 * their parent, and in a child of vfork.
 */
#include "user/inherit/common.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096

void value_set(char *value, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(value, VALUE_MAX, format, args);
	va_end(args);
}

static ssize_t read_all(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		n = -errno;
	else
		text[n] = '\0';
	close(fd);
	return n;
}

int common_read(const char *path, char *value)
{
	char text[VALUE_MAX];
	ssize_t n = read_all(path, text, sizeof(text));

	if (n < 0)
		return (int)n;
	text[strcspn(text, "\n")] = '\0';
	value_set(value, "%s", text);
	return 0;
}

int common_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

void common_status(const char *field, char *value)
{
	char text[4096], *line = text;
	size_t length = strlen(field);

	value[0] = '\0';
	if (read_all("/proc/thread-self/status", text, sizeof(text)) < 0)
		return;
	while (line) {
		if (!strncmp(line, field, length) && line[length] == ':') {
			line += length + 1;
			line += strspn(line, " \t");
			value_set(value, "%.*s", (int)strcspn(line, "\n"), line);
			return;
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
}

/* The same ids in a new user namespace: without a map no file can be created there. */
static int map_ids(uid_t uid, gid_t gid)
{
	char map[VALUE_MAX];
	int err;

	value_set(map, "%u %u 1", uid, uid);
	err = common_write("/proc/self/uid_map", map);
	if (!err)
		err = common_write("/proc/self/setgroups", "deny");
	value_set(map, "%u %u 1", gid, gid);
	return err ? err : common_write("/proc/self/gid_map", map);
}

int common_own_namespace(int flag)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (!unshare(flag))
		return 0;
	return unshare(CLONE_NEWUSER | flag) ? -errno : map_ids(uid, gid);
}

bool common_capable(int capability)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct sets[2] = {0};

	return !syscall(SYS_capget, &head, sets) &&
	       (sets[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability));
}

static bool is_mapped(const void *at)
{
	unsigned char resident;

	return at && !mincore((void *)at, PAGE, &resident);
}

void common_byte(const void *at, char *value)
{
	if (is_mapped(at))
		value_set(value, "%d", *(const volatile char *)at);
	else
		value_set(value, "none");
}

void common_set_byte(void *at, char byte)
{
	if (is_mapped(at))
		*(volatile char *)at = byte;
}

char *common_page(int flags)
{
	char *at = mmap(COMMON_PLACE, PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	*at = 1;
	return at;
}

const char *common_skip_exit(const struct method *m)
{
	return (m->bits & CLONE_VM) && !m->exec
		       ? "a child that shares memory must not call exit(), see vfork(2)"
		       : NULL;
}
