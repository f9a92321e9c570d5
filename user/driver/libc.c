// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where libc.so.6 and the loader are: lib/x86_64-linux-gnu in an unpacked Debian package, lib64 in
 * other distributions, the top folder and elf/ in a build tree of glibc.
 */
#include "user/driver/libc.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <gnu/libc-version.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "user/base/privilege.h"

#define TRIAL_MS 10000

struct image {
	int machine; /* EM_X86_64 */
	int class;
	bool dynamic;
	char loader[64]; /* file name of its PT_INTERP */
};

struct search {
	const char *given; /* as the user wrote it */
	char path[PATH_MAX];
	char system[PATH_MAX]; /* folder of this machine's libc.so.6; "": unknown */
	struct image driver;
	struct fault *why;
};

__attribute__((format(printf, 3, 4))) static int fault(struct search *s, int err,
						       const char *format, ...)
{
	char text[FAULT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return fault__set(s->why, err, "--libc '%.200s': %s", s->given, text);
}

/* Reads ELF and program headers. 0, -ENOEXEC if the file is not ELF, or -errno. */
static int read_image(const char *path, struct image *image)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = -ENOEXEC;
	Elf *elf = NULL;
	GElf_Ehdr head;
	size_t count = 0;

	*image = (struct image){0};
	if (fd < 0)
		return -errno;
	if (elf_version(EV_CURRENT) != EV_NONE)
		elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && gelf_getehdr(elf, &head) && elf_getphdrnum(elf, &count) == 0)
		err = 0;
	for (size_t i = 0; !err && i < count; i++) {
		char text[PATH_MAX] = "";
		const char *slash;
		GElf_Phdr segment;

		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_INTERP ||
		    pread(fd, text, sizeof(text) - 1, (off_t)segment.p_offset) <= 0)
			continue;
		slash = strrchr(text, '/');
		image->dynamic = true;
		snprintf(image->loader, sizeof(image->loader), "%.63s", slash ? slash + 1 : text);
	}
	if (!err) {
		image->machine = head.e_machine;
		image->class = gelf_getclass(elf);
	}
	elf_end(elf);
	close(fd);
	return err;
}

static void find_system(struct search *s)
{
	Dl_info info;
	char *slash;

	if (dladdr((void *)gnu_get_libc_version, &info) == 0 || !info.dli_fname ||
	    !realpath(info.dli_fname, s->system))
		return;
	slash = strrchr(s->system, '/');
	if (slash)
		*slash = '\0';
}

/*
 * Resolves FOLDER/SUB/NAME. Absolute links in an unpacked package lead to the machine's own
 * library, so a file outside the folder does not count.
 */
static bool find_in(const char *folder, const char *sub, const char *name, char found[PATH_MAX])
{
	char path[PATH_MAX];
	struct stat st;
	size_t length = strlen(folder);

	return (size_t)snprintf(path, sizeof(path), "%s/%s/%s", folder, sub, name) < sizeof(path) &&
	       realpath(path, found) && stat(found, &st) == 0 && S_ISREG(st.st_mode) &&
	       !strncmp(found, folder, length) && found[length] == '/';
}

static bool find_anywhere(const struct search *s, const char *folder, const char *name,
			  char found[PATH_MAX])
{
	static const char *const subs[] = {".",	 "elf",	  "lib64",     "lib",
					   "%s", "usr%s", "usr/lib64", "usr/lib"};
	char sub[PATH_MAX + 8];

	for (size_t i = 0; i < sizeof(subs) / sizeof(subs[0]); i++) {
		if (!strchr(subs[i], '%'))
			snprintf(sub, sizeof(sub), "%s", subs[i]);
		else if (!strncmp(s->system, "/usr/", 5))
			snprintf(sub, sizeof(sub), subs[i], s->system + 4);
		else
			snprintf(sub, sizeof(sub), subs[i], s->system);
		if (find_in(folder, sub, name, found))
			return true;
	}
	return false;
}

static void cut_name(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash && slash > path)
		*slash = '\0';
}

/* Finds the loader and libc.so.6 that belong to s->path. */
static int find_both(struct search *s, char loader[PATH_MAX], char libc[PATH_MAX])
{
	char folder[PATH_MAX];
	struct stat st;
	const char *name;

	strcpy(folder, s->path);
	if (stat(s->path, &st) != 0)
		return fault(s, -errno, "%s", strerror(errno));
	if (S_ISDIR(st.st_mode) && find_anywhere(s, folder, s->driver.loader, loader) &&
	    find_anywhere(s, folder, "libc.so.6", libc))
		return 0;
	if (!S_ISDIR(st.st_mode)) {
		cut_name(folder);
		name = strrchr(s->path, '/') + 1;
		/* libc.so.6 stands for its folder. */
		if (strncmp(name, "libc.so", strlen("libc.so")))
			strcpy(loader, s->path);
		else if (!find_anywhere(s, folder, s->driver.loader, loader))
			folder[0] = '\0';
		if (folder[0] && find_in(folder, ".", "libc.so.6", libc))
			return 0;
		cut_name(folder);
		if (folder[0] && find_in(folder, ".", "libc.so.6", libc))
			return 0;
	}
	return fault(s, -ENOENT,
		     "found no %s with a libc.so.6; name the folder of an installed or unpacked C "
		     "library, or its loader",
		     s->driver.loader);
}

static void exec_trial(const struct loader *loader, const char *driver, int out, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (privilege_none() || prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(126);
	if (dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(out, STDERR_FILENO) < 0)
		_exit(126);
	execl(loader->path, loader->path, LOADER_LIBRARIES_OPTION, loader->libraries, driver,
	      "--list", (char *)NULL);
	dprintf(STDOUT_FILENO, "%s\n", strerror(errno));
	_exit(127);
}

/* Starts the driver with this loader: `--list` prints its methods and exits. */
static int try_driver(struct search *s, const struct loader *loader, const char *driver)
{
	int out = memfd_create("trial", MFD_CLOEXEC), status = 0;
	struct pollfd end = {.fd = -1, .events = POLLIN};
	char output[256] = "";
	pid_t self = getpid(), pid;
	bool ended;
	int err = 0;

	if (out < 0)
		return fault(s, -errno, "%s", strerror(errno));
	pid = fork();
	if (pid == 0)
		exec_trial(loader, driver, out, self);
	if (pid > 0) {
		end.fd = (int)syscall(SYS_pidfd_open, pid, 0);
		err = end.fd < 0 ? -errno : 0;
	}
	ended = end.fd >= 0 && poll(&end, 1, TRIAL_MS) == 1;
	if (pid > 0 && !ended)
		kill(pid, SIGKILL);
	if (end.fd >= 0)
		close(end.fd);
	if (pread(out, output, sizeof(output) - 1, 0) < 0)
		output[0] = '\0';
	close(out);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return fault(s, -EAGAIN, "the loader cannot be started");
	if (err)
		return fault(s, err, "cannot wait for the loader: pidfd_open: %s", strerror(-err));
	if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	output[strcspn(output, "\n")] = '\0';
	return fault(
		s, -ELIBBAD,
		"the driver does not run with it (%s); it takes a glibc no older than the one it "
		"was built with",
		output[0] ? output
		: ended	  ? "no reason given"
			  : "no answer");
}

static int check_program(struct search *s, const char *program)
{
	struct image image;
	int err = read_image(program, &image);

	if (err && err != -ENOEXEC)
		return fault(s, err, "the program '%.128s': %s", program, strerror(-err));
	if (err || !image.dynamic)
		return fault(
			s, -ENOEXEC,
			"the program '%.128s' is not dynamically linked, so it has no C library "
			"to replace",
			program);
	return 0;
}

static int check_loader(struct search *s, const char *path)
{
	struct image image;
	int err = read_image(path, &image);

	if (err)
		return fault(s, err, "%s: %s", strrchr(path, '/') + 1,
			     err == -ENOEXEC ? "is not an ELF file" : strerror(-err));
	if (image.machine != s->driver.machine || image.class != s->driver.class)
		return fault(s, -ENOEXEC,
			     "%s is for another machine than the driver: name one built for this "
			     "machine",
			     strrchr(path, '/') + 1);
	if (access(path, X_OK) != 0)
		return fault(s, -errno, "%s: %s; make it executable with chmod +x",
			     strrchr(path, '/') + 1, strerror(errno));
	return 0;
}

/* NOLINTBEGIN(readability-non-const-parameter): `why` is written to by way of s */
int libc_find(const char *path, const char *driver, const char *const *programs,
	      struct loader *loader, struct fault *why)
/* NOLINTEND(readability-non-const-parameter) */
{
	struct search s = {.given = path, .why = why};
	char libc[PATH_MAX] = "";
	int err = read_image(driver, &s.driver);

	*loader = (struct loader){.path = ""};
	if (err)
		return fault(&s, err, "the driver: %s", strerror(-err));
	if (!s.driver.dynamic)
		return fault(&s, -ENOEXEC,
			     "the driver is static and contains its C library; use the one that "
			     "`make` builds in build/");
	if (!realpath(path, s.path))
		return fault(&s, -errno, "%s", strerror(errno));
	find_system(&s);
	err = find_both(&s, loader->path, libc);
	if (!err)
		err = check_loader(&s, loader->path);
	if (err)
		return err;
	cut_name(libc);
	if (libc[strcspn(libc, ":;$\n")])
		return fault(&s, -EINVAL,
			     "in a library path : ; and $ have a special meaning; rename the "
			     "folder");
	/* Libraries that are not beside it come from this machine. */
	if ((size_t)snprintf(loader->libraries, sizeof(loader->libraries), "%s%s%s", libc,
			     s.system[0] ? ":" : "", s.system) >= sizeof(loader->libraries))
		return fault(&s, -ENAMETOOLONG, "%s", strerror(ENAMETOOLONG));
	for (; programs && *programs && !err; programs++)
		err = check_program(&s, *programs);
	return err ? err : try_driver(&s, loader, driver);
}

bool libc_is(const struct loader *loader, const char *file)
{
	char path[PATH_MAX + sizeof("/libc.so.6")];
	struct stat a, b;

	snprintf(path, sizeof(path), "%.*s/libc.so.6", (int)strcspn(loader->libraries, ":"),
		 loader->libraries);
	return file && stat(path, &a) == 0 && stat(file, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}
