// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/phase.h"

#include <string.h>

#define SPAN_ROW(n, f, t, only, never, other, to_other, part, g, k, l, light, dark, b)             \
	[PHASE_##n] = {                                                                            \
		.name = #n,                                                                        \
		.brief = b,                                                                        \
		.group = GROUP_##g,                                                                \
		.kind = PHASE_##k,                                                                 \
		.letter = l,                                                                       \
		.part_of = PHASE_##part,                                                           \
		.sum = -1,                                                                         \
		.from = EDGE_##f,                                                                  \
		.to = EDGE_##t,                                                                    \
		.only_if = only,                                                                   \
		.never_if = never,                                                                 \
		.other_if = other,                                                                 \
		.other_to = EDGE_##to_other,                                                       \
	},
#define SUM_ROW(n, only, never, part, g, k, l, light, dark, b)                                     \
	[PHASE_##n] = {                                                                            \
		.name = #n,                                                                        \
		.brief = b,                                                                        \
		.group = GROUP_##g,                                                                \
		.kind = PHASE_##k,                                                                 \
		.letter = l,                                                                       \
		.part_of = PHASE_##part,                                                           \
		.sum = SUM_##n,                                                                    \
		.only_if = only,                                                                   \
		.never_if = never,                                                                 \
	},

const struct phase_model phase_models[PHASE_COUNT] = {PHASES(SPAN_ROW, SUM_ROW)};

const char *phase_name(enum phase p)
{
	return phase_models[p].name;
}

int phase_by_name(const char *name)
{
	for (int p = 0; p < PHASE_COUNT; p++)
		if (!strcmp(phase_models[p].name, name))
			return p;
	return -1;
}

bool phase_exists(enum phase phase, uint64_t clone_flags)
{
	const struct phase_model *m = &phase_models[phase];

	return (!m->only_if || (clone_flags & m->only_if)) && !(clone_flags & m->never_if);
}

const char *phase_why_not(enum phase phase, uint64_t clone_flags)
{
	const struct phase_model *m = &phase_models[phase];

	if (phase_exists(phase, clone_flags))
		return NULL;
	if (m->only_if && !(clone_flags & m->only_if))
		return "no CLONE_VFORK: the parent is not held";
	if (m->never_if == PHASE_FILES)
		return "CLONE_FILES: the descriptor table is shared";
	return "CLONE_VM: the address space is shared, not copied";
}

enum edge phase_end(enum phase phase, uint64_t clone_flags)
{
	const struct phase_model *m = &phase_models[phase];

	return m->other_if && (clone_flags & m->other_if) ? m->other_to : m->to;
}

/* Between two edges that were marked. */
static int64_t off_between(const struct life *life, enum edge from, enum edge to)
{
	int64_t off;

	if (life->off[from] == OFF_UNKNOWN || life->off[to] == OFF_UNKNOWN)
		return 0;
	off = (int64_t)(life->off[to] - life->off[from]);
	/* The scheduler's clock is another than that of the edges. */
	return off < 0 ? 0 : off;
}

int64_t phase_off_ns(const struct life *life, enum phase phase)
{
	const struct phase_model *m = &phase_models[phase];
	enum edge end = phase_end(phase, life->clone_flags);

	if (m->kind != PHASE_WORK || m->sum >= 0 || !life->edge[m->from] || !life->edge[end])
		return 0;
	return off_between(life, m->from, end);
}

/* The phase's time, with or without that off the CPU. */
static int64_t time_of(const struct life *life, enum phase phase, bool on_cpu)
{
	const struct phase_model *m = &phase_models[phase];
	enum edge end = phase_end(phase, life->clone_flags);
	int64_t span, off;

	if (!phase_exists(phase, life->clone_flags))
		return MISSING;
	if (m->sum >= 0)
		return life->sum[m->sum];
	if (!life->edge[m->from] || !life->edge[end])
		return MISSING;
	span = (int64_t)(life->edge[end] - life->edge[m->from]);
	off = on_cpu ? off_between(life, m->from, end) : 0;
	return off > 0 && off >= span ? MISSING : span - off;
}

int64_t phase_ns(const struct life *life, enum phase phase)
{
	return time_of(life, phase, phase_models[phase].kind == PHASE_WORK);
}

int64_t phase_on_cpu_ns(const struct life *life, enum phase phase)
{
	return time_of(life, phase, true);
}

int64_t phase_unattributed(const struct life *life, int64_t spawn_ns)
{
	int64_t rest = spawn_ns, ns;

	if (spawn_ns == MISSING)
		return MISSING;
	for (int p = 0; p < PHASE_COUNT; p++) {
		const struct phase_model *m = &phase_models[p];

		if (m->group != GROUP_CALL || m->part_of != PHASE_none ||
		    !phase_exists(p, life->clone_flags))
			continue;
		ns = phase_ns(life, p);
		if (ns == MISSING)
			return MISSING;
		rest -= ns;
	}
	return rest;
}
