// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/methods/methods.h"

#include <stdio.h>
#include <string.h>

const struct method *const method_table[] = {
	&method_fork,	&method_vfork,	   &method_clone_vm_vfork, &method_clone3,
	&method_thread, &method_fork_exec, &method_vfork_exec,	   &method_posix_spawn,
	&method_system, &method_popen,
};

const size_t method_count = sizeof(method_table) / sizeof(method_table[0]);

const struct method *method_find(const char *name)
{
	for (size_t i = 0; i < method_count; i++) {
		if (!strcmp(method_table[i]->name, name))
			return method_table[i];
	}
	return NULL;
}

const char *method_names(char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < method_count && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i > 0 ? ", " : "",
					 method_table[i]->name);
	return buf;
}
