/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the room: what several properties need. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/inherit/cell.h"
#include "user/inherit/method.h"

/* Stores a value. */
__attribute__((format(printf, 2, 3))) void value_set(char *value, const char *format, ...);

/* The value of a line of /proc/thread-self/status, "VmLck"; "" if there is none. */
void common_status(const char *field, char *value);

/* Reads the beginning of a file, one line, without its newline. 0 or -errno. */
int common_read(const char *path, char *value);

/* Writes a file that exists. 0 or -errno. */
int common_write(const char *path, const char *text);

/*
 * Moves into a namespace of our own (CLONE_NEW...), with a user namespace if that is what it takes.
 * 0 or -errno.
 */
int common_own_namespace(int flag);

/* Whether the process has the capability, CAP_..., in its effective set. */
bool common_capable(int capability);

/* The byte at an address: "1"; "none": nothing is mapped there. */
void common_byte(const void *at, char *value);

/* Writes a byte, if something is mapped there. */
void common_set_byte(void *at, char byte);

/* Where a new program has nothing, also without ASLR. A hint: it may be another place. */
#define COMMON_PLACE ((void *)0x100000000000)

/* A page of memory with the byte 1; NULL. `flags`: MAP_PRIVATE or MAP_SHARED. */
char *common_page(int flags);

/* Of methods that share memory: why they do not call exit(). */
const char *common_skip_exit(const struct method *m);
