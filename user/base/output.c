// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "user/base/interrupt.h"
#include "user/base/place.h"
#include "user/base/say.h"
#include "user/base/slow_reader.h"

#define TRIES 100 /* until a name is free, or a file stays what it is */

static bool is_standard_output(const char *path)
{
	return !path || !strcmp(path, "-");
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		size -= (size_t)n;
	}
	return 0;
}

/* The file of this name: 0 with its status, -ENOENT, or -errno. */
static int look(const struct place *p, struct stat *st)
{
	return fstatat(p->folder, p->name, st, p->magic ? 0 : AT_SYMLINK_NOFOLLOW) ? -errno : 0;
}

/* A temporary name, until the file gets its own. */
struct temporary {
	char name[64];
};

static void next_name(struct temporary *t, int n)
{
	snprintf(t->name, sizeof(t->name), ".spawnscope-%d-%d", (int)getpid(), n);
}

/* Creates a file with a name that is not taken. A descriptor or -errno. */
static int create_temporary(int folder, struct temporary *t, mode_t mode)
{
	int fd = -1;

	for (int n = 0; n < TRIES && fd < 0 && (n == 0 || errno == EEXIST); n++) {
		next_name(t, n);
		fd = openat(folder, t->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	}
	return fd < 0 ? -errno : fd;
}

static const struct flock whole_file = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

/*
 * A file that is written line by line is locked as long as it is open: of two runs with one file,
 * the second would empty it under the first. The lock is the process's, not the descriptor's: a
 * child that outlives a killed run does not have it. 0 or -EBUSY; what cannot be locked is not.
 */
static int lock(int fd)
{
	return fcntl(fd, F_SETLK, &whole_file) && (errno == EAGAIN || errno == EACCES) ? -EBUSY : 0;
}

/* Whether another process writes the regular file of this name. */
static bool is_locked(const struct place *p)
{
	int fd = openat(p->folder, p->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct flock other = whole_file;
	bool locked = fd >= 0 && !fcntl(fd, F_GETLK, &other) && other.l_type != F_UNLCK;

	if (fd >= 0)
		close(fd);
	return locked;
}

/*
 * In a folder where others can place things, a regular file may be a second link to one that they
 * must not change, so it is not opened but replaced. A descriptor, -EAGAIN if the name changed its
 * meaning meanwhile, -EBUSY if another process writes the file, or -errno.
 */
static int create_exposed(const struct place *p, bool exists)
{
	struct temporary t;
	int fd, err = 0;

	if (!exists) {
		fd = openat(p->folder, p->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0)
			lock(fd);
		return fd >= 0 ? fd : errno == EEXIST ? -EAGAIN : -errno;
	}
	if (is_locked(p))
		return -EBUSY;
	fd = create_temporary(p->folder, &t, 0666);
	if (fd < 0)
		return fd;
	lock(fd);
	if (renameat(p->folder, t.name, p->folder, p->name)) {
		err = -errno;
		unlinkat(p->folder, t.name, 0);
		close(fd);
	}
	return err ? err : fd;
}

/*
 * The signals that ask to stop. Shells ignore SIGINT and SIGQUIT in background jobs, which no user
 * asked for; nohup ignores SIGHUP.
 */
static void find_stops(sigset_t *stops)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action;

	sigemptyset(stops);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaction(signals[i], NULL, &action);
		if (signals[i] != SIGHUP || action.sa_handler != SIG_IGN)
			sigaddset(stops, signals[i]);
	}
}

/*
 * A named pipe is opened when someone reads it. The wait ends with a signal, of which the program
 * then dies: open() itself would go on waiting, since commands block signals or restart calls.
 */
static int open_pipe(const struct place *p, int flags)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
	sigset_t stops, before;
	int fd, number = interrupt_requested();

	find_stops(&stops);
	sigprocmask(SIG_BLOCK, &stops, &before);
	while ((fd = openat(p->folder, p->name, flags | O_NONBLOCK)) < 0 && errno == ENXIO) {
		if (!number)
			number = sigtimedwait(&stops, NULL, &pause);
		if (number > 0) {
			complain("nothing reads the pipe %s", p->name);
			interrupt_die_by(number);
		}
		number = 0;
	}
	fd = fd < 0 || fcntl(fd, F_SETFL, 0) ? -errno : fd;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return fd;
}

/* Opens what is no regular file: a pipe, a terminal, /dev/full. */
static int open_special(const struct place *p, const struct stat *st)
{
	const int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | (p->magic ? 0 : O_NOFOLLOW);
	struct stat opened;
	int fd;

	if (S_ISLNK(st->st_mode))
		return -ELOOP;
	/* Others have laid a pipe where root writes: they would read what is root's. */
	if (p->exposed && st->st_uid != 0)
		return -EACCES;
	if (S_ISFIFO(st->st_mode)) {
		fd = open_pipe(p, flags);
	} else {
		fd = openat(p->folder, p->name, flags);
		fd = fd < 0 ? -errno : fd;
	}
	if (fd < 0)
		return fd;
	if (fstat(fd, &opened) || (opened.st_mode & S_IFMT) != (st->st_mode & S_IFMT)) {
		close(fd);
		return -EAGAIN;
	}
	return fd;
}

/* Locks and empties what was opened. */
static int begin(int fd)
{
	int err = lock(fd);

	if (!err && ftruncate(fd, 0))
		err = -errno;
	return err;
}

static int open_once(const struct place *p, int how)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (p->magic ? 0 : O_NOFOLLOW), fd;
	struct stat st;
	int err = look(p, &st);

	if (err && err != -ENOENT)
		return err;
	if (!err && S_ISBLK(st.st_mode))
		return -ENOTSUP;
	if (!err && !S_ISREG(st.st_mode))
		return open_special(p, &st);
	if (p->exposed && (err || how == O_TRUNC))
		return create_exposed(p, !err);
	fd = openat(p->folder, p->name, flags | (how & O_APPEND), 0666);
	if (fd < 0)
		return -errno;
	/* One call looks at both the name and the number of links. */
	err = p->exposed && (look(p, &st) || st.st_nlink != 1) ? -EMLINK
	      : how == O_TRUNC				       ? begin(fd)
							       : 0;
	if (err)
		close(fd);
	return err ? err : fd;
}

/* Opens the file and creates it if it does not exist. `how` is O_TRUNC or O_APPEND. */
static int open_place(const struct place *p, int how)
{
	int fd = -EAGAIN;

	for (int n = 0; n < TRIES && fd == -EAGAIN; n++)
		fd = open_once(p, how);
	return fd;
}

static int open_path(const char *path, int how)
{
	struct place p;
	int fd;

	if (is_standard_output(path)) {
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? -errno : fd;
	}
	fd = place__find(&p, path);
	if (!fd)
		fd = open_place(&p, how);
	place__close(&p);
	return fd;
}

static int output_descriptor(const char *path, bool *regular)
{
	int fd = open_path(path, O_TRUNC), err;
	struct stat st;

	if (fd < 0)
		return fd;
	if (!fstat(fd, &st)) {
		*regular = S_ISREG(st.st_mode);
		return fd;
	}
	err = -errno;
	close(fd);
	return err;
}

int output_open_with(const char *path, output_stream_fn *stream, void *context, FILE **out,
		     bool *regular)
{
	int fd = output_descriptor(path, regular), err;

	if (fd < 0)
		return fd;
	*out = *regular ? fdopen(fd, "w") : stream(fd, context);
	if (*out)
		return 0;
	err = -errno;
	close(fd);
	return err;
}

static FILE *until_stopped(int fd, void *context)
{
	return slow_reader_until_stopped(fd);
}

int output_open(const char *path, FILE **out, bool *regular)
{
	return output_open_with(path, until_stopped, NULL, out, regular);
}

int output_folder(const char *path)
{
	return place_folder(path);
}

int output_failed(const char *path, int err, struct fault *why)
{
	const char *reason = err == -EBUSY	 ? "another process is writing it"
			     : err == -ECANCELED ? "nobody read it in time"
						 : strerror(-err);

	return fault__set(why, err, "cannot write %s: %s",
			  is_standard_output(path) ? "standard output" : path, reason);
}

/* A file that replaces another, or none. */
struct replacement {
	struct place place;
	struct temporary temporary; /* its name for now; "": none */
	int fd;
	int err;     /* of writing to it, the first */
	bool whole;  /* a regular file, which gets its name once it is complete */
	bool exists; /* an old file, which is `old` */
	struct stat old;
	sigset_t before; /* the signal mask, while `whole` */
};

/*
 * A file system that can make a file without a name is asked for one: then nothing is left behind,
 * whatever happens. Such a file gets its name by way of /proc (linkat(2)).
 */
static int open_whole(struct replacement *r)
{
	sigset_t all;
	char path[32];

	/* A signal that ends the program waits: it must not leave the temporary file. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &r->before);
	r->whole = true;
	r->fd = openat(r->place.folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", r->fd);
	if (r->fd >= 0 && access(path, F_OK)) {
		close(r->fd);
		r->fd = -1;
	}
	if (r->fd < 0)
		r->fd = create_temporary(r->place.folder, &r->temporary, 0600);
	if (r->fd < 0)
		r->temporary.name[0] = '\0';
	return r->fd < 0 ? r->fd : 0;
}

static int replacement__open(struct replacement *r, const char *path)
{
	int err;

	*r = (struct replacement){.fd = -1, .place.folder = -1};
	if (is_standard_output(path)) {
		r->fd = STDOUT_FILENO;
		return 0;
	}
	err = place__find(&r->place, path);
	if (err)
		return err;
	err = look(&r->place, &r->old);
	r->exists = !err;
	if (err && err != -ENOENT)
		return err;
	if (!err && S_ISDIR(r->old.st_mode))
		return -EISDIR;
	if (!err && (r->place.magic || !S_ISREG(r->old.st_mode))) {
		r->fd = open_place(&r->place, O_TRUNC);
		return r->fd < 0 ? r->fd : 0;
	}
	if (!err && faccessat(r->place.folder, r->place.name, W_OK, AT_EACCESS))
		return -errno;
	return open_whole(r);
}

static void close_file(struct replacement *r, int *err)
{
	if (r->fd > STDOUT_FILENO && close(r->fd) && !*err)
		*err = -errno;
	r->fd = -1;
}

/* The file's mode: the old file's, unless others chose that, or what a new file would get. */
static int set_mode(const struct replacement *r)
{
	mode_t mask = umask(0);
	bool keep = r->exists && (!r->place.exposed || r->old.st_uid == 0);

	umask(mask);
	return fchmod(r->fd, keep ? r->old.st_mode & 0777 : 0666 & ~mask) ? -errno : 0;
}

/* Gives a file without a name this one. */
static int link_file(const struct replacement *r, const char *name)
{
	char from[32];

	snprintf(from, sizeof(from), "/proc/self/fd/%d", r->fd);
	return linkat(AT_FDCWD, from, r->place.folder, name, AT_SYMLINK_FOLLOW) ? -errno : 0;
}

static int link_temporary(struct replacement *r)
{
	int err = -EEXIST;

	for (int n = 0; n < TRIES && err == -EEXIST; n++) {
		next_name(&r->temporary, n);
		err = link_file(r, r->temporary.name);
	}
	if (err)
		r->temporary.name[0] = '\0';
	return err;
}

static int put_in_place(struct replacement *r)
{
	int err = set_mode(r);

	/* Some file systems report only here that they could not write. */
	if (!err && r->temporary.name[0])
		close_file(r, &err);
	/* With no temporary name, none is left behind by a SIGKILL. Only rename() replaces a file.
	 */
	else if (!err && !r->exists && !link_file(r, r->place.name))
		return 0;
	else if (!err)
		err = link_temporary(r);
	if (!err && renameat(r->place.folder, r->temporary.name, r->place.folder, r->place.name))
		err = -errno;
	if (!err)
		r->temporary.name[0] = '\0';
	return err;
}

/* Ends writing: the file takes its place if it was `made`, or is removed. */
static int replacement__close(struct replacement *r, bool made)
{
	int err = r->err;

	if (!err && made && r->whole)
		err = put_in_place(r);
	if (r->temporary.name[0])
		unlinkat(r->place.folder, r->temporary.name, 0);
	close_file(r, &err);
	place__close(&r->place);
	if (r->whole)
		sigprocmask(SIG_SETMASK, &r->before, NULL);
	return err;
}

/* stdio alone does not keep the reason of an error until fclose. */
static ssize_t write_some(void *cookie, const char *text, size_t size)
{
	struct replacement *r = cookie;

	if (!r->err)
		r->err = write_all(r->fd, text, size);
	return r->err ? 0 : (ssize_t)size;
}

static int write_stream(struct replacement *r, output_fn *write, void *context)
{
	FILE *out = fopencookie(r, "w", (cookie_io_functions_t){.write = write_some});
	int err;

	if (!out)
		return -ENOMEM;
	err = write(context, out);
	fclose(out); /* r->err holds what it could not write */
	return err;
}

/* The line for `why` after writing failed with `err`, or making the text with `made`. */
static int result(const char *path, int err, int made, struct fault *why)
{
	if (err)
		return output_failed(path, err, why);
	return made ? fault__set(why, made, "%s", strerror(-made)) : 0;
}

int output_replace(const char *path, output_fn *write, void *context, struct fault *why)
{
	struct replacement r;
	int err, made = 0;

	r.err = replacement__open(&r, path);
	if (!r.err)
		made = write_stream(&r, write, context);
	err = replacement__close(&r, !made);
	return result(path, err, made, why);
}

/* Appends to the file; what a full disk took only in part is cut off again. */
static int append(const char *path, const char *text, size_t size)
{
	int fd = open_path(path, O_APPEND), err = 0;
	struct stat old;

	if (fd < 0)
		return fd;
	if (fstat(fd, &old))
		err = -errno;
	if (!err)
		err = write_all(fd, text, size);
	if (err && S_ISREG(old.st_mode) && ftruncate(fd, old.st_size))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

int output_append(const char *path, output_fn *write, void *context, struct fault *why)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int made = out ? write(context, out) : -ENOMEM, err = 0;

	if (out && fclose(out) && !made)
		made = -ENOMEM;
	if (!made)
		err = append(path, text, size);
	free(text);
	return result(path, err, made, why);
}
