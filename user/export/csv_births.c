// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/export/csv_births.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/export/csv_fields.h"
#include "user/model/birth.h"

static int write_name(FILE *out, const char *name)
{
	fputc(',', out);
	return name ? csv_text(out, name) : 0;
}

/* The arguments separated by blanks; " .." at the end if they were cut. */
static int write_arguments(FILE *out, const struct birth *b)
{
	char *text;
	int err;

	if (!b->args)
		return write_name(out, NULL);
	text = calloc(1, b->args_bytes + sizeof(" .."));
	if (!text)
		return -ENOMEM;
	memcpy(text, b->args, b->args_bytes);
	for (size_t i = 0; i + 1 < b->args_bytes; i++) {
		if (!text[i])
			text[i] = ' ';
	}
	if (b->args_total > b->args_bytes)
		strcat(text, " ..");
	err = write_name(out, text);
	free(text);
	return err;
}

static int write_birth(FILE *out, const struct run *r, const struct birth *b)
{
	const struct life *life = &b->life;
	bool born = life->result > 0;
	int i, err = csv_text(out, r->clock);

	csv_number(out, birth_time(b));
	fprintf(out, ",%s", method_name(life->method));
	csv_number(out, (int64_t)life->clone_flags);
	csv_number(out, born ? 0 : -life->result);
	csv_number(out, birth_call_ns(b));
	csv_number(out, life->parent_tgid);
	csv_number(out, b->parent_tid);
	if (!err)
		err = write_name(out, b->comm);
	if (!err)
		err = write_name(out, b->exe[0] ? b->exe : NULL);
	csv_number(out, b->uid);
	csv_number(out, (int64_t)b->cgroup);
	csv_number(out, born ? (int64_t)b->child_tgid : MISSING);
	csv_number(out, born ? (int64_t)life->tid : MISSING);
	csv_number(out, life->execed ? -life->exec_result : MISSING);
	if (!err)
		err = write_name(out, b->path);
	if (!err)
		err = write_arguments(out, b);
	for (i = 0; i < PHASE_COUNT; i++)
		csv_number(out, phase_ns(life, i));
	for (i = 0; i < COUNT_COUNT; i++)
		csv_number(out, life->count[i]);
	fputc('\n', out);
	return err;
}

int csv_births(const struct run *r, FILE *out)
{
	int err = 0;

	fputs("clock,t_ns,method,flags,errno,call_ns,parent_pid,parent_tid,parent_comm,parent_exe,"
	      "uid,cgroup,child_pid,child_tid,exec_errno,exec_path,exec_argv",
	      out);
	csv_header_end(out);
	for (size_t i = 0; i < r->birth_count && !err; i++)
		err = write_birth(out, r, &r->births[i]);
	return err;
}
