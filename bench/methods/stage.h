/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where samples are taken: what a method finds prepared in its parent process,
 * and the steps that methods have in common. Everything that can be done before
 * T_CALL or after T_REAPED is: between them stand the call under test, the wait
 * for the child, and the reading of the clock.
 */
#ifndef SPAWNSCOPE_STAGE_H
#define SPAWNSCOPE_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "bench/methods/slate.h"
#include "bench/shared/loader.h"

/* What the protocol's `sample` line says. Times in ns of CLOCK_MONOTONIC; 0: not taken. */
struct sample {
	int64_t call_ns;
	int64_t return_ns;
	int64_t child_ns;
	int64_t exec_ns;
	int64_t exit_ns;
	int64_t reaped_ns;
	int32_t child_pid;   /* a thread id for threads; 0: not told */
	int32_t error;	     /* why the call under test failed, or 0 */
	int32_t wait_status; /* as of wait(2), where the method learns it */
	bool started;	     /* there was a child */
};

struct stage {
	volatile struct slate *slate;
	/* spawnscope-child FD, or a program without arguments, maybe behind its loader. */
	char *child_argv[LOADER_WORDS + 2];
	const char *program; /* of these, what the loader is not */
	bool silent;	     /* that program: it reports nothing */
	char *command;	     /* the same, for a shell */
	pid_t parent_pid;
	/* For methods that heed child_write and parent_write; else NULL and 0. */
	volatile unsigned char *memory;
	size_t page_bytes;
	size_t child_write_bytes;
	size_t parent_write_bytes;
};

/*
 * Maps the slate at the start of `slate_fd`, which must not be close-on-exec, and prepares to run
 * `child_path`, which reports to the slate unless it is `silent`. If it is, `loader` (may be NULL)
 * starts it. 0 or -errno.
 */
int stage__open(struct stage *stage, int slate_fd, const char *child_path, bool silent,
		const struct loader *loader);
void stage__close(struct stage *stage);

static inline int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Forgets the sample before. */
void stage__reset(const struct stage *stage);

/*
 * What a child of its own address space does: takes T_CHILD, writes its share of the memory, takes
 * T_EXIT, exits. T_CHILD comes before the slate is touched and T_EXIT after: a fork does not copy
 * the page tables of shared mappings, so the first write to the slate is a page fault.
 */
_Noreturn void stage__child(const struct stage *stage);

/* What a child does to run spawnscope-child; leaves exec's errno on the slate if it fails. */
_Noreturn void stage__exec(const struct stage *stage);

/* After the call returned: has the parent write its share while the child is held. */
void stage__parent_write(const struct stage *stage);

/* Copies the child's part from the slate into the sample. The child must have been reaped. */
void stage__collect(const struct stage *stage, struct sample *sample);

/* waitpid, T_REAPED, and stage__collect: what most methods end with. 0 or -errno. */
int stage__reap(const struct stage *stage, pid_t pid, struct sample *sample);

/* The call under test failed with `error`. Returns 0. */
int sample__fail(struct sample *sample, int error);

#endif
