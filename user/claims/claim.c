// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/claim.h"

#include <math.h>
#include <string.h>

#include "user/claims/judges/judges.h"

const struct claim *const claims[] = {
#define X(name) &claim_##name,
	CLAIMS(X)
#undef X
};

const size_t claim_count = sizeof(claims) / sizeof(claims[0]);

const struct claim *claim_by_name(const char *name)
{
	for (size_t i = 0; i < claim_count; i++)
		if (!strcmp(claims[i]->name, name))
			return claims[i];
	return NULL;
}

struct verdict claim_judge(const struct claim *c, const struct evidence *e)
{
	struct verdict v = {.kind = VERDICT_ABSENT, .crossing = {NAN, NAN, NAN}};

	c->judge(e, &v);
	return v;
}
