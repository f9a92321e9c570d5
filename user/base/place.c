// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#define LINKS_MAX 40 /* MAXSYMLINKS, include/linux/namei.h */

/* Whom root lets place things in a folder, and in those above it. */
enum trust {
	TRUSTED, /* only root */
	STICKY,	 /* others as well, but they cannot move or remove what is root's: /tmp */
	EXPOSED,
};

struct walk {
	int at; /* the folder reached so far */
	enum trust trust;
	int links; /* followed so far */
	bool make; /* create folders that do not exist */
};

static enum trust trust_in(int folder, enum trust above)
{
	struct stat st;

	if (geteuid() != 0)
		return TRUSTED;
	if (above == EXPOSED || fstat(folder, &st) || st.st_uid != 0)
		return EXPOSED;
	/* An access control list that lets others write has its mask in the group's bits. */
	if (!(st.st_mode & (S_IWGRP | S_IWOTH)))
		return TRUSTED;
	return st.st_mode & S_ISVTX ? STICKY : EXPOSED;
}

/* Opens a folder below the one reached, and makes it the one reached. */
static int step(struct walk *w, const char *name, int flags)
{
	int next = openat(w->at, name, O_PATH | O_DIRECTORY | O_CLOEXEC | flags);

	if (next < 0)
		return -errno;
	w->trust = trust_in(next, w->trust);
	if (w->at >= 0)
		close(w->at);
	w->at = next;
	return 0;
}

/* procfs says where its links lead, but a deleted file or a pipe has no such path. */
static bool is_procfs(int folder)
{
	struct statfs fs;

	return fstatfs(folder, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/*
 * Reads a link in the folder reached. 1: `to` is where it leads; 0: it is not a link; -ELOOP: it is
 * one, and not followed.
 */
static int read_link(struct walk *w, const char *name, char to[PATH_MAX])
{
	ssize_t n = readlinkat(w->at, name, to, PATH_MAX - 1);

	if (n < 0)
		return 0;
	to[n] = '\0';
	return w->trust != TRUSTED || w->links++ == LINKS_MAX ? -ELOOP : 1;
}

static int walk_path(struct walk *w, const char *path);

static int enter(struct walk *w, const char *name)
{
	char link[PATH_MAX];
	int err = step(w, name, O_NOFOLLOW), is_link;

	if (err == -ENOENT && w->make) {
		if (mkdirat(w->at, name, 0777) && errno != EEXIST)
			return -errno;
		err = step(w, name, O_NOFOLLOW);
	}
	if (err != -ENOTDIR && err != -ELOOP)
		return err;
	is_link = read_link(w, name, link);
	if (is_link <= 0)
		return is_link ? is_link : err;
	return is_procfs(w->at) ? step(w, name, 0) : walk_path(w, link);
}

/* Walks to the folder that the path names. */
static int walk_path(struct walk *w, const char *path)
{
	char name[NAME_MAX + 1];
	int err = 0;

	if (*path == '/') {
		w->trust = TRUSTED;
		err = step(w, "/", 0);
	}
	while (!err && *(path += strspn(path, "/"))) {
		size_t length = strcspn(path, "/");

		if (length > NAME_MAX)
			return -ENAMETOOLONG;
		memcpy(name, path, length);
		name[length] = '\0';
		if (strcmp(name, "."))
			err = enter(w, name);
		path += length;
	}
	return err;
}

static int walk_begin(struct walk *w, bool make)
{
	*w = (struct walk){.at = -1, .trust = TRUSTED, .make = make};
	w->at = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w->at < 0)
		return -errno;
	w->trust = trust_in(w->at, TRUSTED);
	return 0;
}

/* Walks to the path's folder, and follows a link that has the file's name. */
static int find(struct place *p, struct walk *w, const char *path)
{
	char rest[PATH_MAX], link[PATH_MAX];
	int err, is_link;

	if (strlen(path) >= sizeof(rest))
		return -ENAMETOOLONG;
	strcpy(rest, path);
	for (;;) {
		char *slash = strrchr(rest, '/'), *name = slash ? slash + 1 : rest;

		if (strlen(name) > NAME_MAX)
			return -ENAMETOOLONG;
		if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
			return *path ? -EISDIR : -ENOENT;
		strcpy(p->name, name);
		*name = '\0';
		err = walk_path(w, rest);
		if (err)
			return err;
		is_link = read_link(w, p->name, link);
		p->magic = is_link > 0 && is_procfs(w->at);
		if (is_link <= 0 || p->magic)
			return is_link < 0 ? is_link : 0;
		strcpy(rest, link);
	}
}

int place__find(struct place *p, const char *path)
{
	struct walk w;
	int err = walk_begin(&w, false);

	*p = (struct place){.folder = -1};
	if (!err)
		err = find(p, &w, path);
	if (err && w.at >= 0)
		close(w.at);
	if (err)
		return err;
	p->folder = w.at;
	p->exposed = w.trust != TRUSTED;
	return 0;
}

void place__close(struct place *p)
{
	if (p->folder >= 0)
		close(p->folder);
	p->folder = -1;
}

int place_folder(const char *path)
{
	struct walk w;
	int err = *path ? walk_begin(&w, true) : -ENOENT, fd;

	if (err)
		return err;
	err = walk_path(&w, path);
	fd = err ? err : openat(w.at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!err && fd < 0)
		fd = -errno;
	if (w.at >= 0)
		close(w.at);
	return fd;
}
