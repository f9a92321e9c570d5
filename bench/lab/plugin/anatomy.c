// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A QEMU plugin that counts by which path of calls each instruction between two marks was executed.
 * Nothing runs in the guest for it. The script `anatomy` runs it; tally.h describes what it writes.
 *
 *   points=FILE, routines=FILE   what it knows of the kernel (places.h)
 *   out=FILE                     the raw file
 *   births=N                     keeps the last N births
 *   cycles=1                     models caches, TLBs and branches (model.h), which takes its time
 *
 * A system call sethostname marks where to begin, and the next one where to end.
 *
 * QEMU reports the start of each block of code. How many instructions the last block executed comes
 * from a counter that QEMU increments before each: a fault in the middle, or a device's register,
 * leaves a block unfinished. How the last block ended says what happened: a call, a return, a
 * system call. Where something interrupts between two blocks, that is found when it has returned.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lab/plugin/code.h"
#include "bench/lab/plugin/meters.h"
#include "bench/lab/plugin/paths.h"
#include "bench/lab/plugin/places.h"
#include "bench/lab/plugin/qemu.h"
#include "bench/lab/plugin/tally.h"

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_VERSION;

/* The kernel has its stacks in one area, and other memory elsewhere. */
#define AREA_SHIFT 40

/* A translated block of guest code. It lives as long as the guest. */
struct block {
	uint64_t start, stop;
	uint32_t count; /* of instructions */
	uint32_t id;	/* 0: not yet executed between the marks */
	enum code_end end;
	enum place_role role; /* of its start */
	bool clock;	      /* it ends with the user's reading of the clock */
	bool branches;	      /* it ends with a branch, for the model: of this kind */
	enum model_branch branch;
	struct code_lines *lines; /* for the model, or NULL */
	const struct point *point;
	uint16_t offsets[]; /* of its instructions */
};

/* Where a block that has ended leads to. */
struct exit {
	const struct block *from; /* NULL: it did not end, but goes on where it was */
	uint64_t slot;		  /* what its call or return has pushed or popped */
};

static struct {
	struct qemu_counter counter;
	uint64_t lost; /* instructions that were begun, faulted, and will begin again */
	bool active, ended;
	unsigned int marks;
	unsigned int births;
	const struct block *last;
	uint64_t before_last; /* the counter, when it began */
	uint64_t slot;	      /* of the last push or pop of a return address */
	bool done;	      /* the last instruction of this block has accessed memory */
	struct task *task;
	uint32_t clock_task; /* the last one that read the clock, in user mode */
	uint64_t stack;	     /* of the task on the CPU */
	char *out;
} plugin;

static uint64_t now(void)
{
	return qemu_counter__value(&plugin.counter) - plugin.lost;
}

static bool in_kernel(const struct block *b)
{
	return b->start >= CODE_KERNEL;
}

static void cut(const char *why)
{
	tally_cut(plugin.task->id, now(), why);
}

static void push(struct task *t, struct frame frame, uint64_t site, uint64_t target)
{
	uint32_t parent = frame.kind == PATH_INTERRUPT ? 0 : task__path(t);

	frame.path = paths_find(parent, site, target, frame.kind);
	task__push(t, frame);
	tally_entered(frame.path);
}

/* The kernel was entered, or entered again. */
static void enter(struct task *t, enum path_kind kind, uint64_t site, const struct exit *exit,
		  const struct block *to)
{
	push(t,
	     (struct frame){
		     .kind = kind,
		     .kernel = true,
		     .slot = exit->slot,
		     .resume = exit->from,
	     },
	     kind == PATH_INTERRUPT ? 0 : site, to->start);
}

static void call(struct task *t, const struct exit *exit, const struct block *to)
{
	const struct block *from = exit->from;
	bool kernel = in_kernel(from);

	task__trim(t, exit->slot, kernel);
	push(t,
	     (struct frame){
		     .kind = PATH_CALL,
		     .kernel = kernel,
		     .slot = exit->slot,
		     .back = from->stop,
		     .point = to->point && to->point->returns ? to->point : NULL,
	     },
	     from->start + from->offsets[from->count - 1], to->start);
}

static void give_back(struct task *t, const struct exit *exit, const struct block *to)
{
	struct frame ended;

	if (task__return(t, exit->slot, to->start, &ended) && ended.point)
		cut(ended.point->name_return);
}

static void follow(struct task *t, const struct exit *exit, const struct block *to);

/* Leaves the last entry: goes on where it interrupted. */
static void leave(struct task *t, const struct block *to)
{
	size_t floor = task__floor(t);
	struct exit exit;

	if (!floor)
		return;
	exit = (struct exit){t->frames[floor - 1].resume, t->frames[floor - 1].slot};
	t->depth = floor - 1;
	if (exit.from)
		follow(t, &exit, to);
}

/* A user's handler of a signal ends: so do the calls that it has made. */
static struct exit leave_handler(struct task *t)
{
	struct exit exit = {0};
	size_t i = t->depth;

	while (i && t->frames[i - 1].kind != PATH_SIGNAL)
		i--;
	if (i) {
		exit = (struct exit){t->frames[i - 1].resume, t->frames[i - 1].slot};
		t->depth = i - 1;
	}
	return exit;
}

/* Ends what the kernel did for the user's part of the task; what that had executed before. */
static struct exit drop_kernel(struct task *t)
{
	struct exit exit = {0};

	while (t->depth && t->frames[t->depth - 1].kernel) {
		t->depth--;
		exit = (struct exit){t->frames[t->depth].resume, t->frames[t->depth].slot};
	}
	return exit;
}

/* From the kernel to the user's part of the task. */
static void leave_kernel(struct task *t, const struct block *to)
{
	struct exit exit = drop_kernel(t);

	if (t->execed || !t->depth) {
		if (t->execed)
			cut("exec");
		t->depth = 0;
		t->execed = t->signal = t->sigreturn = false;
		if (plugin.clock_task == t->id)
			plugin.clock_task = 0;
		push(t, (struct frame){.kind = PATH_TASK}, 0, to->start);
		return;
	}
	if (t->sigreturn)
		exit = leave_handler(t);
	if (t->signal)
		push(t, (struct frame){.kind = PATH_SIGNAL, .resume = exit.from, .slot = exit.slot},
		     exit.from ? exit.from->start : 0, to->start);
	else if (exit.from)
		follow(t, &exit, to);
	t->signal = t->sigreturn = false;
}

static void follow(struct task *t, const struct exit *exit, const struct block *to)
{
	const struct block *from = exit->from;

	if (in_kernel(from) && !in_kernel(to)) {
		leave_kernel(t, to);
		return;
	}
	switch (from->end) {
	case CODE_CALL:
		call(t, exit, to);
		break;
	case CODE_RETURN:
		give_back(t, exit, to);
		break;
	case CODE_IRET:
		/* sync_core() returns to the next instruction only to have iret executed. */
		if (to->start != from->stop)
			leave(t, to);
		break;
	case CODE_JUMP_REGISTER:
		if (!in_kernel(from))
			task__longjmp(t, to->start);
		break;
	default:
		break;
	}
}

/*
 * The kernel has returned to the user's part, and is entered again before that executed anything,
 * since its code is not in memory yet: the user's part was interrupted, not the kernel.
 */
static bool has_left_kernel(const struct task *t, const struct block *from)
{
	size_t floor = task__floor(t);

	if (!in_kernel(from))
		return false;
	return from->end == CODE_SYSRET ||
	       (from->end == CODE_IRET && floor && (floor == 1 || !t->frames[floor - 2].kernel));
}

/* The first that is seen of a task. */
static void begin_task(struct task *t, const struct block *to)
{
	uint64_t start = places_start(PLACE_START);
	bool kernel = in_kernel(to);

	push(t, (struct frame){.kind = PATH_TASK, .kernel = kernel}, 0,
	     t->fresh && start ? start : to->start);
	t->fresh = false;
}

static enum path_kind kind_of_entry(const struct block *to)
{
	switch (to->role) {
	case PLACE_FAULT:
	case PLACE_EXCEPTION:
		return PATH_EXCEPTION;
	case PLACE_INTERRUPT:
	case PLACE_STUBS:
		return PATH_INTERRUPT;
	default:
		return PATH_CALL; /* none */
	}
}

/* Whether the last block was executed whole, if `begun` of its instructions were begun. */
static bool is_whole(const struct block *b, uint64_t begun, bool faulted)
{
	if (begun < b->count)
		return false;
	if (!faulted)
		return true;
	/* Its last instruction faulted, unless the next one could not be fetched. */
	switch (b->end) {
	case CODE_ON:
		return false;
	case CODE_CALL:
	case CODE_RETURN:
	case CODE_JUMP_MEMORY:
		return plugin.done;
	default:
		return true;
	}
}

/* From the last block to this one. */
static void advance(const struct block *from, const struct block *to)
{
	uint64_t counter = qemu_counter__value(&plugin.counter),
		 begun = counter - plugin.before_last;
	enum path_kind entry = kind_of_entry(to);
	bool faulted = to->role == PLACE_FAULT, whole = is_whole(from, begun, faulted);
	uint64_t executed = begun - (faulted && !whole);
	struct exit exit = {whole ? from : NULL, plugin.slot};
	struct task *t = plugin.task;

	plugin.lost += begun - executed;
	if (!t->depth)
		begin_task(t, from);
	tally_own(task__path(t), from->id, executed);
	if (from->clock && whole) {
		cut("clock");
		plugin.clock_task = t->id;
		/* The driver reads the clock before and after each birth; what it starts may have
		 * children, too, and read it when it begins. */
		if (t->calls)
			tally_birth(plugin.births + 1, t->begun);
		t->calls = false;
	}
	if (t->stack != plugin.stack) {
		cut("switch");
		t = plugin.task = tasks_on(plugin.stack);
		if (t->fresh)
			begin_task(t, to);
	}
	if (to->point) {
		cut(to->point->name);
		if (!strcmp(to->point->name, "clone") && plugin.clock_task == t->id && !t->calls) {
			t->calls = true;
			t->begun = tally_after_clock();
		}
	}
	if (entry != PATH_CALL) {
		uint64_t site =
			executed < from->count ? from->start + from->offsets[executed] : from->stop;

		if (whole && has_left_kernel(t, from)) {
			exit = drop_kernel(t);
			site = 0;
		}
		enter(t, entry, site, &exit, to);
	} else if (!in_kernel(from) && in_kernel(to)) {
		exit.from = NULL;
		enter(t, from->end == CODE_SYSCALL ? PATH_SYSCALL : PATH_EXCEPTION,
		      from->start + from->offsets[from->count - 1], &exit, to);
	} else if (whole) {
		follow(t, &exit, to);
	}
}

static void mark(void)
{
	plugin.marks++;
	/* The first one is the lab's own. */
	if (plugin.marks == 2) {
		plugin.active = true;
		meters_see(true);
		plugin.last = NULL;
		plugin.task = tasks_on(plugin.stack);
		tally_begin(now());
	} else if (plugin.marks == 3) {
		cut("mark");
		plugin.active = false;
		meters_see(false);
		plugin.ended = true;
		if (tally_write(plugin.out))
			fprintf(stderr, "plugin: cannot write %s\n", plugin.out);
	}
}

static void note_role(struct task *t, enum place_role role)
{
	if (role == PLACE_EXEC)
		t->execed = true;
	else if (role == PLACE_SIGNAL)
		t->signal = true;
	else if (role == PLACE_SIGRETURN)
		t->sigreturn = true;
}

/* Entries of the kernel and task switches are no branches. */
static void branch(const struct block *from, const struct block *to)
{
	if (from->branches && kind_of_entry(to) == PATH_CALL)
		meters_branch(from->branch, from->start + from->offsets[from->count - 1], to->start,
			      from->stop);
}

static void on_block(unsigned int vcpu, void *data)
{
	struct block *b = data;

	(void)vcpu;
	if (b->point && !strcmp(b->point->name, "mark") && !plugin.active && !plugin.ended)
		mark();
	if (!plugin.active)
		return;
	if (!b->id)
		b->id = tally_block(b->start, b->count);
	if (plugin.last) {
		branch(plugin.last, b);
		advance(plugin.last, b);
	}
	if (plugin.last && b->point && !strcmp(b->point->name, "mark"))
		mark();
	note_role(plugin.task, b->role);
	meters_fetch(b->lines, plugin.task->id);
	plugin.done = false;
	plugin.before_last = qemu_counter__value(&plugin.counter);
	plugin.last = b;
}

/* The routine that switches tasks reads or writes the stack of the last, then of the next. */
static void on_switch(unsigned int vcpu, uint32_t info, uint64_t address, void *data)
{
	(void)vcpu;
	(void)info;
	(void)data;
	plugin.stack = address >> STACK_SHIFT;
}

/* The new task's kernel stack is written to. */
static void on_fork(unsigned int vcpu, uint32_t info, uint64_t address, void *data)
{
	uint64_t stack = address >> STACK_SHIFT;
	struct task *t;

	(void)vcpu;
	(void)data;
	if (!plugin.active || !qemu_plugin_mem_is_store(info) || stack == plugin.stack ||
	    stack >> (AREA_SHIFT - STACK_SHIFT) != plugin.stack >> (AREA_SHIFT - STACK_SHIFT))
		return;
	t = tasks_on(stack);
	if (t->fresh)
		return;
	t = tasks_create(stack, plugin.task);
	tally_task(t->id, plugin.task->id);
}

static void on_push(unsigned int vcpu, uint32_t info, uint64_t address, void *data)
{
	(void)vcpu;
	(void)data;
	if (!qemu_plugin_mem_is_store(info))
		return;
	plugin.slot = address;
	plugin.done = true;
}

static void on_pop(unsigned int vcpu, uint32_t info, uint64_t address, void *data)
{
	(void)vcpu;
	(void)data;
	if (qemu_plugin_mem_is_store(info))
		return;
	plugin.slot = address;
	plugin.done = true;
}

static struct code look_at(struct qemu_plugin_insn *insn)
{
	uint64_t address = qemu_plugin_insn_vaddr(insn);
	enum place_role role = address >= CODE_KERNEL ? places_role(address) : PLACE_NONE;
	uint8_t bytes[CODE_BYTES];
	struct code c;

	qemu_code(insn, bytes, sizeof(bytes));
	c = code_decode(bytes);
	qemu_counter__count(&plugin.counter, insn);
	meters_watch(insn, address, &c, role);
	if (role == PLACE_SWITCH && code_is_push_or_pop(&c))
		qemu_plugin_register_vcpu_mem_cb(insn, on_switch, 0, QEMU_LOADS_STORES, NULL);
	if (role == PLACE_FORK)
		qemu_plugin_register_vcpu_mem_cb(insn, on_fork, 0, QEMU_STORES, NULL);
	return c;
}

static void watch_end(struct qemu_plugin_insn *insn, enum code_end end)
{
	if (end == CODE_CALL)
		qemu_plugin_register_vcpu_mem_cb(insn, on_push, 0, QEMU_LOADS_STORES, NULL);
	else if (end == CODE_RETURN || end == CODE_JUMP_MEMORY)
		qemu_plugin_register_vcpu_mem_cb(insn, on_pop, 0, QEMU_LOADS_STORES, NULL);
}

/* Whether a block that ends so branches, and how. */
static bool branch_of(const struct code *c, enum code_end end, enum model_branch *kind)
{
	switch (end) {
	case CODE_JUMP:
		*kind = c->extended || (c->opcode & 0xf0) == 0x70 || (c->opcode & 0xfc) == 0xe0
				? MODEL_CONDITIONAL
				: MODEL_DIRECT;
		return true;
	case CODE_JUMP_REGISTER:
	case CODE_JUMP_MEMORY:
		*kind = MODEL_INDIRECT;
		return true;
	case CODE_CALL:
		*kind = c->opcode == 0xe8 ? MODEL_CALL : MODEL_INDIRECT_CALL;
		return true;
	case CODE_RETURN:
		*kind = MODEL_RETURN;
		return true;
	default:
		return false;
	}
}

static void on_translation(struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct block *b = calloc(1, sizeof(*b) + n * sizeof(*b->offsets));
	struct qemu_plugin_insn *insn = NULL;
	struct code code = {0};

	if (!b)
		abort();
	b->start = qemu_plugin_tb_vaddr(tb);
	b->count = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		code = look_at(insn);
		b->offsets[i] = (uint16_t)(qemu_plugin_insn_vaddr(insn) - b->start);
	}
	b->stop = qemu_plugin_insn_vaddr(insn) + qemu_plugin_insn_size(insn);
	b->end = code_end(&code);
	b->branches = branch_of(&code, b->end, &b->branch);
	b->lines = meters_lines(tb);
	b->clock = code_is_clock(&code) && !in_kernel(b);
	b->point = in_kernel(b) ? places_point(b->start) : NULL;
	b->role = in_kernel(b) ? places_role(b->start) : PLACE_NONE;
	watch_end(insn, b->end);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, 0, b);
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	const char *points = NULL, *routines = NULL;
	bool cycles = false;

	(void)info;
	plugin.births = 20;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "points=", 7))
			points = argv[i] + 7;
		else if (!strncmp(argv[i], "routines=", 9))
			routines = argv[i] + 9;
		else if (!strncmp(argv[i], "out=", 4))
			plugin.out = strdup(argv[i] + 4);
		else if (!strncmp(argv[i], "births=", 7))
			plugin.births = (unsigned int)strtoul(argv[i] + 7, NULL, 10);
		else if (!strcmp(argv[i], "cycles=1"))
			cycles = true;
	}
	if (!plugin.out || places_read_points(points) || places_read_routines(routines)) {
		fprintf(stderr, "plugin: points=FILE, routines=FILE and out=FILE are required\n");
		return -1;
	}
	if (cycles && meters_model()) {
		fprintf(stderr, "plugin: no memory\n");
		return -1;
	}
	qemu_counter__open(&plugin.counter);
	plugin.stack = 1; /* none: until the first switch */
	qemu_watch(id, on_translation, NULL);
	return 0;
}
