// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/export/perfetto_tree.h"

#include <errno.h>
#include <inttypes.h>

#include "user/export/icicle.h"
#include "user/export/trace_time.h"
#include "user/model/cell_name.h"
#include "user/text/json.h"
#include "user/text/strbuf.h"

static void add_label(struct strbuf *text, const struct call_tree *t, size_t pid, const char *kind)
{
	char cell[256], label[320];

	snprintf(label, sizeof(label), "%s, instructions (1 ns is 1)",
		 call_tree__cell_name(t, cell, sizeof(cell)));
	strbuf__add(text,
		    "{\"ph\":\"M\",\"pid\":%zu,\"tid\":1,\"name\":\"%s\",\"args\":{\"name\":", pid,
		    kind);
	json__add_text(text, label);
	strbuf__add(text, "}}");
}

static void add_slice(struct strbuf *text, const struct call_node *node, size_t pid, int64_t from,
		      int64_t length)
{
	strbuf__add(text, ",\n{\"ph\":\"X\",\"pid\":%zu,\"tid\":1,\"cat\":\"%s\",\"name\":", pid,
		    call_kind_name(node->kind));
	json__add_text(text, node->name);
	strbuf__add(text, ",\"ts\":");
	trace_add_steps(text, trace_steps(from));
	strbuf__add(text, ",\"dur\":");
	trace_add_steps(text, trace_steps(from + length) - trace_steps(from));
	strbuf__add(text, ",\"args\":{\"own\":%" PRId64 ",\"total\":%" PRId64 ",\"calls\":%" PRId64,
		    node->own, node->total, node->calls);
	if (*node->module) {
		strbuf__add(text, ",\"module\":");
		json__add_text(text, node->module);
	}
	strbuf__add(text, "}}");
}

static int add_tree(struct strbuf *text, const struct call_tree *t, size_t pid)
{
	struct icicle v;
	int err = icicle__init(&v, t, CALL_METRIC_COUNT);

	add_label(text, t, pid, "process_name");
	strbuf__add(text, ",\n");
	add_label(text, t, pid, "thread_name");
	for (size_t i = 0; i < v.walk.n && !err; i++) {
		size_t node = v.walk.order[i];

		if (v.length[node])
			add_slice(text, &t->nodes[node], pid, v.from[node], v.length[node]);
	}
	icicle__free(&v);
	return err;
}

int perfetto_write_trees(const struct run *r, FILE *out)
{
	struct strbuf text = {0};
	int err = 0;

	for (size_t i = 0; i < r->anatomy_count && !err; i++) {
		strbuf__add(&text, i ? ",\n" : "[\n");
		err = add_tree(&text, &r->anatomies[i], i + 1);
		if (!err && text.failed)
			err = -ENOMEM;
		if (!err)
			fputs(strbuf__text(&text), out);
		strbuf__clear(&text);
	}
	fputs(r->anatomy_count ? "\n]\n" : "[]\n", out);
	strbuf__free(&text);
	return err;
}
