// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/global_pid.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <unistd.h>

#include "bpf/record.h"
#include "spawnscope.skel.h"
#include "user/base/privilege.h"
#include "user/base/proc.h"

int probe_global_pid_set_up(struct spawnscope *skel)
{
	return bpf_program__set_autoload(skel->progs.find_process,
					 proc_pid_namespace() != FIRST_PID_NAMESPACE);
}

/* Shows the program each task of the machine, until one has the local id. */
static int look_through_tasks(struct spawnscope *skel)
{
	struct bpf_link *link = bpf_program__attach_iter(skel->progs.find_process, NULL);
	char text[64];
	int fd, err = 0;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		err = -errno;
	while (!err && read(fd, text, sizeof(text)) > 0)
		;
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return err;
}

pid_t probe_global_pid(struct spawnscope *skel, pid_t pid)
{
	unsigned int namespace = proc_pid_namespace();
	int err;

	if (namespace == FIRST_PID_NAMESPACE)
		return pid;
	skel->bss->local_namespace = namespace;
	skel->bss->local_pid = pid;
	skel->bss->global_pid = 0;
	privilege_raise();
	err = look_through_tasks(skel);
	privilege_lower();
	if (err)
		return err;
	return skel->bss->global_pid ? (pid_t)skel->bss->global_pid : -ESRCH;
}
