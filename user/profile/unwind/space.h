/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An address space as /proc/PID/maps showed it, with the files that it maps. */
#pragma once

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "bpf/record.h"
#include "user/profile/unwind/map_opener.h"
#include "user/profile/unwind/mapped_file.h"

/* Identifies an address space. exec and dlopen change it. */
struct space_key {
	uint32_t tgid;
	uint64_t start_code, end_code, start_stack, code_pages;
};

/* A file from where its first byte is mapped. */
struct module {
	uint64_t start, end;
	bool runs;		  /* some of it is code */
	char name[64];		  /* the last part of its path */
	struct mapped mapped;	  /* its first mapping */
	struct mapped_file *file; /* NULL: could not be opened */
	Dwfl_Module *dwfl;	  /* NULL: could not be opened */
};

struct space {
	struct space_key key;
	struct module *module;
	size_t modules;
	Dwfl *dwfl;
	struct unwinding *unwinding; /* of unwind.c, kept between stacks; freed with the space */
};

enum space_fault {
	SPACE_GONE = 1, /* the process has ended, or runs another program now */
	SPACE_FORBIDDEN,
	SPACE_FOREIGN, /* not a 64-bit program of this machine */
};

struct space_key space_key_of(const struct record_stack *r);
bool space_key_equal(const struct space_key *a, const struct space_key *b);

/* Reads the space of the record's process. NULL: out of memory, or *fault says why. */
struct space *space__new(struct map_opener *o, const struct record_stack *r,
			 enum space_fault *fault);

/* Opens a file that the process has mapped: a descriptor or -errno, as map_opener__mapped(). */
typedef int space_opener(void *context, pid_t pid, const struct mapped *mapped);

/* The same of a text as that of /proc/PID/maps; the caller closes it. */
struct space *space__read(FILE *maps, space_opener *open, void *context,
			  const struct record_stack *r, enum space_fault *fault);
void space__free(struct space *s); /* accepts NULL */

/* The module that the address is in; NULL: none. */
const struct module *space__module_at(const struct space *s, uint64_t address);
