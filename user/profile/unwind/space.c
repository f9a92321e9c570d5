// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/unwind/space.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/profile/unwind/registers.h"

/* Modules of a space; more are ignored. */
#define MODULES_MAX 512

/* libdw gets the files that are open already, and looks for no others, here or on a network. */
static int find_elf(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base,
		    char **file_name, Elf **elf)
{
	struct module *m = *userdata;

	*elf = m && m->file ? elf_begin(m->file->fd, ELF_C_READ, m->file->elf) : NULL;
	return -1;
}

static int find_debuginfo(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base,
			  const char *file_name, const char *link, GElf_Word crc, char **found)
{
	return -1;
}

static const Dwfl_Callbacks callbacks = {.find_elf = find_elf, .find_debuginfo = find_debuginfo};

static const char *last_part(char *path)
{
	const char *slash = strrchr(path, '/');
	char *deleted = strstr(path, " (deleted)");

	if (deleted && !deleted[strlen(" (deleted)")])
		*deleted = '\0';
	return slash ? slash + 1 : path;
}

struct mapping {
	uint64_t start, end, offset;
	char perms[5], device[16], *path;
	unsigned long long inode;
};

static bool parse_mapping(char *text, struct mapping *l)
{
	int path = 0;

	text[strcspn(text, "\n")] = '\0';
	if (sscanf(text, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %15s %llu %n", &l->start, &l->end,
		   l->perms, &l->offset, l->device, &l->inode, &path) < 6)
		return false;
	l->path = path ? text + path : text + strlen(text);
	return true;
}

static bool same_file(const struct mapping *a, const struct mapping *b)
{
	return a->inode == b->inode && !strcmp(a->device, b->device);
}

/*
 * Checks that the code of the program is still where the record says. exec maps the code up to its
 * last page, so the code of another program ends elsewhere. madvise and mprotect may have split the
 * mapping since. `code`: the mapping where the code begins, once it is known.
 */
static bool has_code_end(const struct space_key *key, const struct mapping *l, struct mapping *code)
{
	if (l->perms[2] != 'x')
		return false;
	if (key->start_code >= l->start && key->start_code < l->end)
		*code = *l;
	return code->end && same_file(l, code) && key->end_code > l->end - 4096 &&
	       key->end_code <= l->end;
}

/* Adds a mapping to the module that it continues, or begins a new module. */
static int add_mapping(struct space *s, const struct mapping *l, struct mapping *last)
{
	struct module *m = s->modules ? &s->module[s->modules - 1] : NULL;
	bool runs = l->perms[2] == 'x';

	if (!l->inode)
		return 0;
	if (m && l->offset && same_file(l, last)) {
		m->end = l->end;
		m->runs |= runs;
		return 0;
	}
	if (l->offset || s->modules == MODULES_MAX)
		return 0;
	m = reallocarray(s->module, s->modules + 1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	s->module = m;
	m += s->modules++;
	*m = (struct module){.start = l->start, .end = l->end, .runs = runs};
	m->mapped = (struct mapped){
		.start = l->start, .end = l->end, .inode = l->inode, .path = strdup(l->path)};
	if (!m->mapped.path)
		return -ENOMEM;
	sscanf(l->device, "%" SCNx32 ":%" SCNx32, &m->mapped.major, &m->mapped.minor);
	snprintf(m->name, sizeof(m->name), "%s", last_part(l->path));
	*last = *l;
	return 0;
}

/* *gone: this is not the space of the record any more. */
static int read_maps(struct space *s, FILE *f, bool *gone)
{
	struct mapping l, last = {0}, code = {0};
	bool code_seen = false, stack_seen = false;
	char *text = NULL;
	size_t size = 0;
	int err = 0;

	while (!err && getline(&text, &size, f) > 0)
		if (parse_mapping(text, &l)) {
			code_seen |= has_code_end(&s->key, &l, &code);
			stack_seen |= s->key.start_stack >= l.start && s->key.start_stack < l.end;
			err = add_mapping(s, &l, &last);
		}
	free(text);
	*gone = !err && (!code_seen || !stack_seen);
	return err;
}

/*
 * Opens all files while the process still exists. -ENOENT: it has ended, or maps other files now.
 */
static int open_modules(struct space *s, space_opener *open, void *context)
{
	s->dwfl = dwfl_begin(&callbacks);
	if (!s->dwfl)
		return -ENOMEM;
	dwfl_report_begin(s->dwfl);
	for (size_t i = 0; i < s->modules; i++) {
		struct module *m = &s->module[i];
		void **userdata;
		int fd;

		if (!m->runs)
			continue;
		fd = open(context, (pid_t)s->key.tgid, &m->mapped);
		if (fd == -ENOENT || fd == -ESRCH)
			return -ENOENT;
		m->file = fd >= 0 ? mapped_file__take(fd) : NULL;
		if (!m->file)
			continue;
		m->dwfl = dwfl_report_module(s->dwfl, m->name, m->start, m->end);
		if (!m->dwfl)
			continue;
		dwfl_module_info(m->dwfl, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
		*userdata = m;
	}
	return dwfl_report_end(s->dwfl, NULL, NULL) ? -ENOMEM : 0;
}

struct space_key space_key_of(const struct record_stack *r)
{
	return (struct space_key){
		.tgid = r->tgid,
		.start_code = r->start_code,
		.end_code = r->end_code,
		.start_stack = r->start_stack,
		.code_pages = r->code_pages,
	};
}

bool space_key_equal(const struct space_key *a, const struct space_key *b)
{
	return a->tgid == b->tgid && a->start_code == b->start_code && a->end_code == b->end_code &&
	       a->start_stack == b->start_stack && a->code_pages == b->code_pages;
}

static enum space_fault fault_of(int err)
{
	if (err == -ENOENT || err == -ESRCH)
		return SPACE_GONE;
	return err == -ENOMEM ? 0 : SPACE_FORBIDDEN;
}

struct space *space__read(FILE *maps, space_opener *open, void *context,
			  const struct record_stack *r, enum space_fault *fault)
{
	struct space *s = calloc(1, sizeof(*s));
	bool gone = false;
	int err;

	*fault = 0;
	if (!s)
		return NULL;
	s->key = space_key_of(r);
	err = read_maps(s, maps, &gone);
	if (!err)
		err = gone ? -ENOENT : open_modules(s, open, context);
	if (!err)
		return s;
	*fault = fault_of(err);
	space__free(s);
	return NULL;
}

static int open_mapped(void *opener, pid_t pid, const struct mapped *mapped)
{
	return map_opener__mapped(opener, pid, mapped);
}

struct space *space__new(struct map_opener *o, const struct record_stack *r,
			 enum space_fault *fault)
{
	struct space *s;
	FILE *maps;
	int fd;

	*fault = SPACE_FOREIGN;
	if (!registers_known(r->registers))
		return NULL;
	fd = map_opener__maps(o, (pid_t)r->tgid);
	*fault = fd < 0 ? fault_of(fd) : 0;
	maps = fd < 0 ? NULL : fdopen(fd, "r");
	if (!maps) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	s = space__read(maps, open_mapped, o, r, fault);
	fclose(maps);
	return s;
}

static void forget_module(struct module *m)
{
	mapped_file__release(m->file);
	free(m->mapped.path);
}

void space__free(struct space *s)
{
	if (!s)
		return;
	dwfl_end(s->dwfl);
	for (size_t i = 0; i < s->modules; i++)
		forget_module(&s->module[i]);
	free(s->module);
	free(s->unwinding);
	free(s);
}

const struct module *space__module_at(const struct space *s, uint64_t address)
{
	for (size_t i = 0; i < s->modules; i++)
		if (address >= s->module[i].start && address < s->module[i].end)
			return &s->module[i];
	return NULL;
}
