// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/sides.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 0 or 1 by the end of the file's name, as the gate names them; -1: neither. */
static int side_of(const char *path)
{
	static const char *const ends[SIDES] = {"-a.jsonl", "-b.jsonl"};
	size_t len = strlen(path);

	for (int i = 0; i < SIDES; i++) {
		if (len > strlen(ends[i]) && !strcmp(path + len - strlen(ends[i]), ends[i]))
			return i;
	}
	return -1;
}

static bool are_kept(const struct input *in)
{
	bool has[SIDES] = {false};

	for (size_t i = 0; i < in->count; i++) {
		int side = side_of(in->paths[i]);

		if (side < 0 || !run__env(&in->runs[i], RUN_KEPT_FACT) ||
		    run__is_profile(&in->runs[i]) || !run__same_unit(&in->runs[i], &in->runs[0]))
			return false;
		has[side] = true;
	}
	return in->count > SIDES && has[0] && has[1];
}

/* Appends `more`, of n values or none, to `s`, which has `before` values or none. */
static int append(struct series *s, size_t before, const struct series *more, size_t n,
		  int64_t filler)
{
	int err = 0;

	if (!s->n && !more->n)
		return 0;
	while (s->n < before && !err)
		err = series__push(s, filler);
	for (size_t i = 0; i < n && !err; i++)
		err = series__push(s, i < more->n ? more->v[i] : filler);
	return err;
}

static void take(char **to, char **from)
{
	if (*to)
		return;
	*to = *from;
	*from = NULL;
}

static void take_origin(struct phase_origin *to, struct phase_origin *from)
{
	if (to->source || !from->source)
		return;
	free(to->absent);
	*to = *from;
	*from = (struct phase_origin){0};
}

static int join_cell(struct cell *to, struct cell *from)
{
	int err = cell__own_probed(to);

	if (err)
		return err;
	err = append(&to->unattributed, to->n, &from->unattributed, from->n, MISSING);
	for (int i = 0; i < SAMPLE_COUNT && !err; i++)
		err = append(&to->samples[i], to->n, &from->samples[i], from->n, MISSING);
	for (int i = 0; i < PHASE_COUNT && !err; i++) {
		err = append(&to->phases[i], to->n, &from->phases[i], from->n, MISSING);
		take_origin(&to->phase_origin[i], &from->phase_origin[i]);
	}
	for (int i = 0; i < COUNT_COUNT && !err; i++)
		err = append(&to->counts[i], to->n, &from->counts[i], from->n, MISSING);
	if (!err)
		err = append(&to->bill, to->n, &from->bill, from->n, MISSING);
	if (!err)
		err = append(&to->errnos, to->n, &from->errnos, from->n, 0);
	for (size_t i = 0; i < from->syscalls->kinds; i++)
		syscalls__add(to->syscalls, from->syscalls->kind[i].nr, from->syscalls->kind[i].n);
	to->syscalls->others += from->syscalls->others;
	take(&to->broken, &from->broken);
	to->uneven |= to->n != to->joined * from->n;
	to->n += from->n;
	to->joined++;
	return err;
}

/* A cell that `to` has not: moves it. */
static int move_cell(struct run *to, struct cell *from)
{
	struct cell *c = run__add_cell(to);
	size_t order = from->order;

	if (!c)
		return -ENOMEM;
	cell__free(c);
	*c = *from;
	c->order = order;
	*from = (struct cell){0};
	return 0;
}

static void add(int64_t *sum, int64_t more)
{
	if (*sum == MISSING)
		*sum = more;
	else if (more != MISSING)
		*sum += more;
}

static void join_ends(struct run *to, const struct run *from)
{
	to->ended = to->ended && from->ended;
	add(&to->end.births, from->end.births);
	add(&to->end.started, from->end.started);
	add(&to->end.started_untraced, from->end.started_untraced);
	add(&to->end.lost, from->end.lost);
	add(&to->end.missed, from->end.missed);
	add(&to->end.births_unseen, from->end.births_unseen);
	add(&to->end.untracked, from->end.untracked);
	add(&to->end.waits_late, from->end.waits_late);
	add(&to->end.cpu_ticks, from->end.cpu_ticks);
	add(&to->end.steal_ticks, from->end.steal_ticks);
	if (from->end.load_end_milli > to->end.load_end_milli)
		to->end.load_end_milli = from->end.load_end_milli;
}

/* Takes out facts that are not the same in all runs of a side. */
static void join_facts(struct run *to, const struct run *from)
{
	size_t kept = 0;

	for (size_t i = 0; i < to->env_count; i++) {
		const struct fact *f = &to->env[i];

		if (fact_same(f, run__env(from, f->name)))
			to->env[kept++] = *f;
	}
	to->env_count = kept;
}

/* `keys`: of the cells of `to`. */
static int join_run(struct run *to, struct run *from, struct cell_index *keys)
{
	int err = 0;

	for (size_t i = 0; i < from->cell_count && !err; i++) {
		struct cell *own = &from->cells[i];
		size_t same = cell_index__first(keys, own);

		own->joined = 1;
		if (same != CELL_NONE)
			err = join_cell(&to->cells[same], own);
		else
			err = move_cell(to, own);
		if (!err)
			err = cell_index__fill(keys, to->cell_count);
	}
	for (int p = 0; p < PHASE_COUNT; p++)
		take_origin(&to->phases[p], &from->phases[p]);
	join_ends(to, from);
	join_facts(to, from);
	return err;
}

/* Joins the runs of a side to the first of them, which it moves to `to`; the others are freed. */
static int join_side(struct input *in, int side, struct run *to, size_t *joined)
{
	struct cell_index keys;
	int err = run__index(to, NULL, &keys);

	*joined = 0;
	for (size_t i = 0; i < in->count && !err; i++) {
		if (side_of(in->paths[i]) != side)
			continue;
		if (!(*joined)++) {
			*to = in->runs[i];
			for (size_t k = 0; k < to->cell_count; k++)
				to->cells[k].joined = 1;
			err = cell_index__fill(&keys, to->cell_count);
		} else {
			err = join_run(to, &in->runs[i], &keys);
			run__free(&in->runs[i]);
		}
		in->runs[i] = (struct run){0};
	}
	cell_index__free(&keys);
	to->rounds = (unsigned int)*joined;
	return err;
}

int sides__join(struct sides *s, struct input *in)
{
	struct run runs[SIDES] = {0};
	size_t count = in->count, joined;
	int err = 0;

	*s = (struct sides){0};
	if (!are_kept(in))
		return 0;
	s->paths = calloc(count, sizeof(*s->paths));
	if (!s->paths)
		return -ENOMEM;
	memcpy((void *)s->paths, (const void *)in->paths, count * sizeof(*s->paths));
	s->path_count = count;
	for (int i = 0; i < SIDES && !err; i++) {
		err = join_side(in, i, &runs[i], &joined);
		snprintf(s->name[i], sizeof(s->name[i]), "%c, %zu %s", 'A' + i, joined,
			 joined == 1 ? "run" : "runs");
	}
	for (int i = 0; i < SIDES; i++) {
		in->runs[i] = runs[i];
		in->paths[i] = s->name[i];
	}
	in->count = SIDES;
	return err;
}

void sides__free(struct sides *s)
{
	free((void *)s->paths);
	*s = (struct sides){0};
}
