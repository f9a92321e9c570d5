// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/calls/start.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/calls/function_ids.h"
#include "user/model/series.h"

const char *start_stage_title(enum start_stage stage)
{
	static const char *const titles[] = {
		[START_EXEC] = "execve",
		[START_LOADER] = "loader, the rest",
		[START_MAPPING] = "mapping of libraries",
		[START_RELOCATION] = "relocation",
		[START_LOOKUP] = "symbol lookup",
		[START_CONSTRUCTORS] = "constructors",
		[START_LIBC] = "libc's start",
		[START_MAIN] = "main",
		[START_EXIT] = "exit",
		[START_OTHER] = "other code",
	};

	return titles[stage];
}

bool start_stage_of_loader(enum start_stage stage)
{
	return stage == START_LOADER || stage == START_MAPPING || stage == START_RELOCATION ||
	       stage == START_LOOKUP;
}

/* What the first call of a library's function goes through. It ends with a jump to that function.
 */
#define LAZY_BINDING "_dl_runtime_*"

/* glibc's functions that begin a stage; a '*' at the end stands for any rest. */
static const struct {
	const char *name;
	enum start_stage stage;
} beginnings[] = {
	{"_dl_relocate_*", START_RELOCATION},
	{"apply_irel", START_RELOCATION},
	{"_dl_protect_relro", START_RELOCATION},
	{"_dl_map_object*", START_MAPPING},
	{"_dl_init_paths*", START_MAPPING},
	{"_dl_load_cache_lookup", START_MAPPING},
	{"_dl_new_object", START_MAPPING},
	{"open_verify*", START_MAPPING},
	{"_dl_lookup_symbol_x", START_LOOKUP},
	{"do_lookup_x", START_LOOKUP},
	{"_dl_fixup", START_LOOKUP},
	{LAZY_BINDING, START_LOOKUP},
	{"_dl_init", START_CONSTRUCTORS},
	{"call_init", START_CONSTRUCTORS},
	{"__libc_csu_init", START_CONSTRUCTORS},
	{"_dl_fini", START_EXIT},
	{"_dl_start*", START_LOADER},
	{"dl_main", START_LOADER},
	{"_dl_sysdep_start", START_LOADER},
	{"__libc_start_main*", START_LIBC},
	{"__libc_start_call_main*", START_LIBC},
	{"main", START_MAIN},
	{"main.main", START_MAIN}, /* of Go */
	{"exit", START_EXIT},
	{"_exit", START_EXIT},
	{"__run_exit_handlers", START_EXIT},
};

/* Of the kernel: what execve calls, in case the part begins within it. */
static const char *const execs[] = {"do_execveat_common*", "bprm_execve*", "load_elf_binary",
				    "begin_new_exec", "exec_binprm*"};

static bool matches(const char *name, const char *pattern)
{
	size_t length = strlen(pattern);

	if (pattern[length - 1] == '*')
		return !strncmp(name, pattern, length - 1);
	return !strcmp(name, pattern);
}

/* Where a node stands. */
struct place {
	enum start_stage stage;
	const char *module; /* of constructors */
	enum { IN_PROGRAM, IN_FAULT, IN_SYSCALL } in;
	const char *syscall; /* NULL: not known yet */
};

struct splitter {
	struct start *s;
	const struct call_tree *t;
	const char *program;
	struct place *places;
	bool libc_named; /* the function that calls main has its name */
};

/* The name of the system call that is entered by this function; NULL: none is. */
static const char *syscall_entered(const char *function)
{
	static const char prefix[] = "__x64_sys_";

	if (strncmp(function, prefix, sizeof(prefix) - 1))
		return NULL;
	return function + sizeof(prefix) - 1;
}

/*
 * The name of the system call that this function is of; NULL: none's. That which its entry jumps to
 * stands beside the entry, below the kernel's dispatcher.
 */
static const char *syscall_of(const char *function, const char *caller)
{
	static const char *const prefixes[] = {"__x64_sys_", "__do_sys_", "__se_sys_", "ksys_"};
	bool dispatched = !strcmp(caller, "x64_sys_call");

	if (matches(function, "ksys_mmap_pgoff") || (dispatched && matches(function, "vm_mmap*")))
		return "mmap";
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (!strncmp(function, prefixes[i], strlen(prefixes[i])))
			return function + strlen(prefixes[i]);
	}
	return dispatched ? function : NULL;
}

static bool is_exec(const char *function)
{
	const char *call = syscall_entered(function);

	if (call)
		return !strncmp(call, "execve", 6);
	for (size_t i = 0; i < sizeof(execs) / sizeof(execs[0]); i++) {
		if (matches(function, execs[i]))
			return true;
	}
	return false;
}

/* A node of the kernel, at its parent's place so far. */
static void place_in_kernel(const struct call_node *n, const struct call_node *caller,
			    struct place *p)
{
	const char *call = syscall_of(n->name, caller->name);
	bool found;

	if (p->in == IN_PROGRAM)
		p->in = n->kind == CALL_EXCEPTION ? IN_FAULT : IN_SYSCALL;
	found = p->in == IN_SYSCALL && call && !p->syscall;
	if (found)
		p->syscall = call;
	/* What no code of the program calls is execve, if nothing says otherwise. */
	if (n->kind == CALL_SYSCALL && caller->kind == CALL_ROOT)
		p->stage = START_EXEC;
	else if (found && p->stage == START_EXEC && strncmp(call, "execve", 6) != 0)
		p->stage = START_OTHER;
	if (p->in == IN_SYSCALL && is_exec(n->name)) {
		p->stage = START_EXEC;
		p->module = NULL;
	} else if (call && !strncmp(call, "exit", 4)) {
		p->stage = START_EXIT;
		p->module = NULL;
	}
}

static bool begins_stage(const struct call_node *n, struct place *p)
{
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		if (!matches(n->name, beginnings[i].name))
			continue;
		p->stage = beginnings[i].stage;
		p->module = NULL;
		return true;
	}
	if (strcmp(n->name, "_start"))
		return false;
	p->stage = module_is_loader(n->module) ? START_LOADER : START_LIBC;
	p->module = NULL;
	return true;
}

/*
 * What __libc_start_main calls in a dynamic program: constructors, then main, which has no name in
 * a stripped one.
 */
static enum start_stage called_by_libc(const struct splitter *sp, const char *caller)
{
	if (matches(caller, "__libc_start_call_main*"))
		return START_MAIN;
	return sp->libc_named ? START_CONSTRUCTORS : START_OTHER;
}

/* A node of the program or a library, at its parent's place so far. */
static void place_in_program(const struct splitter *sp, const struct call_node *n, struct place *p)
{
	const struct call_node *parent = &sp->t->nodes[n->parent];
	bool of_program = sp->program && !strcmp(n->module, sp->program);
	bool loader = module_is_loader(n->module);

	if (!loader && matches(parent->name, LAZY_BINDING) && parent->parent != CALL_NO_PARENT)
		*p = sp->places[parent->parent];
	p->in = IN_PROGRAM;
	p->syscall = NULL;
	if (begins_stage(n, p))
		return;
	if (parent->kind == CALL_ROOT && loader)
		p->stage = START_LOADER;
	/* A loader without names calls only constructors, and small resolvers, elsewhere. */
	if (p->stage == START_LOADER && !loader && !of_program && module_is_loader(parent->module))
		p->stage = START_CONSTRUCTORS;
	if (p->stage == START_LIBC && of_program && strcmp(parent->module, n->module) != 0 &&
	    !strncmp(parent->name, "__libc_start_", 13))
		p->stage = called_by_libc(sp, parent->name);
	if (p->stage == START_CONSTRUCTORS && !p->module && !loader)
		p->module = of_program ? START_PROGRAM : n->module;
}

static void place_node(const struct splitter *sp, size_t node)
{
	const struct call_node *n = &sp->t->nodes[node];
	struct place *p = &sp->places[node];

	*p = (struct place){.stage = START_OTHER};
	if (n->kind == CALL_ROOT)
		return;
	*p = sp->places[n->parent];
	if (!strcmp(n->module, "kernel") || (p->in != IN_PROGRAM && n->kind != CALL_SIGNAL))
		place_in_kernel(n, &sp->t->nodes[n->parent], p);
	else
		place_in_program(sp, n, p);
}

static struct start_row *row_of(struct start *s, const struct place *p)
{
	struct start_row *rows = s->rows;

	for (size_t i = 0; i < s->row_count; i++) {
		if (rows[i].stage == p->stage && module_same(rows[i].module, p->module))
			return &rows[i];
	}
	rows = reallocarray(rows, s->row_count + 1, sizeof(*rows));
	if (!rows)
		return NULL;
	s->rows = rows;
	rows[s->row_count] = (struct start_row){.stage = p->stage, .module = p->module};
	return &rows[s->row_count++];
}

bool start_syscall__same(const struct start_syscall *a, const struct start_syscall *b)
{
	return a->stage == b->stage && module_same(a->module, b->module) &&
	       (a->name && b->name ? !strcmp(a->name, b->name) : a->name == b->name);
}

static struct start_syscall *syscall_at(struct start *s, const struct place *p)
{
	const struct start_syscall none = {
		.name = p->syscall, .stage = p->stage, .module = p->module};
	struct start_syscall *calls = s->syscalls;

	for (size_t i = 0; i < s->syscall_count; i++) {
		if (start_syscall__same(&calls[i], &none))
			return &calls[i];
	}
	calls = reallocarray(calls, s->syscall_count + 1, sizeof(*calls));
	if (!calls)
		return NULL;
	s->syscalls = calls;
	calls[s->syscall_count] = none;
	return &calls[s->syscall_count++];
}

static int add_module(struct start *s, const char *module)
{
	const char **modules;

	for (size_t i = 0; i < s->module_count; i++) {
		if (module_same(s->modules[i], module))
			return 0;
	}
	modules = reallocarray(s->modules, s->module_count + 1, sizeof(*modules));
	if (!modules)
		return -ENOMEM;
	s->modules = modules;
	modules[s->module_count++] = module;
	return 0;
}

/* Adds a node of the kernel to its row. */
static int add_kernel(struct start *s, const struct call_node *n, const struct place *p,
		      const struct place *parent, struct start_row *row)
{
	struct start_syscall *call;

	if (p->in == IN_FAULT) {
		row->is.faults += n->own;
		if (parent->in != IN_FAULT)
			row->is.fault_count += n->calls;
		return 0;
	}
	row->is.syscalls += n->own;
	call = syscall_at(s, p);
	if (!call)
		return -ENOMEM;
	call->instructions += n->own;
	if (syscall_entered(n->name) && !parent->syscall) {
		call->calls += n->calls;
		row->is.syscall_count += n->calls;
	}
	return 0;
}

static int add_node(struct splitter *sp, size_t node)
{
	static const struct place none;
	const struct call_node *n = &sp->t->nodes[node];
	const struct place *p = &sp->places[node];
	const struct place *parent = n->kind == CALL_ROOT ? &none : &sp->places[n->parent];
	struct start_row *row = row_of(sp->s, p);

	if (!row)
		return -ENOMEM;
	if (p->in != IN_PROGRAM)
		return add_kernel(sp->s, n, p, parent, row);
	row->is.user += n->own;
	if (n->kind == CALL_ROOT || !*n->module || module_is_loader(n->module) ||
	    (sp->program && !strcmp(n->module, sp->program)))
		return 0;
	return add_module(sp->s, n->module);
}

/* How many libraries the loader mapped, by the function that it calls for each. */
static int64_t count_libraries(const struct call_tree *t)
{
	int64_t calls = 0;
	bool found = false, loader = false;

	for (size_t i = 0; i < t->node_count; i++) {
		const struct call_node *n = &t->nodes[i];

		if (n->part != PART_PROGRAM)
			continue;
		loader |= module_is_loader(n->module);
		if (strcmp(n->name, "_dl_map_object_from_fd"))
			continue;
		calls += n->calls;
		found = true;
	}
	return found || !loader ? calls : MISSING;
}

static int compare_rows(const void *a, const void *b)
{
	const struct start_row *x = a, *y = b;
	int64_t sum_x = start_figures__sum(&x->is), sum_y = start_figures__sum(&y->is);

	if (x->stage != y->stage)
		return x->stage < y->stage ? -1 : 1;
	return (sum_x < sum_y) - (sum_x > sum_y);
}

static void drop_empty_rows(struct start *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->row_count; i++) {
		if (start_figures__sum(&s->rows[i].is) != 0)
			s->rows[kept++] = s->rows[i];
	}
	s->row_count = kept;
	if (kept > 0)
		qsort(s->rows, kept, sizeof(*s->rows), compare_rows);
}

static bool has_function(const struct call_tree *t, const char *pattern)
{
	for (size_t i = 0; i < t->node_count; i++) {
		if (t->nodes[i].part == PART_PROGRAM && matches(t->nodes[i].name, pattern))
			return true;
	}
	return false;
}

static int split(struct splitter *sp)
{
	int err = 0;

	for (size_t i = 0; i < sp->t->node_count && !err; i++) {
		const struct call_node *n = &sp->t->nodes[i];

		if (n->part != PART_PROGRAM)
			continue;
		if (n->kind == CALL_ROOT)
			sp->s->total += n->total;
		place_node(sp, i);
		sp->s->places[i] = (struct start_place){sp->places[i].stage, sp->places[i].module};
		err = add_node(sp, i);
	}
	return err;
}

int start__split(struct start *s, const struct call_tree *t)
{
	struct splitter sp = {
		.s = s,
		.t = t,
		.program = module_of_program(t),
		.places = calloc(t->node_count + 1, sizeof(*sp.places)),
		.libc_named = has_function(t, "__libc_start_call_main*"),
	};
	int err = -ENOMEM;

	*s = (struct start){
		.libraries = count_libraries(t),
		.places = calloc(t->node_count + 1, sizeof(*s->places)),
	};
	if (sp.places && s->places)
		err = split(&sp);
	free(sp.places);
	if (err)
		start__free(s);
	else
		drop_empty_rows(s);
	return err;
}

void start__free(struct start *s)
{
	free(s->rows);
	free(s->syscalls);
	free(s->modules);
	free(s->places);
	*s = (struct start){0};
}

int64_t start_figures__sum(const struct start_figures *f)
{
	return f->user + f->faults + f->syscalls;
}
