/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a method finds prepared in its parent process, and the steps that methods
 * have in common. Between T_CALL and T_REAPED there is only the call under test,
 * the wait for the child, and the reading of the clock; everything else happens
 * before or after.
 */
#pragma once

#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/methods/slate.h"
#include "bench/shared/clock.h"
#include "bench/shared/loader.h"
#include "bench/shared/program.h"

/* A `sample` line of the protocol. Times in ns of CLOCK_MONOTONIC; 0: not taken. */
struct sample {
	int64_t call_ns;
	int64_t return_ns;
	int64_t child_ns;
	int64_t exec_ns;
	int64_t exit_ns;
	int64_t reaped_ns;
	/* What touching threads waited (parent/touchers.h): during the call, and without one. */
	int64_t stall_ns;
	int64_t stall_sum_ns;
	int64_t stall_base_ns;
	/* With spawning threads: spawns of any of them that ended in it, with itself; else 0. */
	uint32_t ended;
	int32_t child_pid;   /* a thread's id for threads; 0: unknown */
	int32_t error;	     /* why the call under test failed, or 0 */
	int32_t wait_status; /* as of wait(2), if the method gets it */
	bool started;	     /* there was a child */
};

struct stage {
	volatile struct slate *slate;
	char **child_argv; /* spawnscope-child FD, or another program, perhaps after its loader */
	char *program;	   /* its path, for messages */
	char *file;	   /* that is executed: the program, its copy, or its loader */
	bool silent;	   /* the program reports nothing */
	char *name;	   /* to search for in PATH, in place of `file`; NULL: execute the file */
	char *command;	   /* that and child_argv's arguments, quoted for a shell */
	int cold_fd;	   /* before each sample, this file's pages leave the cache; 0: none */
	int close_from;	   /* the child closes this descriptor and all above; 0: none */
	posix_spawn_file_actions_t *actions; /* of posix_spawn; NULL: none */
	posix_spawn_file_actions_t own_actions;
	int slate_fd;
	bool maps_slate;  /* the slate is a mapping of it */
	bool reads_slate; /* it is not, and what a program writes there is read */
	pid_t parent_pid;
	/* For methods that support child_write and parent_write; else NULL and 0. */
	volatile unsigned char *memory;
	size_t page_bytes;
	size_t child_write_bytes;
	size_t parent_write_bytes;
	size_t write_step; /* bytes from one write to the next */
	bool write_random; /* in a random order, always the same */
	unsigned int write_passes;
	uint64_t clone_flags;	/* for methods that take some */
	const void *child_cpus; /* the child moves to these, a mask of so many bytes; NULL: stays */
	size_t child_cpus_bytes;
};

/*
 * Maps the slate at the start of `slate_fd`, which must not be close-on-exec. Prepares to run the
 * program, which reports to the slate unless it is silent. A silent program is started by `loader`
 * if that is not NULL. If a copy of it is executed, argv[0] stays its path, except after a loader
 * or a shell. 0 or -errno.
 */
int stage__open(struct stage *stage, int slate_fd, const struct program *program,
		const struct loader *loader);

/*
 * The same for one thread of several: programs report to `slate_fd`, which is not mapped, children
 * without an exec to `slate`, which is the caller's, and shared memory.
 */
int stage__open_beside(struct stage *stage, int slate_fd, volatile struct slate *slate,
		       const struct program *program, const struct loader *loader);
void stage__close(struct stage *stage);

/* Appends words of `bytes` bytes together, with their zeroes. 0 or -errno. */
int stage__add_arguments(struct stage *stage, size_t bytes);

/* Executes another file, with these words for argv; NULL: the same. 0 or -errno. */
int stage__replace(struct stage *stage, const char *file, char *const *words);

/* The file actions of posix_spawn, to add to; from now on it has some. NULL: out of memory. */
posix_spawn_file_actions_t *stage__actions(struct stage *stage);

/* Searches for the program's name in PATH. 0 or -errno. */
int stage__search(struct stage *stage);

/* Clears the slate, and the cache of the program if asked for, before the next sample. */
void stage__reset(const struct stage *stage);

/*
 * Runs in a child with its own address space: takes T_CHILD, writes child_write_bytes, takes
 * T_EXIT, exits. T_CHILD is taken before the slate is touched and T_EXIT after: fork does not copy
 * the page tables of shared mappings, so the first write to the slate is a page fault.
 */
_Noreturn void stage__child(const struct stage *stage);

/* Runs in a child: execs the file. If that fails, leaves exec's errno in the slate. */
_Noreturn void stage__exec(const struct stage *stage);

/* After the call returned: writes parent_write_bytes, then releases the child. */
void stage__parent_write(const struct stage *stage);

/* Copies what the child wrote from the slate into the sample. The child must have been reaped. */
void stage__collect(const struct stage *stage, struct sample *sample);

/* waitpid, T_REAPED and stage__collect: how most methods end. 0 or -errno. */
int stage__reap(const struct stage *stage, pid_t pid, struct sample *sample);

/* The call under test failed with `error`. Returns 0. */
int sample__fail(struct sample *sample, int error);
