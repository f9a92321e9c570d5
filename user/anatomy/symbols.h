/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What an address of the guest is: of the kernel by its list of symbols, of programs by their
 * mappings and ELF files. Addresses are fixed in the lab, so one start of each program shows them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/shared/fault.h"

/* Of the kernel, from here on. */
#define SYMBOLS_KERNEL	    0xffff800000000000
#define SYMBOLS_KERNEL_NAME "kernel"

struct symbols;

/* What was found at an address. Names are valid as long as the symbols. */
struct symbol {
	const char *name;    /* NULL: not known */
	const char *module;  /* "" if not known */
	uint64_t start;	     /* of the function; of an unknown one the address itself */
	bool fragment, stub; /* as in functions.h */
};

/* NULL: out of memory. */
struct symbols *symbols__new(void);
void symbols__free(struct symbols *s); /* accepts NULL */

/*
 * Reads /proc/kallsyms of the guest. 0 or -errno with one line in `why`: -EINVAL if it names no
 * function, or hides all addresses.
 */
int symbols__read_kernel(struct symbols *s, FILE *in, struct fault *why);

/* What a task executes in user mode. */
enum { SYMBOLS_DRIVER, SYMBOLS_PROGRAM, SYMBOLS_ANOTHER };

/*
 * Reads where the programs of the guest lie: lines "program GUESTPATH PATH" and for each of its
 * mappings that can be executed "map START END OFFSET PATH", with tabs between the fields and
 * hexadecimal numbers; PATH is the file here. `driver` and `program` are the last parts of the
 * GUESTPATHs of the two. 0 or -errno with one line. A file that cannot be read, or has no symbols,
 * is no error: its functions have no names.
 */
int symbols__read_modules(struct symbols *s, FILE *in, const char *driver, const char *program,
			  struct fault *why);

/*
 * The address in the driver, or in the program; if nothing is mapped there, in any other. All of
 * another process in user mode is one symbol.
 */
struct symbol symbols__find(const struct symbols *s, unsigned int program, uint64_t address);
