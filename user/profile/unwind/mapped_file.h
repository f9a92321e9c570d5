/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An ELF file that processes map, read once for all that map it. */
#pragma once

#include <libelf.h>

struct mapped_file {
	int fd;
	Elf *elf;
};

/* Takes over the descriptor. NULL: it is not a regular ELF file, or out of memory. */
struct mapped_file *mapped_file__take(int fd);

/* Closes the file after its last user. Accepts NULL. */
void mapped_file__release(struct mapped_file *f);
