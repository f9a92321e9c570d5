// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/whatif.h"

#include <inttypes.h>

#include "user/escape.h"
#include "user/groups.h"
#include "user/layout.h"
#include "user/units.h"

/* Less than this is not worth a line: of all forks of a group, and of one that does not exec. */
#define WORTH_NS     100000
#define WORTH_ONE_NS 1000000

static double known(int64_t ns)
{
	return ns == MISSING || ns < 0 ? 0 : (double)ns;
}

void whatif__add(struct whatif *w, const struct birth *b)
{
	const struct life *life = &b->life;
	int64_t copy = phase_ns(life, PHASE_copy_mm);
	uint64_t from = life->edge[EDGE_woken], to = life->edge[EDGE_exec_load];

	if (life->method != CLONE_METHOD_FORK || !life->execed || life->exec_result ||
	    copy == MISSING)
		return;
	w->n++;
	w->least_ns += known(copy);
	w->most_ns += known(copy) + known(phase_ns(life, PHASE_clone_finish)) +
		      known(phase_ns(life, PHASE_cow_parent)) +
		      known(phase_ns(life, PHASE_cow_child)) +
		      known(phase_ns(life, PHASE_exec_flush));
	if (from && to > from)
		w->held_ns += (double)(to - from);
}

/* "11.6 ms" */
struct time_text {
	char text[32];
};

static struct time_text in_words(double ns, const char *clock)
{
	struct time_text t;

	time_format(ns, clock, t.text, sizeof(t.text));
	return t;
}

static void print_spawnable(const struct group *g, const char *label, const char *clock, FILE *out)
{
	const struct whatif *w = &g->spawnable;
	char line[1024];

	snprintf(line, sizeof(line),
		 "%s: %" PRId64 " forks that exec, as posix_spawn: %s to %s less work (estimate: "
		 "copy_mm alone, to all that follows from the copy); the parent would be held "
		 "%s instead",
		 label, w->n, in_words(w->least_ns, clock).text, in_words(w->most_ns, clock).text,
		 in_words(w->held_ns, clock).text);
	layout_wrap(out, 0, 2, line);
}

/* A fork without exec is no candidate for posix_spawn. */
static void print_copier(const struct group *g, const char *label, const char *clock, FILE *out)
{
	const struct sketch *faults = &g->count[COUNT_cow_faults_parent];
	char line[1024];

	snprintf(line, sizeof(line),
		 "%s: %" PRIu64 " forks, none execs: no case for posix_spawn; %s "
		 "each in copy_mm",
		 label, (uint64_t)g->phase[PHASE_copy_mm].n,
		 in_words(sketch__quantile(&g->phase[PHASE_copy_mm], 0.5), clock).text);
	if (faults->n)
		layout_append(line, sizeof(line),
			      ", and %.0f COW faults paid by the parent (medians)",
			      sketch__quantile(faults, 0.5));
	layout_wrap(out, 0, 2, line);
}

enum whatif_kind whatif_of(const struct group *g)
{
	if (g->key.method == CLONE_METHOD_FORK && !g->execs &&
	    sketch__quantile(&g->phase[PHASE_copy_mm], 0.5) >= WORTH_ONE_NS)
		return WHATIF_COPIER;
	return g->spawnable.most_ns < WORTH_NS ? WHATIF_NOTHING : WHATIF_SPAWNABLE;
}

void whatif_print(const struct groups *g, size_t top, const char *clock, FILE *out, bool colour)
{
	bool titled = false;
	char whole[256], label[256];

	for (size_t i = 0; i < g->n && i < top; i++) {
		const struct group *v = &g->v[i];
		enum whatif_kind kind = whatif_of(v);

		if (kind == WHATIF_NOTHING)
			continue;
		if (!titled)
			layout_title(out, "What if", colour);
		titled = true;
		group_label(g, v, whole, sizeof(whole));
		escape_text(whole, label, sizeof(label));
		if (v->stack) /* stands whole elsewhere */
			layout_cut(label, LAYOUT_WIDTH / 2);
		if (kind == WHATIF_COPIER)
			print_copier(v, label, clock, out);
		else
			print_spawnable(v, label, clock, out);
	}
}
