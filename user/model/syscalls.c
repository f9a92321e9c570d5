// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/syscalls.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNNAMED "syscall_"
#define COMPAT	"(32-bit)"

void syscalls__add(struct syscalls *c, uint32_t nr, int64_t n)
{
	size_t i = 0;

	while (i < c->kinds && c->kind[i].nr != nr)
		i++;
	if (i == SYSCALL_KINDS_MAX) {
		c->others += n;
		return;
	}
	if (i == c->kinds)
		c->kind[c->kinds++] = (struct syscalls_kind){.nr = nr};
	c->kind[i].n += n;
}

void syscalls__add_birth(struct syscalls *c, const struct life *life)
{
	if (life->count[COUNT_child_syscalls] == MISSING)
		return;
	for (size_t i = 0; i < SYSCALL_KINDS; i++)
		if (life->syscall[i].n)
			syscalls__add(c, life->syscall[i].nr, life->syscall[i].n);
	c->others += life->other_syscalls;
}

static int by_frequency(const void *a, const void *b)
{
	const struct syscalls_kind *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

void syscalls__sort(struct syscalls *c)
{
	qsort(c->kind, c->kinds, sizeof(c->kind[0]), by_frequency);
}

int64_t syscalls__of(const struct syscalls *c, const char *name)
{
	uint32_t nr;

	if (syscall_by_name(name, &nr))
		return 0;
	for (size_t i = 0; i < c->kinds; i++)
		if (c->kind[i].nr == nr)
			return c->kind[i].n;
	return 0;
}

const char *syscall_name(uint32_t nr, char name[SYSCALL_NAME_MAX])
{
	char *known = NULL;

	if (nr != SYSCALL_COMPAT)
		known = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)nr);
	if (nr == SYSCALL_COMPAT)
		snprintf(name, SYSCALL_NAME_MAX, COMPAT);
	else if (known)
		snprintf(name, SYSCALL_NAME_MAX, "%s", known);
	else
		snprintf(name, SYSCALL_NAME_MAX, UNNAMED "%u", nr);
	free(known);
	return name;
}

int syscall_by_name(const char *name, uint32_t *nr)
{
	int known = seccomp_syscall_resolve_name(name);
	unsigned long long number;
	char *end;

	if (!strcmp(name, COMPAT)) {
		*nr = SYSCALL_COMPAT;
		return 0;
	}
	if (known != __NR_SCMP_ERROR) {
		*nr = (uint32_t)known;
		return 0;
	}
	if (strncmp(name, UNNAMED, strlen(UNNAMED)))
		return -ENOENT;
	name += strlen(UNNAMED);
	if (*name < '0' || *name > '9')
		return -ENOENT;
	number = strtoull(name, &end, 10);
	if (*end || number > UINT32_MAX)
		return -ENOENT;
	*nr = (uint32_t)number;
	return 0;
}
