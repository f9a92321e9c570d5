// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/kernel_offer.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "user/probe/core_btf.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

#define TRACEPOINTS_MAX 32

struct kernel_offer {
	const char **names; /* sorted, borrowed */
	__u32 *btf_ids;	    /* 0: not there */
	bool *other_shape;
	size_t count;
	char refusal[SOURCE_KIND_COUNT][160];
	struct {
		char name[64];
		int id;
	} ids[TRACEPOINTS_MAX]; /* asked once: later the privilege to look may be gone */
	size_t id_count;
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

/*
 * The first parameter of each function that a trampoline goes on: a struct behind a pointer, or
 * "" for a plain number. BTF holds one function per name, and where two share it (mm_init, in
 * kernel/fork.c and, up to 6.3, in init/main.c) it may describe the other. A trampoline made to
 * that shape does not save the registers that hold the real parameters: 5.10 and 6.1 then crash.
 */
static const struct {
	const char *function;
	const char *parameter;
} shapes[] = {
	{"kernel_clone", "kernel_clone_args"},
	{"dup_fd", "files_struct"},
	{"mm_init", "mm_struct"},
	{"sched_autogroup_fork", "signal_struct"},
	{"copy_namespaces", ""},
	{"copy_page_range", "vm_area_struct"},
	{"schedule_tail", "task_struct"},
	{"__x64_sys_execve", "pt_regs"},
	{"__x64_sys_execveat", "pt_regs"},
	{"begin_new_exec", "linux_binprm"},
	{"exit_mmap", "mm_struct"},
	{"release_task", "task_struct"},
	{"do_wp_page", "vm_fault"},
	{"do_huge_pmd_wp_page", "vm_fault"},
};

static const struct btf_type *skip_modifiers(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t;
}

static bool has_shape(const struct btf *btf, __u32 id, const char *name)
{
	const struct btf_type *proto = btf__type_by_id(btf, btf__type_by_id(btf, id)->type);
	const struct btf_type *t;
	size_t i = 0;

	while (i < sizeof(shapes) / sizeof(shapes[0]) && strcmp(shapes[i].function, name))
		i++;
	if (i == sizeof(shapes) / sizeof(shapes[0]) || !proto || !btf_is_func_proto(proto) ||
	    !btf_vlen(proto))
		return false;
	t = skip_modifiers(btf, btf_params(proto)[0].type);
	if (!*shapes[i].parameter)
		return t && btf_is_int(t);
	if (!t || !btf_is_ptr(t))
		return false;
	t = skip_modifiers(btf, t->type);
	return t && btf_is_struct(t) &&
	       !strcmp(btf__name_by_offset(btf, t->name_off), shapes[i].parameter);
}

/* One pass over the 100,000 types. */
static void find_btf_ids(struct kernel_offer *o, const struct btf *btf)
{
	__u32 id, n = btf__type_cnt(btf);

	for (id = 1; id < n; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		ssize_t i;

		if (!btf_is_func(t) && !btf_is_typedef(t))
			continue;
		i = name_index(o, btf__name_by_offset(btf, t->name_off));
		if (i < 0 || o->btf_ids[i])
			continue;
		o->btf_ids[i] = id;
		o->other_shape[i] = btf_is_func(t) && !has_shape(btf, id, o->names[i]);
	}
}

/* The smallest program there is: return 0. */
static const struct bpf_insn return_0[] = {
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
	{.code = BPF_JMP | BPF_EXIT},
};

static int load_return_0(enum bpf_prog_type type, struct bpf_prog_load_opts *opts)
{
	int fd = bpf_prog_load(type, "spawnscope_try", "Dual BSD/GPL", return_0, 2, opts);

	return fd < 0 ? -errno : fd;
}

/* Whether a trampoline may be attached at all: security modules refuse it at either step. */
static void try_fentry(struct kernel_offer *o)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY);
	ssize_t i = name_index(o, "kernel_clone");
	int prog, link = -1, err;

	if (i < 0 || !o->btf_ids[i]) {
		snprintf(o->refusal[SOURCE_FENTRY], sizeof(o->refusal[0]),
			 "no function kernel_clone in the kernel's BTF");
		return;
	}
	opts.attach_btf_id = o->btf_ids[i];
	prog = load_return_0(BPF_PROG_TYPE_TRACING, &opts);
	err = prog < 0 ? prog : 0;
	if (prog >= 0) {
		link = bpf_raw_tracepoint_open(NULL, prog);
		if (link < 0)
			err = -errno;
		else
			close(link);
		close(prog);
	}
	if (err == -EPERM)
		snprintf(o->refusal[SOURCE_FENTRY], sizeof(o->refusal[0]),
			 "refused here: Operation not permitted (by a security module)");
	else if (err)
		snprintf(o->refusal[SOURCE_FENTRY], sizeof(o->refusal[0]), "not possible here: %s",
			 strerror(-err));
}

static void check_kprobes(struct kernel_offer *o)
{
	/* The perf PMU (4.17) or, failing that, the tracefs file; without either there are none. */
	if (!access("/sys/bus/event_source/devices/kprobe/type", F_OK) ||
	    !access("/sys/kernel/tracing/kprobe_events", F_OK))
		return;
	snprintf(o->refusal[SOURCE_KPROBE], sizeof(o->refusal[0]),
		 "this kernel has none (CONFIG_KPROBES is off)");
}

/* Since 6.16 the file can be mapped (a539e2a6d51d), which saves 1,300 reads of a page each. */
static struct btf *read_btf(void)
{
	int fd = open(KERNEL_BTF, O_RDONLY | O_CLOEXEC);
	void *data = MAP_FAILED;
	struct btf *btf;
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st))
		data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (fd >= 0)
		close(fd);
	if (data == MAP_FAILED)
		return btf__parse(KERNEL_BTF, NULL);
	btf = btf__new(data, st.st_size);
	munmap(data, st.st_size);
	return btf;
}

int kernel_offer__new(const char *const *names, size_t count, const struct btf *object,
		      struct kernel_offer **offer, struct fault *why)
{
	struct kernel_offer *o = calloc(1, sizeof(*o));
	struct btf *btf = NULL;
	int err = -ENOMEM;

	fault__set(why, 0, "out of memory");
	if (!o)
		return err;
	o->core_fd = -1;
	o->names = calloc(count, sizeof(*o->names));
	o->btf_ids = calloc(count, sizeof(*o->btf_ids));
	o->other_shape = calloc(count, sizeof(*o->other_shape));
	if (!o->names || !o->btf_ids || !o->other_shape)
		goto cleanup;
	memcpy(o->names, names, count * sizeof(*names));
	o->count = count;
	qsort(o->names, count, sizeof(*o->names), compare_names);

	btf = read_btf();
	if (!btf) {
		err = -errno;
		fault__set(why, 0, "cannot read the kernel's BTF (" KERNEL_BTF "): %s%s",
			   strerror(-err),
			   err == -EMFILE || err == -ENFILE
				   ? ""
				   : "; it takes a kernel built with CONFIG_DEBUG_INFO_BTF");
		goto cleanup;
	}
	find_btf_ids(o, btf);
	o->core_fd = core_btf_file(btf, object);
	snprintf(o->core_path, sizeof(o->core_path), "/proc/self/fd/%d", o->core_fd);
	try_fentry(o);
	check_kprobes(o);
	err = 0;
	*offer = o;
	o = NULL;
cleanup:
	btf__free(btf);
	kernel_offer__free(o);
	return err;
}

void kernel_offer__free(struct kernel_offer *o)
{
	if (!o)
		return;
	if (o->core_fd >= 0)
		close(o->core_fd);
	free(o->names);
	free(o->btf_ids);
	free(o->other_shape);
	free(o);
}

const char *kernel_offer__refusal(const struct kernel_offer *o, enum source_kind kind)
{
	return o->refusal[kind][0] ? o->refusal[kind] : NULL;
}

const char *kernel_offer__lacks(const struct kernel_offer *o, const char *name)
{
	ssize_t i = name_index(o, name);

	if (i < 0 || !o->btf_ids[i])
		return "not in this kernel:";
	return o->other_shape[i] ? "BTF describes another function of the name" : NULL;
}

const char *kernel_offer__core_btf(const struct kernel_offer *o)
{
	return o->core_fd >= 0 ? o->core_path : NULL;
}

int kernel_offer__core_fd(const struct kernel_offer *o)
{
	return o->core_fd;
}

unsigned int kernel_offer__btf_id(const struct kernel_offer *o, const char *name)
{
	ssize_t i = name_index(o, name);

	return i < 0 ? 0 : o->btf_ids[i];
}

static int read_id(const char *root, const char *group, const char *name)
{
	char path[256], text[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/events/%s/%s/id", root, group, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -EIO;
	text[n] = '\0';
	return atoi(text);
}

/* In a helper, so that the mount is seen by nobody and ends with it. */
static int read_id_privately(const char *group, const char *name)
{
	int pipe_fds[2], id = -EIO, status;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount("spawnscope", "/sys/kernel/tracing", "tracefs", 0, NULL))
			id = -errno;
		else
			id = read_id("/sys/kernel/tracing", group, name);
		_exit(write(pipe_fds[1], &id, sizeof(id)) != sizeof(id));
	}
	close(pipe_fds[1]);
	if (pid > 0) {
		if (read(pipe_fds[0], &id, sizeof(id)) != sizeof(id))
			id = -EIO;
		waitpid(pid, &status, 0);
	}
	close(pipe_fds[0]);
	return id;
}

int kernel_offer__tracepoint_id(struct kernel_offer *o, const char *group, const char *name)
{
	int id;

	for (size_t i = 0; i < o->id_count; i++)
		if (!strcmp(o->ids[i].name, name))
			return o->ids[i].id;
	id = read_id("/sys/kernel/tracing", group, name);
	if (id == -ENOENT && access("/sys/kernel/tracing/events", F_OK))
		id = read_id("/sys/kernel/debug/tracing", group, name);
	if (id == -ENOENT && access("/sys/kernel/tracing/events", F_OK))
		id = read_id_privately(group, name);
	if (id >= 0 && o->id_count < TRACEPOINTS_MAX) {
		snprintf(o->ids[o->id_count].name, sizeof(o->ids[0].name), "%s", name);
		o->ids[o->id_count++].id = id;
	}
	return id;
}
