/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The functions of a kernel or of an ELF file, by address. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct function {
	char *name; /* without what compilers append: foo for foo.cold, foo.isra.0 */
	const char *module;
	uint64_t start;
	uint64_t size; /* 0: until the next one */
	bool fragment; /* a part of the function (.cold, .part.0), not its entry */
	bool stub;     /* of the procedure linkage table: only jumps to a function */
};

struct functions {
	struct function *v;
	size_t n;
};

/* Copies the name; the module is kept as it is. 0 or -ENOMEM. */
int functions__add(struct functions *f, const char *name, const char *module, uint64_t start,
		   uint64_t size);

/* Once all are there: sorts them, and keeps the best name of each address. */
void functions__sort(struct functions *f);

/* The one that holds the address; NULL: none does. */
const struct function *functions__find(const struct functions *f, uint64_t address);

void functions__free(struct functions *f);
