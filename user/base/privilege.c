// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/privilege.h"
#include "bench/shared/fault.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static bool reduced;
static bool keep_admin;

int privilege_check(struct fault *why)
{
	capng_get_caps_process();
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN) ||
	    (capng_have_capability(CAPNG_EFFECTIVE, CAP_BPF) &&
	     capng_have_capability(CAPNG_EFFECTIVE, CAP_PERFMON)))
		return 0;
	return fault__set(
		why, -EPERM,
		"tracing takes root, or the capabilities CAP_BPF and CAP_PERFMON: try sudo");
}

bool privilege_is_admin(void)
{
	capng_get_caps_process();
	return capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN);
}

/* A number from the environment that sudo set; false if it is none. */
static bool environment_id(const char *name, unsigned int *id)
{
	const char *text = getenv(name);
	char *end;
	unsigned long n;

	if (!text || !*text)
		return false;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || n >= UINT_MAX)
		return false;
	*id = n;
	return true;
}

static bool invoking_user(uid_t *uid, gid_t *gid)
{
	return geteuid() == 0 && environment_id("SUDO_UID", uid) &&
	       environment_id("SUDO_GID", gid) && *uid != 0;
}

/*
 * Debian and Android know a level 3 of perf_event_paranoid, at which perf_event_open, and with it
 * syscall tracepoints and kprobes, takes CAP_SYS_ADMIN whatever CAP_PERFMON says.
 */
static bool perf_takes_admin(void)
{
	FILE *f = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
	int level = 0;

	if (f) {
		if (fscanf(f, "%d", &level) != 1)
			level = 0;
		fclose(f);
	}
	return level > 2;
}

/* Sets or clears what is kept. */
static void update_kept(capng_act_t act, capng_type_t which)
{
	capng_updatev(act, which, CAP_BPF, CAP_PERFMON, -1);
	if (keep_admin)
		capng_update(act, which, CAP_SYS_ADMIN);
}

int privilege_reduce(void)
{
	uid_t uid;
	gid_t gid;
	int err;

	capng_get_caps_process();
	if (!capng_have_capability(CAPNG_PERMITTED, CAP_BPF) ||
	    !capng_have_capability(CAPNG_PERMITTED, CAP_PERFMON))
		return 0;
	keep_admin = perf_takes_admin();
	capng_clear(CAPNG_SELECT_CAPS);
	update_kept(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED);
	if (invoking_user(&uid, &gid)) {
		err = capng_change_id(uid, gid, CAPNG_DROP_SUPP_GRP);
		if (err)
			return -EPERM;
	} else if (capng_apply(CAPNG_SELECT_CAPS)) {
		return -EPERM;
	}
	reduced = true;
	privilege_lower();
	return 0;
}

static void set_effective(capng_act_t act)
{
	if (!reduced)
		return;
	capng_get_caps_process();
	update_kept(act, CAPNG_EFFECTIVE);
	capng_apply(CAPNG_SELECT_CAPS);
}

void privilege_raise(void)
{
	set_effective(CAPNG_ADD);
}

void privilege_lower(void)
{
	set_effective(CAPNG_DROP);
}

int privilege_drop(void)
{
	if (!reduced)
		return 0;
	reduced = false;
	capng_clear(CAPNG_SELECT_CAPS);
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

int privilege_become_caller(void)
{
	const struct passwd *user;
	uid_t uid;
	gid_t gid;

	if (!invoking_user(&uid, &gid))
		return 0;
	user = getpwuid(uid);
	if (user ? initgroups(user->pw_name, gid) : setgroups(1, &gid))
		return -errno;
	return setresgid(gid, gid, gid) || setresuid(uid, uid, uid) ? -errno : 0;
}

int privilege_none(void)
{
	uid_t uid;
	gid_t gid;

	/* The bounding set first: emptying it takes a capability. */
	capng_get_caps_process();
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP)) {
		capng_clear(CAPNG_SELECT_BOUNDS);
		capng_apply(CAPNG_SELECT_BOUNDS);
	} else if (geteuid() == 0) {
		/* After privilege_drop. Else exec would give root back what it may have. */
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
			return -errno;
	}
	if (invoking_user(&uid, &gid) &&
	    (setgroups(1, &gid) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid)))
		return -errno;
	capng_clear(CAPNG_SELECT_CAPS);
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}
