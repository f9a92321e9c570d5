/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdio.h>

#include "user/claims/claim.h"
#include "user/claims/evidence.h"

/* A claim that was asked for, and what the run says of it. */
struct judged {
	const struct claim *claim;
	struct verdict verdict;
};

/* `verbose`: also how each was tested. 0 or -errno. */
int claims_print(const struct evidence *e, const struct judged *v, size_t n, bool verbose,
		 bool colour, FILE *out);

/* As one JSON object. 0 or -errno. */
int claims_print_json(const struct evidence *e, const struct judged *v, size_t n, FILE *out);

/* The names of all claims and what they say. 0 or -errno. */
int claims_print_list(FILE *out);
