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
#include <string.h>
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
	/* As in a container. */
	if (!geteuid())
		return fault__set(why, -EPERM,
				  "root lacks the capabilities CAP_BPF and CAP_PERFMON here: give "
				  "them to the container (--cap-add BPF --cap-add PERFMON)");
	return fault__set(
		why, -EPERM,
		"tracing takes root, or the capabilities CAP_BPF and CAP_PERFMON: try sudo");
}

bool privilege_is_admin(void)
{
	capng_get_caps_process();
	return capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN);
}

/* An id that sudo put into the environment: digits only. False if it is missing or not valid. */
static bool environment_id(const char *name, unsigned int *id)
{
	const char *text = getenv(name);
	unsigned long n;

	if (!text || !*text || text[strspn(text, "0123456789")])
		return false;
	errno = 0;
	n = strtoul(text, NULL, 10);
	if (errno || n >= UINT_MAX) /* the highest one means "no change" */
		return false;
	*id = n;
	return true;
}

/* 1 and the ids if sudo made us root for another user; 0 if not; -EINVAL: cannot say for whom. */
static int invoking_user(uid_t *uid, gid_t *gid)
{
	if (geteuid() != 0 || !getenv("SUDO_UID"))
		return 0;
	if (!environment_id("SUDO_UID", uid) || !environment_id("SUDO_GID", gid))
		return -EINVAL;
	return *uid != 0;
}

int privilege_check_caller(struct fault *why)
{
	uid_t uid;
	gid_t gid;

	return invoking_user(&uid, &gid) >= 0
		       ? 0
		       : fault__set(why, -EINVAL,
				    "SUDO_UID is set, but it or SUDO_GID is not a valid id: start "
				    "it with sudo, or unset SUDO_UID");
}

/* Root's mailbox becomes theirs in the same folder; one that is neither's is forgotten. */
static int set_mailbox(const char *user)
{
	const char *mail = getenv("MAIL"), *name = mail ? strrchr(mail, '/') : NULL;
	char path[PATH_MAX];
	int n;

	if (!mail || (name && !strcmp(name + 1, user)))
		return 0;
	if (!name || strcmp(name + 1, "root"))
		return unsetenv("MAIL");
	n = snprintf(path, sizeof(path), "%.*s/%s", (int)(name - mail), mail, user);
	return n < (int)sizeof(path) ? setenv("MAIL", path, 1) : unsetenv("MAIL");
}

/* What sudo sets to root's. Does nothing for an id without a name. 0 or -errno. */
static int set_environment(const struct passwd *user)
{
	return user && (setenv("HOME", user->pw_dir, 1) || setenv("USER", user->pw_name, 1) ||
			setenv("LOGNAME", user->pw_name, 1) || set_mailbox(user->pw_name))
		       ? -errno
		       : 0;
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
	int is_sudo = invoking_user(&uid, &gid);

	if (is_sudo < 0)
		return is_sudo;
	capng_get_caps_process();
	if (!capng_have_capability(CAPNG_PERMITTED, CAP_BPF) ||
	    !capng_have_capability(CAPNG_PERMITTED, CAP_PERFMON))
		return privilege_become_caller();
	keep_admin = perf_takes_admin();
	capng_clear(CAPNG_SELECT_CAPS);
	update_kept(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED);
	if (is_sudo ? capng_change_id(uid, gid, CAPNG_DROP_SUPP_GRP)
		    : capng_apply(CAPNG_SELECT_CAPS))
		return -EPERM;
	reduced = true;
	privilege_lower();
	return is_sudo ? set_environment(getpwuid(uid)) : 0;
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
	int is_sudo = invoking_user(&uid, &gid);

	if (is_sudo <= 0)
		return is_sudo;
	user = getpwuid(uid);
	if (user ? initgroups(user->pw_name, gid) : setgroups(1, &gid))
		return -errno;
	if (setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return -errno;
	return set_environment(user);
}

static void bound(unsigned int kept)
{
	capng_clear(CAPNG_SELECT_BOUNDS);
	if (kept & PRIVILEGE_OTHER_USER)
		capng_updatev(CAPNG_ADD, CAPNG_BOUNDING_SET, CAP_SETUID, CAP_SETGID, -1);
	if (kept & PRIVILEGE_FILES)
		capng_update(CAPNG_ADD, CAPNG_BOUNDING_SET, CAP_DAC_OVERRIDE);
	capng_apply(CAPNG_SELECT_BOUNDS);
}

int privilege_only(unsigned int kept)
{
	uid_t uid;
	gid_t gid;
	int is_sudo = invoking_user(&uid, &gid);

	if (is_sudo < 0)
		return is_sudo;
	/* The bounding set first: to empty it takes a capability. */
	capng_get_caps_process();
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP)) {
		bound(is_sudo ? 0 : kept);
	} else if (geteuid() == 0) {
		/* Else exec would give root its capabilities back. */
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
			return -errno;
	}
	if (is_sudo && (setgroups(1, &gid) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid)))
		return -errno;
	capng_clear(CAPNG_SELECT_CAPS);
	if (capng_apply(CAPNG_SELECT_CAPS))
		return -EPERM;
	return is_sudo ? set_environment(getpwuid(uid)) : 0;
}

int privilege_none(void)
{
	return privilege_only(0);
}
