/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Privileges: taken at the start, given up as soon as the probes are loaded.
 * What remains until the last attach is CAP_BPF and CAP_PERFMON, raised only
 * while they are used.
 */
#ifndef SPAWNSCOPE_PRIVILEGE_H
#define SPAWNSCOPE_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/shared/fault.h"

/* 0 if this process may load and attach BPF programs, else -EPERM with one line in `why`. */
int privilege_check(struct fault *why);

/* Whether CAP_SYS_ADMIN is effective. */
bool privilege_is_admin(void);

/*
 * Becomes the user who called sudo (SUDO_UID, SUDO_GID), if that is how we became root, and keeps
 * of the capabilities just the two above, not effective. 0 or -errno.
 */
int privilege_reduce(void);

/* Around each use of the two. They do nothing before privilege_reduce and after privilege_drop. */
void privilege_raise(void);
void privilege_lower(void);

/* Gives up the two as well, for good. 0 or -errno. */
int privilege_drop(void);

/*
 * In a child that is about to exec the driver: the invoking user, no capability left, none to be
 * had again by exec even as root. 0 or -errno.
 */
int privilege_none(void);

/*
 * In a child that is about to exec what the user asked for: the invoking user with the groups that
 * are theirs, if sudo made us root; else what we are. 0 or -errno.
 */
int privilege_become_caller(void);

#endif
