// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/stage.h"

#include <errno.h>
#include <string.h>

#include "user/base/proc.h"
#include "user/base/progress.h"
#include "user/model/memory.h"

void stage__steps(struct stage *s, size_t steps)
{
	progress__free(s->progress);
	s->progress = progress__new(steps, s->quiet, "steps");
}

void stage__step(struct stage *s)
{
	progress__step(s->progress);
}

static struct observation *add(struct stage *s, const char *name, const char *unit,
			       const char *conditions)
{
	struct observation *m = run__add_observation(s->run, name, unit, conditions);

	if (!m)
		s->error = -ENOMEM;
	return m;
}

void stage__put(struct stage *s, const char *name, const char *unit, const char *conditions,
		int64_t value)
{
	struct observation *m = add(s, name, unit, conditions);

	if (m && series__push(&m->values, value))
		s->error = -ENOMEM;
}

void stage__put_series(struct stage *s, const char *name, const char *unit, const char *conditions,
		       struct series *values)
{
	struct observation *m = add(s, name, unit, conditions);

	if (m)
		m->values = *values;
	else
		series__free(values);
	*values = (struct series){0};
}

void stage__put_absent(struct stage *s, const char *name, const char *unit, const char *conditions,
		       const char *why)
{
	struct observation *m = add(s, name, unit, conditions);

	if (m && text_copy(&m->absent, why))
		s->error = -ENOMEM;
}

int stage__fail(struct stage *s, int err, const char *what)
{
	return fault__set(s->why, err, "%s: %s", what, proc_error_text(err));
}
