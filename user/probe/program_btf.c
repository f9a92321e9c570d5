// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/program_btf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bpf/record.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Kinds of programs, by their sections. */
static const struct kind {
	const char *section;
	enum bpf_prog_type program;
	enum bpf_attach_type type;
	/* Attached by BTF id: "fentry/dup_fd" goes to the function dup_fd. What its name begins
	 * with in BTF, or NULL: not by BTF id. */
	const char *prefix;
} kinds[] = {
	{"fentry/", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, ""},
	{"fexit/", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, ""},
	{"tp_btf/", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, "btf_trace_"},
	{"kprobe/", BPF_PROG_TYPE_KPROBE, 0, NULL},
	{"kretprobe/", BPF_PROG_TYPE_KPROBE, 0, NULL},
	{"tracepoint/", BPF_PROG_TYPE_TRACEPOINT, 0, NULL},
	{"perf_event", BPF_PROG_TYPE_PERF_EVENT, 0, NULL},
};

/* libbpf has one set of handlers for all objects. */
static struct {
	int handlers[ARRAY_SIZE(kinds)];
	size_t users;
	/* of the object that is being loaded */
	const struct kernel_offer *offer;
	bool empty;
	unsigned int cast; /* BTF id of CAST_FUNCTION; 0: not called */
} registered;

static const struct kind *kind_of(const char *section)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strncmp(section, kinds[i].section, strlen(kinds[i].section)))
			return &kinds[i];
	return NULL;
}

bool probe_btf_name(const char *section, char *name, size_t size)
{
	const struct kind *kind = kind_of(section);

	if (!kind || !kind->prefix)
		return false;
	snprintf(name, size, "%s%s", kind->prefix, section + strlen(kind->section));
	return true;
}

/* Makes it return at once: what is left is what attaching it costs. */
static int make_empty(struct bpf_program *prog, struct bpf_prog_load_opts *opts)
{
	struct bpf_insn leave[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K}, /* r0 = 0 */
		{.code = BPF_JMP | BPF_EXIT},
	};

	/* Of instructions that are gone. */
	opts->func_info_cnt = 0;
	opts->func_info = NULL;
	opts->line_info_cnt = 0;
	opts->line_info = NULL;
	return bpf_program__set_insns(prog, leave, ARRAY_SIZE(leave));
}

/* Calls of the kernel's functions: libbpf would load the kernel's BTF to find their ids. */
static void link_casts(struct bpf_program *prog)
{
	struct bpf_insn *insns = (struct bpf_insn *)bpf_program__insns(prog);

	for (size_t i = 0; i < bpf_program__insn_cnt(prog); i++) {
		if (insns[i].code != (BPF_JMP | BPF_CALL) || insns[i].imm != CAST_CALL)
			continue;
		insns[i].src_reg = BPF_PSEUDO_KFUNC_CALL;
		insns[i].imm = registered.cast;
	}
}

static int prepare(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	char name[128];
	int err;

	if (registered.empty) {
		err = make_empty(prog, opts);
		if (err)
			return err;
	}
	if (registered.cast)
		link_casts(prog);
	if (!probe_btf_name(bpf_program__section_name(prog), name, sizeof(name)))
		return 0;
	opts->attach_prog_fd = 0;
	opts->attach_btf_id = kernel_offer__btf_id(registered.offer, name);
	return opts->attach_btf_id ? 0 : -ESRCH;
}

/* The others are attached by attach.c. */
static int attach(const struct bpf_program *prog, long cookie, struct bpf_link **link)
{
	const char *section = bpf_program__section_name(prog), *function = strchr(section, '/') + 1;
	const struct kind *kind = kind_of(section);

	if (kind->program == BPF_PROG_TYPE_KPROBE)
		*link = bpf_program__attach_kprobe(prog, !strncmp(section, "kret", 4), function);
	else
		*link = bpf_program__attach_trace(prog);
	return *link ? 0 : -errno;
}

int probe_btf_register(void)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = prepare,
		    .prog_attach_fn = attach);
	int *handlers = registered.handlers;

	if (registered.users++)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		handlers[i] = libbpf_register_prog_handler(kinds[i].section, kinds[i].program,
							   kinds[i].type, &opts);
		if (handlers[i] < 0)
			return handlers[i];
	}
	return 0;
}

void probe_btf_unregister(void)
{
	if (!registered.users || --registered.users)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (registered.handlers[i] > 0)
			libbpf_unregister_prog_handler(registered.handlers[i]);
		registered.handlers[i] = 0;
	}
}

/*
 * libbpf loads the kernel's BTF for programs without an attach target. Any descriptor as the target
 * keeps it from that; prepare() then sets what the program really attaches to.
 */
int probe_btf_set_up(struct bpf_object *object, const struct kernel_offer *offer, bool empty,
		     bool casts)
{
	int fd = kernel_offer__core_fd(offer), err = 0;
	struct bpf_program *prog;
	char name[128];

	registered.offer = offer;
	registered.empty = empty;
	registered.cast = casts ? kernel_offer__btf_id(offer, CAST_FUNCTION) : 0;
	if (fd < 0)
		return 0;
	bpf_object__for_each_program (prog, object)
		if (!err && bpf_program__autoload(prog) &&
		    probe_btf_name(bpf_program__section_name(prog), name, sizeof(name)))
			err = bpf_program__set_attach_target(prog, fd, NULL);
	return err;
}
