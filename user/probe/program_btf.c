// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/program_btf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Sections attached by BTF id: "fentry/dup_fd" goes to the function dup_fd. */
static const struct {
	const char *section;
	enum bpf_attach_type type;
	const char *prefix; /* in BTF */
} kinds[PROBE_BTF_HANDLERS] = {
	{"fentry/", BPF_TRACE_FENTRY, ""},
	{"fexit/", BPF_TRACE_FEXIT, ""},
	{"tp_btf/", BPF_TRACE_RAW_TP, "btf_trace_"},
};

bool probe_btf_name(const char *section, char *name, size_t size)
{
	for (size_t i = 0; i < PROBE_BTF_HANDLERS; i++) {
		size_t n = strlen(kinds[i].section);

		if (strncmp(section, kinds[i].section, n))
			continue;
		snprintf(name, size, "%s%s", kinds[i].prefix, section + n);
		return true;
	}
	return false;
}

static int prepare(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	struct kernel_offer *const *offer = (struct kernel_offer *const *)cookie;
	char name[128];

	if (!probe_btf_name(bpf_program__section_name(prog), name, sizeof(name)))
		return -EINVAL;
	opts->attach_prog_fd = 0;
	opts->attach_btf_id = kernel_offer__btf_id(*offer, name);
	return opts->attach_btf_id ? 0 : -ESRCH;
}

static int attach(const struct bpf_program *prog, long cookie, struct bpf_link **link)
{
	*link = bpf_program__attach_trace(prog);
	return *link ? 0 : -errno;
}

int probe_btf_register(struct kernel_offer *const *offer, int handlers[PROBE_BTF_HANDLERS])
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)offer,
		    .prog_prepare_load_fn = prepare, .prog_attach_fn = attach);

	for (size_t i = 0; i < PROBE_BTF_HANDLERS; i++) {
		handlers[i] = libbpf_register_prog_handler(kinds[i].section, BPF_PROG_TYPE_TRACING,
							   kinds[i].type, &opts);
		if (handlers[i] < 0)
			return handlers[i];
	}
	return 0;
}

void probe_btf_unregister(int handlers[PROBE_BTF_HANDLERS])
{
	for (size_t i = 0; i < PROBE_BTF_HANDLERS; i++)
		if (handlers[i] > 0)
			libbpf_unregister_prog_handler(handlers[i]);
}

/*
 * libbpf loads the kernel's BTF for programs without an attach target. Any descriptor as the target
 * keeps it from that; prepare() then sets what the program really attaches to.
 */
int probe_btf_set_up(struct bpf_object *object, const struct kernel_offer *offer)
{
	int fd = kernel_offer__core_fd(offer), err = 0;
	struct bpf_program *prog;
	char name[128];

	if (fd < 0)
		return 0;
	bpf_object__for_each_program (prog, object)
		if (!err && bpf_program__autoload(prog) &&
		    probe_btf_name(bpf_program__section_name(prog), name, sizeof(name)))
			err = bpf_program__set_attach_target(prog, fd, NULL);
	return err;
}
