// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/calibration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define X(name, brief) [FIGURE_##name] = #name,
	FIGURES(X)
#undef X
};

const char *figure_name(enum figure f)
{
	return names[f];
}

int figure_by_name(const char *name)
{
	for (int f = 0; f < FIGURE_COUNT; f++)
		if (!strcmp(names[f], name))
			return f;
	return -1;
}

int figure_set_absent(struct figure_value *v, const char *why)
{
	free(v->absent);
	v->absent = strdup(why);
	v->low = v->mid = v->high = MISSING;
	return v->absent ? 0 : -ENOMEM;
}

const struct figure_value *calibration_figure(const struct calibration *c, enum figure f)
{
	return c && !c->v[f].absent ? &c->v[f] : NULL;
}

bool calibration_is_noisy(const struct calibration *c)
{
	for (int f = 0; f < FIGURE_COUNT; f++) {
		const struct figure_value *v = calibration_figure(c, f);

		if (f != FIGURE_fork_mib_thp && v &&
		    (double)v->high > (double)v->low * CALIBRATION_NOISY)
			return true;
	}
	return false;
}

void calibration__free(struct calibration *c)
{
	if (!c)
		return;
	for (int f = 0; f < FIGURE_COUNT; f++)
		free(c->v[f].absent);
	free(c);
}
