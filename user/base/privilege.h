/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Privileges are needed to load and attach probes. Once the probes are loaded, only CAP_BPF and
 * CAP_PERFMON remain, until the last attach, and they are effective only while in use. Under sudo,
 * the program becomes the user who called sudo ("the caller": SUDO_UID, SUDO_GID). Whatever becomes
 * the caller has their HOME, USER, LOGNAME and MAIL, too, which sudo sets to root's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "bench/shared/fault.h"

/* 0 if this process may load and attach BPF programs, else -EPERM with one line in `why`. */
int privilege_check(struct fault *why);

/* 0, or -EINVAL with one line in `why`: SUDO_UID is set but does not name a caller. */
int privilege_check_caller(struct fault *why);

/* Whether CAP_SYS_ADMIN is effective. */
bool privilege_is_admin(void);

/*
 * Becomes the caller, if there is one, and drops all capabilities but the two above, which are then
 * not effective. 0 or -errno.
 */
int privilege_reduce(void);

/* Around each use of the two. Nothing happens before privilege_reduce or after privilege_drop. */
void privilege_raise(void);
void privilege_lower(void);

/* Drops the two as well, for good. 0 or -errno. */
int privilege_drop(void);

/*
 * In a child, before it executes the driver: becomes the caller and drops all capabilities; exec
 * cannot get them back, even for root. 0 or -errno.
 */
int privilege_none(void);

/* What a root that is no caller's may keep. */
enum privilege_kept {
	PRIVILEGE_OTHER_USER = 1, /* to become another user: CAP_SETUID, CAP_SETGID */
	PRIVILEGE_FILES = 2,	  /* to make a control group: CAP_DAC_OVERRIDE */
};

/* As privilege_none(), but exec gives the rights in `kept` to a root that is no caller's. */
int privilege_only(unsigned int kept);

/*
 * Becomes the caller for good, with all their groups and no capability. Does nothing if there is
 * none. 0 or -errno.
 */
int privilege_become_caller(void);
