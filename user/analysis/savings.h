/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What posix_spawn might have saved in place of fork. Pure. */
#pragma once

#include "user/analysis/sketch.h"
#include "user/model/birth.h"

/*
 * Forks whose child execed, which could have been posix_spawn. The sums, ns, are estimates from the
 * phases of these births, not measurements. posix_spawn saves copy_mm (`least_ns`) and, at most,
 * also what follows from the copy (`most_ns`: clone_finish, COW faults, dropping the copy at exec).
 * It holds the parent from the child's wake-up to its exec (`held_ns`). `rest_ns` is what
 * else these births caused until the exec (bill.h): set-up and wake-up of the child, and its time
 * until the exec without the COW faults that `most_ns` has. posix_spawn has these too, but may be
 * faster there: the whole bill is the most that it can save.
 */
struct spawnable {
	int64_t n;
	double least_ns, most_ns, held_ns, rest_ns;
	struct sketch call, copy; /* of each fork, ns */
};

/* Forks whose child did not exec. */
struct staying {
	struct sketch copy; /* copy_mm, ns */
	struct sketch anon; /* the parent's anonymous memory, bytes */
	struct sketch cow_faults_parent;
};

/*
 * Adds a birth with the times of its phases, ns or MISSING, to either, if it is a fork and its
 * copy_mm is known. 0 or -ENOMEM.
 */
int savings_add(struct spawnable *w, struct staying *s, const struct birth *b,
		const int64_t phases[PHASE_COUNT]);

/* Free what they hold. */
void spawnable__free(struct spawnable *w);
void staying__free(struct staying *s);
