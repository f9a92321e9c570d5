// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What CLONE_FS shares: working directory, root, umask. */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/inherit/common.h"
#include "user/inherit/property.h"

static const char *set_folder(struct cell *c)
{
	return chdir("/proc") ? "needs /proc" : NULL;
}

static void get_folder(struct cell *c, char *value)
{
	char path[VALUE_MAX];

	value_set(value, "%s", getcwd(path, sizeof(path)) ? path : "none");
}

static void change_folder(struct cell *c)
{
	if (chdir("/dev"))
		return;
}

/*
 * In a mount namespace of its own, the parent moves to a copy of all that is mounted, in which
 * alone /sys has a certain file. A new program still finds its libraries.
 */
static const char *set_root(struct cell *c)
{
	int fd;

	if (common_own_namespace(CLONE_NEWNS))
		return "needs a mount namespace: CAP_SYS_ADMIN, or user namespaces for all";
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("/", "/tmp", NULL, MS_BIND | MS_REC, NULL) ||
	    mount("tmpfs", "/tmp/sys", "tmpfs", 0, NULL))
		return "needs to mount file systems in a namespace of its own";
	fd = open("/tmp/sys/inherit", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 || close(fd) || chroot("/tmp"))
		return "cannot change the root directory (CAP_SYS_CHROOT)";
	return NULL;
}

static void get_root(struct cell *c, char *value)
{
	value_set(value, faccessat(AT_FDCWD, "/sys/inherit", F_OK, 0) ? "another" : "changed");
}

static void change_root(struct cell *c)
{
	if (chroot("/dev"))
		return;
}

static const char *skip_newuser(const struct method *m)
{
	return m->bits & CLONE_NEWUSER ? "not allowed with a changed root directory, see clone(2)"
				       : NULL;
}

static const char *set_umask(struct cell *c)
{
	umask(0153);
	return NULL;
}

static void get_umask(struct cell *c, char *value)
{
	mode_t mask = umask(0);

	umask(mask);
	value_set(value, "%04o", mask);
}

static void change_umask(struct cell *c)
{
	umask(0135);
}

static const struct property properties[] = {
	{
		.name = "working directory",
		.test = "the parent is in /proc; the child moves to /dev",
		.born = {0, MARK_COPY, "chdir(2)"},
		.but = {{CLONE_FS, MARK_SHARED, "clone(2)"},
			{METHOD_ACTIONS, MARK_NEW, "posix_spawn(3)"}},
		.exec = {0, MARK_KEPT, "chdir(2)"},
		.set = set_folder,
		.get = get_folder,
		.change = change_folder,
	},
	{
		.name = "root directory",
		.test = "the parent calls chroot, in a mount namespace of its own; so does the "
			"child",
		.born = {0, MARK_COPY, "chroot(2)"},
		.but = {{CLONE_FS, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_KEPT, "chroot(2)"},
		.set = set_root,
		.get = get_root,
		.change = change_root,
		.skip = skip_newuser,
	},
	{
		.name = "umask",
		.test = "the parent sets one, the child another",
		.born = {0, MARK_COPY, "umask(2)"},
		.but = {{CLONE_FS, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_KEPT, "umask(2)"},
		.set = set_umask,
		.get = get_umask,
		.change = change_umask,
	},
};

const struct property_group property_files = {
	"fs",
	"Where it is",
	properties,
	sizeof(properties) / sizeof(properties[0]),
};
