// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/inherit/child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/inherit/property.h"

#define LOOK "--look"

/* A thread ends alone, by the system call; another child by exit_group, without handlers. */
static __attribute__((noreturn)) void end(const struct cell *c, int status)
{
	if (getpid() == c->parent && !c->alone)
		for (;;)
			syscall(SYS_exit, status);
	_exit(status);
}

void child_run(struct cell *c)
{
	const struct property *p = property_at(c->property);

	p->get(c, c->child);
	if (p->change && !c->alone) {
		p->change(c);
		(p->again ? p->again : p->get)(c, c->changed);
	}
	c->looked = true;
	if (p->by_exit)
		exit(0);
	end(c, 0);
}

void child_fail(struct cell *c)
{
	end(c, 127);
}

char *const *child_words(const struct cell *c)
{
	static char memory[16], name[] = "spawnscope", command[] = "inherit", look[] = LOOK;
	static char *words[] = {name, command, look, memory, NULL};

	snprintf(memory, sizeof(memory), "%d", c->memory);
	return words;
}

void child_look(int argc, char **argv)
{
	struct stat s;
	struct cell *c;
	int fd;

	if (argc != 3 || strcmp(argv[1], LOOK))
		return;
	fd = atoi(argv[2]);
	if (fstat(fd, &s) || s.st_size != sizeof(*c))
		return;
	c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (c == MAP_FAILED || !property_at(c->property))
		return;
	c->execed = true;
	child_run(c);
}
