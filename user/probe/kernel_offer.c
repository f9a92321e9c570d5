// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/kernel_offer.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "user/probe/core_btf.h"
#include "user/probe/given_btf.h"
#include "user/probe/trial.h"

#define MODIFIERS_MAX 64

#define TRACEFS "/sys/kernel/tracing/"

struct kernel_offer {
	const char **names; /* sorted, borrowed */
	struct btf_entry {
		__u32 id;	 /* 0: not in BTF */
		char *parameter; /* of a function: first_parameter(), or NULL */
	} * entries;		 /* by name */
	size_t count;
	__u32 task_type; /* BTF id of struct task_struct; 0: not in BTF */
	char refusal[SOURCE_KIND_COUNT][SOURCE_REFUSAL_MAX];
	struct tracepoint {
		char name[64];
		int id;
	} * tracepoints; /* read once: later the privilege to read them may be gone */
	size_t tracepoint_count;
	int tracefs; /* our own mount of it; -1: none, or -errno */
	bool preempts;
	int core_fd; /* or -errno */
	char core_path[32];
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static ssize_t name_index(const struct kernel_offer *o, const char *name)
{
	const char **found = bsearch(&name, o->names, o->count, sizeof(*o->names), compare_names);

	return found ? found - o->names : -1;
}

static const struct btf_type *skip_modifiers(const struct kernel_btf *btf, __u32 id)
{
	const struct btf_type *t = kernel_btf__type(btf, id);

	/* A file may have them in a circle. */
	for (int i = 0; i < MODIFIERS_MAX && t && (btf_is_mod(t) || btf_is_typedef(t)); i++)
		t = kernel_btf__type(btf, t->type);
	return t;
}

/*
 * The name of the struct that the first parameter of a function points to, "" if it is an integer;
 * NULL for other functions.
 */
static const char *first_parameter(const struct kernel_btf *btf, const struct btf_type *function)
{
	const struct btf_type *t = kernel_btf__type(btf, function->type);

	if (!t || !btf_is_func_proto(t) || !btf_vlen(t))
		return NULL;
	t = skip_modifiers(btf, btf_params(t)[0].type);
	if (t && btf_is_int(t))
		return "";
	t = t && btf_is_ptr(t) ? skip_modifiers(btf, t->type) : NULL;
	return t && btf_is_struct(t) ? kernel_btf__name(btf, t) : NULL;
}

/* One pass over the 100,000 types. */
static int find_entries(struct kernel_offer *o, const struct kernel_btf *btf)
{
	__u32 n = kernel_btf__count(btf);

	for (__u32 id = 1; id < n; id++) {
		const struct btf_type *t = kernel_btf__type(btf, id);
		const char *parameter;
		ssize_t i;

		if (!o->task_type && btf_is_struct(t) &&
		    !strcmp(kernel_btf__name(btf, t), "task_struct"))
			o->task_type = id;
		if (!btf_is_func(t) && !btf_is_typedef(t))
			continue;
		i = name_index(o, kernel_btf__name(btf, t));
		if (i < 0 || o->entries[i].id)
			continue;
		o->entries[i].id = id;
		parameter = btf_is_func(t) ? first_parameter(btf, t) : NULL;
		o->entries[i].parameter = parameter ? strdup(parameter) : NULL;
		if (parameter && !o->entries[i].parameter)
			return -ENOMEM;
	}
	return 0;
}

static void refuse(struct kernel_offer *o, enum source_kind kind, const char *why)
{
	snprintf(o->refusal[kind], sizeof(o->refusal[kind]), "%.*s", SOURCE_REFUSAL_MAX - 1, why);
}

/* Whether trampolines work at all: security modules refuse to load or to attach. */
static void try_fentry(struct kernel_offer *o)
{
	unsigned int id = kernel_offer__btf_id(o, "kernel_clone");
	struct fault why = {0};
	int err;

	if (!id) {
		refuse(o, SOURCE_FENTRY, "no function kernel_clone in the kernel's BTF");
		return;
	}
	err = trial_fentry(id, &why);
	if (err == -EPERM)
		fault__set(&why, 0, "refused here: Operation not permitted (by a security module)");
	else if (err && !why.text[0])
		fault__set(&why, 0, "not possible here: %s", strerror(-err));
	refuse(o, SOURCE_FENTRY, why.text);
}

static void check_kprobes(struct kernel_offer *o)
{
	/* libbpf uses the perf PMU (4.17) or the tracefs file. */
	if (!access("/sys/bus/event_source/devices/kprobe/type", F_OK) ||
	    !access("/sys/kernel/tracing/kprobe_events", F_OK))
		return;
	refuse(o, SOURCE_KPROBE, "this kernel has none (CONFIG_KPROBES is off)");
}

/* Where trampolines fire, kprobes do. One that cannot be attached is found out by its own row. */
static void try_kprobe(struct kernel_offer *o)
{
	struct fault why = {0};

	if (o->refusal[SOURCE_FENTRY][0] && !o->refusal[SOURCE_KPROBE][0] &&
	    trial_kprobe("kernel_clone", &why) == -ENODATA)
		refuse(o, SOURCE_KPROBE, why.text);
}

/*
 * A kernel built with CONFIG_PREEMPT_DYNAMIC chooses at boot; the file has "none (voluntary) full",
 * where debugfs is mounted.
 */
static void check_preemption(struct kernel_offer *o)
{
	FILE *f = fopen("/sys/kernel/debug/sched/preempt", "re");
	struct utsname name;
	char text[64] = "";

	if (f) {
		if (!fgets(text, sizeof(text), f))
			text[0] = '\0';
		fclose(f);
	}
	o->preempts = (uname(&name) || strstr(name.version, "PREEMPT")) &&
		      !strstr(text, "(none)") && !strstr(text, "(voluntary)");
}

/* What to do about a BTF that cannot be read. */
static const char *btf_advice(int err)
{
	if (err == -EMFILE || err == -ENFILE || err == -ENOMEM)
		return "";
	if (access("/sys/kernel", F_OK))
		return "; /sys is not mounted here: mount -t sysfs sysfs /sys";
	return "; it takes a kernel built with CONFIG_DEBUG_INFO_BTF, or, if /sys hides it, a "
	       "copy of that file: --btf";
}

/* `path`: of the option --btf, or NULL. */
static int open_btf(const char *path, struct kernel_btf **btf, struct fault *why)
{
	int err = path ? given_btf__open(path, btf, why) : kernel_btf__open(KERNEL_BTF, btf);

	if (!err || path)
		return err;
	return fault__set(why, err, "cannot read the kernel's BTF (" KERNEL_BTF "): %s%s",
			  strerror(-err), btf_advice(err));
}

int kernel_offer__new(const char *path, const char *const *names, size_t count,
		      const struct btf *object, struct kernel_offer **offer, struct fault *why)
{
	struct kernel_offer *o = calloc(1, sizeof(*o));
	struct kernel_btf *btf = NULL;
	int err = -ENOMEM;

	fault__set(why, 0, "out of memory");
	if (!o)
		return err;
	o->core_fd = o->tracefs = -1;
	o->names = calloc(count, sizeof(*o->names));
	o->entries = calloc(count, sizeof(*o->entries));
	if (!o->names || !o->entries)
		goto cleanup;
	memcpy(o->names, names, count * sizeof(*names));
	o->count = count;
	qsort(o->names, count, sizeof(*o->names), compare_names);

	err = trial_reads();
	if (err) {
		fault__set(why, 0,
			   "this kernel is locked down (lockdown=confidentiality): probes may not "
			   "read its memory");
		goto cleanup;
	}
	err = open_btf(path, &btf, why);
	if (err)
		goto cleanup;
	err = find_entries(o, btf);
	if (err)
		goto cleanup;
	o->core_fd = core_btf_file(btf, object);
	snprintf(o->core_path, sizeof(o->core_path), "/proc/self/fd/%d", o->core_fd);
	try_fentry(o);
	check_kprobes(o);
	check_preemption(o);
	try_kprobe(o);
	err = 0;
	*offer = o;
	o = NULL;
cleanup:
	kernel_btf__close(btf);
	kernel_offer__free(o);
	return err;
}

void kernel_offer__free(struct kernel_offer *o)
{
	if (!o)
		return;
	if (o->core_fd >= 0)
		close(o->core_fd);
	if (o->tracefs >= 0)
		close(o->tracefs);
	for (size_t i = 0; i < o->count; i++)
		free(o->entries[i].parameter);
	free(o->names);
	free(o->entries);
	free(o->tracepoints);
	free(o);
}

const char *kernel_offer__refusal(const struct kernel_offer *o, enum source_kind kind)
{
	return o->refusal[kind][0] ? o->refusal[kind] : NULL;
}

const char *kernel_offer__lacks(const struct kernel_offer *o, const char *name,
				const char *parameter)
{
	ssize_t i = name_index(o, name);

	if (i < 0 || !o->entries[i].id)
		return "not in this kernel:";
	if (parameter && (!o->entries[i].parameter || strcmp(o->entries[i].parameter, parameter)))
		return "BTF describes another function named";
	return NULL;
}

const char *kernel_offer__core_btf(const struct kernel_offer *o)
{
	return o->core_fd >= 0 ? o->core_path : NULL;
}

int kernel_offer__core_fd(const struct kernel_offer *o)
{
	return o->core_fd;
}

bool kernel_offer__preempts(const struct kernel_offer *o)
{
	return o->preempts;
}

unsigned int kernel_offer__btf_id(const struct kernel_offer *o, const char *name)
{
	ssize_t i = name_index(o, name);

	return i < 0 ? 0 : o->entries[i].id;
}

unsigned int kernel_offer__task_type(const struct kernel_offer *o)
{
	return o->task_type;
}

/* `root` is a path, or "" for the folder of a descriptor. */
static int read_id(int folder, const char *root, const char *group, const char *name)
{
	char path[256], text[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%sevents/%s/%s/id", root, group, name);
	fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -EIO;
	text[n] = '\0';
	return atoi(text);
}

/* A tracefs that is mounted nowhere: nobody else sees it, and it ends with its descriptor. */
static int mount_tracefs(void)
{
	int fs = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC), mount, err;

	if (fs < 0)
		return -errno;
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0)) {
		err = -errno;
		close(fs);
		return err;
	}
	mount = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	err = -errno;
	close(fs);
	return mount < 0 ? err : mount;
}

static void remember(struct kernel_offer *o, const char *name, int id)
{
	struct tracepoint *t =
		reallocarray(o->tracepoints, o->tracepoint_count + 1, sizeof(*o->tracepoints));

	if (!t)
		return;
	o->tracepoints = t;
	t += o->tracepoint_count++;
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->id = id;
}

int kernel_offer__tracepoint_id(struct kernel_offer *o, const char *group, const char *name)
{
	int id;

	for (size_t i = 0; i < o->tracepoint_count; i++)
		if (!strcmp(o->tracepoints[i].name, name))
			return o->tracepoints[i].id;
	id = read_id(AT_FDCWD, TRACEFS, group, name);
	if (id == -ENOENT && access(TRACEFS "events", F_OK))
		id = read_id(AT_FDCWD, "/sys/kernel/debug/tracing/", group, name);
	if (id == -ENOENT && access(TRACEFS "events", F_OK)) {
		if (o->tracefs < 0)
			o->tracefs = mount_tracefs();
		id = o->tracefs < 0 ? o->tracefs : read_id(o->tracefs, "", group, name);
	}
	if (id >= 0)
		remember(o, name, id);
	return id;
}
