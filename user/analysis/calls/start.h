/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program's own start, from exec to exit, by what it is for. What calls show: the loader's and
 * libc's stages by their functions' names, constructors by the library whose code runs. Calls do
 * not show which library a relocation or a lookup belongs to.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/model/call_tree.h"

enum start_stage {
	START_EXEC,   /* the kernel's execve: flushing the old image, mapping the new one */
	START_LOADER, /* what of the dynamic loader is nothing of the following */
	START_MAPPING,
	START_RELOCATION,
	START_LOOKUP,	    /* of symbols */
	START_CONSTRUCTORS, /* by library */
	START_LIBC,	    /* its start, before main */
	START_MAIN,
	START_EXIT,
	START_OTHER, /* code of the program, or of a library, of which calls do not show the stage
		      */
	START_STAGE_COUNT
};

/* "relocation" */
const char *start_stage_title(enum start_stage stage);

/* Whether it is one that the dynamic loader works in for libraries. */
bool start_stage_of_loader(enum start_stage stage);

/* Instructions per birth, but for counts of events. */
struct start_figures {
	int64_t user;	  /* of the stage's own code and what it calls */
	int64_t faults;	  /* of the kernel for its page faults and other exceptions */
	int64_t syscalls; /* and for its system calls; START_EXEC: of execve */
	int64_t fault_count, syscall_count;
};

struct start_row {
	enum start_stage stage;
	const char *module; /* constructors: the library, or START_PROGRAM; else NULL */
	struct start_figures is;
};

#define START_PROGRAM "the program"

struct start_place {
	enum start_stage stage;
	const char *module; /* as in a row */
};

/* A system call, of one stage. */
struct start_syscall {
	const char *name; /* "mmap"; NULL: entry and return, which all share */
	enum start_stage stage;
	const char *module;
	int64_t calls, instructions;
};

/* Whether both are calls of one name, of one stage. */
bool start_syscall__same(const struct start_syscall *a, const struct start_syscall *b);

struct start {
	int64_t total; /* exec to exit */
	struct start_row *rows;
	size_t row_count;
	struct start_syscall *syscalls;
	size_t syscall_count;
	int64_t libraries;    /* that the loader mapped; MISSING: its functions have no names */
	const char **modules; /* whose code ran, but for kernel, loader and program */
	size_t module_count;
	struct start_place *places; /* per node of the tree */
};

/* All names are the tree's, which must stay. 0 or -ENOMEM. */
int start__split(struct start *s, const struct call_tree *t);
void start__free(struct start *s);

int64_t start_figures__sum(const struct start_figures *f);

/* A row of both sides. */
struct start_change {
	enum start_stage stage;
	const char *module;
	struct start_figures a, b;
};

struct start_syscall_change {
	struct start_syscall a, b; /* zeros, with the same name, where a side lacks it */
};

struct start_diff {
	struct start a, b;
	/* By change of the sum, up or down, the largest first. */
	struct start_change *rows;
	size_t row_count;
	struct start_syscall_change *syscalls;
	size_t syscall_count;
	const char **new_modules, **gone_modules; /* whose code ran only in B, only in A */
	size_t new_count, gone_count;
};

/* 0 or -ENOMEM. */
int start_diff__make(struct start_diff *d, const struct call_tree *a, const struct call_tree *b);
void start_diff__free(struct start_diff *d);

/* By how much the stage grew. */
int64_t start_change__more(const struct start_change *c);
