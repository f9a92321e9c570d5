/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Takes an anatomy: runs the script bench/lab/anatomy, and makes the tree of what it brings back.
 */
#pragma once

#include "bench/shared/fault.h"
#include "user/model/run.h"

/* A cell, and where it runs. */
struct anatomy_subject {
	const char *kernel;  /* a name or an image; NULL: the newest in the cache */
	const char *program; /* NULL: none */
	const char *method, *size;
	char *const *forward; /* further options of bench */
	size_t forward_count;
	unsigned int births;
	bool cycles; /* model caches, TLBs and branches */
	bool quiet;  /* no progress */
};

/*
 * *r has the run of bench in the guest, with one cell and its anatomy; free it if this returns 0.
 * -ECANCELED if the script has said why it failed; else 0 or -errno with one line in `why`. -EINTR:
 * the user wants to stop.
 */
int anatomy_take(const struct anatomy_subject *s, struct run *r, struct fault *why);

/*
 * The same of a folder with what the script brings back. `program`: the last part of the name of
 * what is executed.
 */
int anatomy_read_folder(const char *folder, const char *program, size_t births, struct run *r,
			struct fault *why);
