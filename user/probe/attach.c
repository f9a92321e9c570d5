// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/attach.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int add_link(struct attachment *a, struct bpf_link *link)
{
	struct bpf_link **links;

	if (!link)
		return -errno;
	links = reallocarray(a->links, a->count + 1, sizeof(*links));
	if (!links) {
		bpf_link__destroy(link);
		return -ENOMEM;
	}
	links[a->count++] = link;
	a->links = links;
	return 0;
}

void attachment__detach(struct attachment *a)
{
	while (a->count)
		bpf_link__destroy(a->links[--a->count]);
	free(a->links);
	*a = (struct attachment){0};
}

/* Returns the event, which belongs to its link, or -errno. */
static int attach_event(struct attachment *a, const struct bpf_program *prog,
			struct perf_event_attr *attr, int cpu)
{
	int fd = syscall(SYS_perf_event_open, attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = add_link(a, bpf_program__attach_perf_event(prog, fd));
	if (err)
		close(fd);
	return err ? err : fd;
}

/* Opens the software event of minor faults on each CPU. */
static int attach_faults(struct attachment *a, const struct bpf_program *prog)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_PAGE_FAULTS_MIN,
		.sample_period = 1,
	};
	int cpus = libbpf_num_possible_cpus(), err;

	for (int cpu = 0; cpu < cpus; cpu++) {
		err = attach_event(a, prog, &attr, cpu);
		if (err < 0 && err != -ENODEV) /* -ENODEV: the CPU is offline */
			return err;
	}
	return a->count ? 0 : -ENODEV;
}

static int attach_tracepoint(struct attachment *a, const struct bpf_program *prog,
			     struct kernel_offer *offer, const char *section)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.sample_period = 1,
	};
	char group[64];
	const char *name;
	int id, event;

	if (sscanf(section, "tracepoint/%63[^/]", group) != 1)
		return -EINVAL;
	name = section + strlen("tracepoint/") + strlen(group) + 1;
	id = kernel_offer__tracepoint_id(offer, group, name);
	if (id < 0)
		return id;
	attr.config = id;
	/* One CPU's event is enough: its program runs on all, also while the event counts nothing.
	 */
	event = attach_event(a, prog, &attr, 0);
	if (event < 0)
		return event;
	return ioctl(event, PERF_EVENT_IOC_DISABLE, 0) ? -errno : 0;
}

int attachment__attach(struct attachment *a, const struct bpf_object *object,
		       struct kernel_offer *offer)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(object, a->program);
	const char *section = bpf_program__section_name(prog);

	if (!strncmp(section, "tracepoint/", 11))
		return attach_tracepoint(a, prog, offer, section);
	if (!strcmp(section, "perf_event"))
		return attach_faults(a, prog);
	return add_link(a, bpf_program__attach(prog));
}
