/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The functions that an ELF file names. */
#pragma once

#include <stdint.h>

#include "user/anatomy/functions.h"

/*
 * Adds the functions of a file that is mapped at `address` from `offset` on: by its .symtab, else
 * by that of its separate debug file (FILE.debug beside it, or by its build id), and by .dynsym.
 * `module` is kept. 0, -EINVAL: the file is not such a file; or -errno.
 */
int elf_file_read(const char *path, uint64_t offset, uint64_t address, const char *module,
		  struct functions *to);
