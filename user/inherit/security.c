// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Credentials beside the ids: capabilities, seccomp, keyrings. */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/inherit/common.h"
#include "user/inherit/property.h"

/* One that nothing here needs. */
#define CAPABILITY CAP_WAKE_ALARM

static const char needs_root[] = "needs the capability, as root has it";

static int read_sets(struct __user_cap_header_struct *head, struct __user_cap_data_struct sets[2])
{
	*head = (struct __user_cap_header_struct){_LINUX_CAPABILITY_VERSION_3, 0};
	return (int)syscall(SYS_capget, head, sets);
}

static const char *set_effective(struct cell *c)
{
	struct __user_cap_header_struct head;
	struct __user_cap_data_struct sets[2] = {0};

	if (!common_capable(CAPABILITY) || geteuid())
		return needs_root;
	read_sets(&head, sets);
	sets[CAP_TO_INDEX(CAPABILITY)].effective &= ~CAP_TO_MASK(CAPABILITY);
	return syscall(SYS_capset, &head, sets) ? "cannot change capabilities" : NULL;
}

static void get_effective(struct cell *c, char *value)
{
	value_set(value, common_capable(CAPABILITY) ? "yes" : "no");
}

static const char *set_inheritable(struct cell *c)
{
	struct __user_cap_header_struct head;
	struct __user_cap_data_struct sets[2] = {0};

	if (!common_capable(CAPABILITY))
		return needs_root;
	read_sets(&head, sets);
	sets[CAP_TO_INDEX(CAPABILITY)].inheritable |= CAP_TO_MASK(CAPABILITY);
	return syscall(SYS_capset, &head, sets) ? "cannot change capabilities" : NULL;
}

static void get_inheritable(struct cell *c, char *value)
{
	struct __user_cap_header_struct head;
	struct __user_cap_data_struct sets[2] = {0};

	read_sets(&head, sets);
	value_set(value, sets[CAP_TO_INDEX(CAPABILITY)].inheritable & CAP_TO_MASK(CAPABILITY)
				 ? "yes"
				 : "no");
}

static const char *set_ambient(struct cell *c)
{
	const char *why = set_inheritable(c);

	if (why)
		return why;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAPABILITY, 0, 0)
		       ? "cannot raise an ambient capability"
		       : NULL;
}

static void get_ambient(struct cell *c, char *value)
{
	value_set(value, prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAPABILITY, 0, 0) == 1
				 ? "yes"
				 : "no");
}

static const char *set_bounding(struct cell *c)
{
	return prctl(PR_CAPBSET_DROP, CAPABILITY) ? "needs CAP_SETPCAP" : NULL;
}

static void get_bounding(struct cell *c, char *value)
{
	value_set(value, prctl(PR_CAPBSET_READ, CAPABILITY) == 1 ? "yes" : "no");
}

static const char *set_securebits(struct cell *c)
{
	return prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) ? "needs CAP_SETPCAP" : NULL;
}

static void get_securebits(struct cell *c, char *value)
{
	value_set(value, "%#x", (unsigned int)prctl(PR_GET_SECUREBITS));
}

static const char *set_keep(struct cell *c)
{
	return prctl(PR_SET_KEEPCAPS, 1) ? "cannot set it here" : NULL;
}

static void get_keep(struct cell *c, char *value)
{
	value_set(value, "%d", prctl(PR_GET_KEEPCAPS));
}

static const char *set_no_new(struct cell *c)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return NULL;
}

static void get_no_new(struct cell *c, char *value)
{
	value_set(value, "%d", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

/* A filter that allows all. */
static const char *set_seccomp(struct cell *c)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = {1, &allow};

	set_no_new(c);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? "needs seccomp filters"
								    : NULL;
}

static void get_seccomp(struct cell *c, char *value)
{
	common_status("Seccomp", value);
}

/* Nothing is to be read from any folder; what a new program reads is files. */
static const char *set_landlock(struct cell *c)
{
	const struct landlock_ruleset_attr rules = {.handled_access_fs =
							    LANDLOCK_ACCESS_FS_READ_DIR};
	int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);

	set_no_new(c);
	return fd < 0 || syscall(SYS_landlock_restrict_self, fd, 0) ? "needs Landlock" : NULL;
}

static void get_landlock(struct cell *c, char *value)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	value_set(value, fd < 0 ? "restricted" : "free");
	close(fd);
}

static void get_keyring(int which, char *value)
{
	long id = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, which, 0);

	if (id < 0)
		value_set(value, "none");
	else
		value_set(value, "%ld", id);
}

static const char *create_keyring(int which)
{
	return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, which, 1) < 0 ? "needs keyrings" : NULL;
}

static const char *set_session_keyring(struct cell *c)
{
	return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ? "needs keyrings" : NULL;
}

static void get_session_keyring(struct cell *c, char *value)
{
	get_keyring(KEY_SPEC_SESSION_KEYRING, value);
}

static const char *set_process_keyring(struct cell *c)
{
	return create_keyring(KEY_SPEC_PROCESS_KEYRING);
}

static void get_process_keyring(struct cell *c, char *value)
{
	get_keyring(KEY_SPEC_PROCESS_KEYRING, value);
}

static const char *set_thread_keyring(struct cell *c)
{
	return create_keyring(KEY_SPEC_THREAD_KEYRING);
}

static void get_thread_keyring(struct cell *c, char *value)
{
	get_keyring(KEY_SPEC_THREAD_KEYRING, value);
}

static const struct property properties[] = {
	{
		.name = "effective set",
		.test = "root clears CAP_WAKE_ALARM in the effective set",
		.born = {0, MARK_SAME, "fork(2)"},
		.but = {{CLONE_NEWUSER, MARK_RESET, "user_namespaces(7)"}},
		.exec = {0, MARK_RESET, "capabilities(7)"},
		.set = set_effective,
		.get = get_effective,
	},
	{
		.name = "inheritable set",
		.test = "the parent adds CAP_WAKE_ALARM to the inheritable set",
		.born = {0, MARK_SAME, "fork(2)"},
		.but = {{CLONE_NEWUSER, MARK_UNSAID, NULL}},
		.exec = {0, MARK_KEPT, "capabilities(7)"},
		.set = set_inheritable,
		.get = get_inheritable,
	},
	{
		.name = "ambient set",
		.test = "the parent adds CAP_WAKE_ALARM to the ambient set",
		.born = {0, MARK_SAME, "fork(2)"},
		.but = {{CLONE_NEWUSER, MARK_UNSAID, NULL}},
		.exec = {0, MARK_KEPT, "capabilities(7)"},
		.set = set_ambient,
		.get = get_ambient,
	},
	{
		.name = "bounding set",
		.test = "the parent drops CAP_WAKE_ALARM from it",
		.born = {0, MARK_SAME, "capabilities(7)"},
		.but = {{CLONE_NEWUSER, MARK_UNSAID, NULL}},
		.exec = {0, MARK_KEPT, "capabilities(7)"},
		.fresh = "yes",
		.set = set_bounding,
		.get = get_bounding,
	},
	{
		.name = "securebits",
		.test = "the parent sets SECBIT_NO_SETUID_FIXUP",
		.born = {0, MARK_SAME, "capabilities(7)"},
		.but = {{CLONE_NEWUSER, MARK_RESET, "user_namespaces(7)"}},
		.exec = {0, MARK_KEPT, "capabilities(7)"},
		.set = set_securebits,
		.get = get_securebits,
	},
	{
		.name = "keep capabilities",
		.test = "prctl(PR_SET_KEEPCAPS) in the parent",
		.born = {0, MARK_SAME, "fork(2)"},
		.but = {{CLONE_NEWUSER, MARK_RESET, "user_namespaces(7)"}},
		.exec = {0, MARK_RESET, "execve(2)"},
		.set = set_keep,
		.get = get_keep,
	},
	{
		.name = "no_new_privs",
		.test = "prctl(PR_SET_NO_NEW_PRIVS) in the parent",
		.born = {0, MARK_SAME, "prctl(2)"},
		.exec = {0, MARK_KEPT, "prctl(2)"},
		.set = set_no_new,
		.get = get_no_new,
	},
	{
		.name = "seccomp filter",
		.test = "the parent sets one that allows all",
		.born = {0, MARK_SAME, "seccomp(2)"},
		.exec = {0, MARK_KEPT, "seccomp(2)"},
		.set = set_seccomp,
		.get = get_seccomp,
	},
	{
		.name = "Landlock rules",
		.test = "the parent forbids itself to read folders; both try",
		.born = {0, MARK_SAME, "landlock(7)"},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.set = set_landlock,
		.get = get_landlock,
	},
	{
		.name = "session keyring",
		.test = "the parent joins a new one",
		.born = {0, MARK_SAME, "session-keyring(7)"},
		.exec = {0, MARK_KEPT, "session-keyring(7)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_session_keyring,
		.get = get_session_keyring,
	},
	{
		.name = "process keyring",
		.test = "the parent creates it",
		.born = {0, MARK_LOST, "process-keyring(7)"},
		.but = {{CLONE_THREAD, MARK_SAME, "process-keyring(7)"}},
		.exec = {0, MARK_LOST, "process-keyring(7)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_process_keyring,
		.get = get_process_keyring,
	},
	{
		.name = "thread keyring",
		.test = "the parent creates it",
		.born = {0, MARK_LOST, "thread-keyring(7)"},
		.exec = {0, MARK_LOST, "thread-keyring(7)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.note = "the kernel gives a new thread an empty one of its own if its maker has "
			"one",
		.set = set_thread_keyring,
		.get = get_thread_keyring,
	},
};

const struct property_group property_security = {
	"security",
	"Security",
	properties,
	sizeof(properties) / sizeof(properties[0]),
};
