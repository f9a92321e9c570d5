/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a path leads, when root must not follow what others could have placed. A path is walked
 * folder by folder, each opened below the one before, so that nothing can change between the check
 * and the use. From the first folder on that others can write to, links are refused. Other users
 * than root have only their own rights: for them, links lead wherever they lead.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>

/* A name in a folder. */
struct place {
	int folder;   /* an O_PATH descriptor; -1: none */
	bool exposed; /* we are root, and others could have placed what has this name */
	bool magic;   /* a link of procfs, as in /proc/self/fd: only the kernel can follow it */
	char name[NAME_MAX + 1];
};

/*
 * Finds the folder and the name of the file that the path leads to; the file need not exist. 0 or
 * -errno: -EISDIR for a path that can only be a folder, -ELOOP for a link that is not followed.
 */
int place__find(struct place *p, const char *path);
void place__close(struct place *p);

/*
 * Opens a folder the same way, and creates it and those above it if they do not exist. A
 * descriptor or -errno.
 */
int place_folder(const char *path);
