/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ELF files of 64 bits, and the functions that they name. */
#pragma once

#include <libelf.h>
#include <stdint.h>

#include "user/anatomy/functions.h"

/* For elf_end() and then close(*fd). NULL: it cannot be read, or is no such file. */
Elf *elf_file_open(const char *path, int *fd);

/*
 * Adds the functions of a file that is mapped at `address` from `offset` on: by its .symtab, else
 * by that of its separate debug file (FILE.debug beside it, or by its build id), and by .dynsym.
 * `module` is kept. 0, -EINVAL: the file is not such a file; or -errno.
 */
int elf_file_read(const char *path, uint64_t offset, uint64_t address, const char *module,
		  struct functions *to);
