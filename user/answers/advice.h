/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What to do about the births of a profile: sentences, with what each saves. Only advice whose
 * condition the profile measured. Pure.
 */
#pragma once

#include <stddef.h>

#include "user/analysis/whatif.h"
#include "user/text/strbuf.h"

struct advice_kind;

/* Pieces that are shown; the others save less. */
#define ADVICES_SHOWN 8

struct advice {
	const struct advice_kind *kind;
	const struct group *group; /* whose births; borrowed */
	struct strbuf what;	   /* "posix_spawn or vfork for 10 forks that exec" */
	struct estimate saved;	   /* ns, of all these births; NAN: not known */
	struct estimate rank;	   /* the same; an alternative has that of what stands before it */
	struct strbuf unknown;	   /* why not, and what would measure it */
};

struct advices {
	struct advice *v;
	size_t n;
};

/*
 * Those for the first `top` groups, by what they save at least, then at most; then those of which
 * that is not known. `c`: the calibration of the machine, or NULL. 0 or -ENOMEM.
 */
int advices__of(struct advices *a, const struct groups *g, size_t top, const struct calibration *c,
		const char *clock);
void advices__free(struct advices *a); /* frees what a holds */

/* What it advises, for programs: "posix_spawn". */
const char *advice_name(const struct advice *a);

/* Adds "saves 2.00 ms to 2.02 ms", "saves up to 8.00 ms" or "saving not known (why)". */
void advice_add_saving(struct strbuf *text, const struct advice *a, const char *clock);

/*
 * Adds what the known savings of the first `n` are computed from, each kind of advice once, then
 * the calibration; nothing if none is known. `text` is empty.
 */
void advices_add_basis(struct strbuf *text, const struct advices *a, size_t n,
		       const struct calibration *c, const char *clock);

/* Adds "saves 2.00 ms to 2.02 ms: WHO: posix_spawn or vfork for 10 forks that exec". */
void advice_add_line(struct strbuf *text, const struct advice *a, const char *who,
		     const char *clock);
/* Adds how many are not shown; nothing if all are. */
void advices_add_rest(struct strbuf *text, const struct advices *a);
/* Adds "Basis, of these births: " and that of those shown; nothing if none is known. */
void advices_add_shown_basis(struct strbuf *text, const struct advices *a,
			     const struct calibration *c, const char *clock);
