// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/unwind/unwind.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/profile/unwind/registers.h"

#define REGISTERS (sizeof(dwarf_order) / sizeof(dwarf_order[0]))

/* The stack that is being unwound. libdw holds on to its address as long as to the space. */
struct unwinding {
	const struct space *space;
	const struct record_stack *record;
	struct frames *frames;
	uint64_t registers[STACK_REGISTERS]; /* of the first frame that libdw sees */
	bool in_clone;			     /* the frame of clone was stepped over */
};

/* A stack is one thread, whose id libdw does not use: it gets the process's. */
static pid_t next_thread(Dwfl *dwfl, void *unwinding, void **thread)
{
	const struct unwinding *u = unwinding;

	if (*thread)
		return 0;
	*thread = unwinding;
	return (pid_t)u->space->key.tgid;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *unwinding, void **thread)
{
	*thread = unwinding;
	return true;
}

static bool memory_read(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *word, void *unwinding)
{
	const struct record_stack *r = ((struct unwinding *)unwinding)->record;
	uint64_t offset = address - r->base;

	if (address < r->base || r->bytes < sizeof(*word) || offset > r->bytes - sizeof(*word))
		return false;
	memcpy(word, r->stack + offset, sizeof(*word));
	*word = without_signature(*word);
	return true;
}

static bool set_registers(Dwfl_Thread *thread, void *unwinding)
{
	const struct unwinding *u = unwinding;
	Dwarf_Word words[REGISTERS];

	for (size_t i = 0; i < REGISTERS; i++)
		words[i] = u->registers[dwarf_order[i]];
	if (!dwfl_thread_state_registers(thread, 0, REGISTERS, words))
		return false;
	dwfl_thread_state_register_pc(thread, u->registers[REGISTER_PC]);
	return true;
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
	.next_thread = next_thread,
	.get_thread = get_thread,
	.memory_read = memory_read,
	.set_initial_registers = set_registers,
};

/* Without CFI, libdw would follow the frame pointer. That is a guess, so we stop there. */
static bool has_cfi(const struct module *m, uint64_t pc)
{
	Dwarf_CFI *(*const kinds[])(Dwfl_Module *, Dwarf_Addr *) = {
		dwfl_module_eh_cfi,
		dwfl_module_dwarf_cfi,
	};
	Dwarf_Frame *frame;
	Dwarf_Addr bias;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		Dwarf_CFI *cfi = kinds[i](m->dwfl, &bias);

		if (cfi && !dwarf_cfi_addrframe(cfi, pc - bias, &frame)) {
			free(frame);
			return true;
		}
	}
	return false;
}

/*
 * glibc ends the unwind information of clone and clone3 before the system call, since in the child
 * it would be wrong (sysdeps/unix/sysv/linux/x86_64/clone.S, clone3.S). Neither has pushed anything
 * by then: the return address is where it was at the function's first instruction, and the other
 * registers are the caller's.
 * Returns whether the stack is there and the caller can be unwound; the registers are then its own.
 */
static bool step_over_clone(struct unwinding *u)
{
	static const char *const names[] = {"clone", "__clone", "clone3", "__clone3"};
	const struct module *m = space__module_at(u->space, u->registers[REGISTER_PC]);
	char name[32];
	uint64_t pc;
	bool of_libc, is_clone = false;

	if (!m || !m->dwfl || has_cfi(m, u->registers[REGISTER_PC]))
		return false;
	unwind_name(u->space, u->registers[REGISTER_PC], name, sizeof(name), &of_libc);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		is_clone |= !strcmp(name, names[i]);
	if (!is_clone && strncmp(m->name, "libc.so.6", sizeof("libc.so.6")))
		return false;
	if (RETURN_IS_ON_STACK && !memory_read(u->space->dwfl, u->registers[REGISTER_SP], &pc, u))
		return false;
	if (!RETURN_IS_ON_STACK)
		pc = without_signature(u->registers[RETURN_REGISTER]);
	m = space__module_at(u->space, pc - 1);
	if (!m || !m->dwfl || !has_cfi(m, pc - 1))
		return false;
	u->registers[REGISTER_PC] = pc;
	u->registers[REGISTER_SP] += RETURN_IS_ON_STACK ? sizeof(pc) : 0;
	return true;
}

#define NO_FILE "a file that cannot be opened"

static bool has_no_file(const struct space *s, uint64_t pc)
{
	const struct module *m = space__module_at(s, pc);

	return m && !m->dwfl;
}

static int on_frame(Dwfl_Frame *frame, void *unwinding)
{
	struct unwinding *u = unwinding;
	struct frames *f = u->frames;
	const struct module *m;
	bool is_activation;
	Dwarf_Addr pc;

	if (!dwfl_frame_pc(frame, &pc, &is_activation)) {
		f->cut = "no program counter";
		return DWARF_CB_ABORT;
	}
	if (f->n == FRAMES_MAX) {
		f->cut = "deeper than is looked at";
		return DWARF_CB_ABORT;
	}
	/* After step_over_clone, the first frame that libdw sees is a return address, too. */
	pc -= !is_activation || (u->in_clone && f->n == 1);
	f->pc[f->n++] = pc;
	m = space__module_at(u->space, pc);
	f->cut = !m		   ? "code of no file"
		 : !m->dwfl	   ? NO_FILE
		 : !has_cfi(m, pc) ? "no call frame information"
				   : NULL;
	return f->cut ? DWARF_CB_ABORT : DWARF_CB_OK;
}

/* NULL: out of memory, or libdw refused the space. */
static struct unwinding *unwinding_of(struct space *s)
{
	struct unwinding *u = s->unwinding;

	if (u)
		return u;
	u = calloc(1, sizeof(*u));
	if (!u)
		return NULL;
	u->space = s;
	if (!dwfl_attach_state(s->dwfl, NULL, (pid_t)s->key.tgid, &thread_callbacks, u)) {
		free(u);
		return NULL;
	}
	s->unwinding = u;
	return u;
}

void unwind(struct space *s, const struct record_stack *r, struct frames *f)
{
	struct unwinding *u = unwinding_of(s);
	int status = -1;

	*f = (struct frames){.pc = {r->registers[REGISTER_PC]}};
	if (u) {
		u->record = r;
		u->frames = f;
		memcpy(u->registers, r->registers, sizeof(u->registers));
		u->in_clone = step_over_clone(u);
		f->n = u->in_clone;
		status = dwfl_getthread_frames(s->dwfl, (pid_t)s->key.tgid, on_frame, u);
	}
	if (!u && has_no_file(s, f->pc[0])) {
		f->n = 1;
		f->cut = NO_FILE;
	}
	if (status < 0 && !f->cut)
		f->cut = r->bytes < STACK_BYTES ? "the stack could not be read further"
						: "beyond the part of the stack that was kept";
}

static size_t readable_in(const Elf_Data *data, const char *at)
{
	uintptr_t first = (uintptr_t)data->d_buf, place = (uintptr_t)at;

	return data->d_buf && place >= first && place - first < data->d_size
		       ? data->d_size - (place - first)
		       : 0;
}

/*
 * How many bytes can be read from a name that libdw found: of its table of strings libdw does not
 * see to it that it ends with a NUL.
 */
static size_t readable_at(Elf *elf, const char *name)
{
	Elf_Data image = {0};
	Elf_Scn *scn = NULL;
	size_t n = 0;

	while (!n && (scn = elf_nextscn(elf, scn))) {
		const Elf_Data *data;
		GElf_Shdr header;

		if (!gelf_getshdr(scn, &header) || header.sh_type != SHT_STRTAB)
			continue;
		data = elf_getdata(scn, NULL);
		n = data ? readable_in(data, name) : 0;
	}
	if (n)
		return n;
	/* A table that was found by the program headers alone. */
	image.d_buf = elf_rawfile(elf, &image.d_size);
	return readable_in(&image, name);
}

void unwind_name(const struct space *s, uint64_t pc, char *text, size_t size, bool *of_libc)
{
	const struct module *m = space__module_at(s, pc);
	const char *name = NULL;
	GElf_Off offset = 0;
	Dwarf_Addr bias = 0;
	size_t readable = 0;
	Elf *elf = NULL;
	GElf_Sym sym;

	*of_libc = m && (!strncmp(m->name, "libc.so.", 8) || !strncmp(m->name, "libc-2.", 7) ||
			 !strncmp(m->name, "ld-musl-", 8));
	if (!m) {
		snprintf(text, size, "[no file]");
		return;
	}
	if (m->dwfl)
		name = dwfl_module_addrinfo(m->dwfl, pc, &offset, &sym, NULL, &elf, NULL);
	if (name && elf)
		readable = readable_at(elf, name);
	/* An address behind the end of a symbol does not belong to it. */
	if (readable && *name && offset < sym.st_size) {
		snprintf(text, size, "%.*s", readable < size ? (int)readable : (int)size, name);
		return;
	}
	if (m->dwfl)
		dwfl_module_getelf(m->dwfl, &bias);
	else
		bias = m->start;
	snprintf(text, size, "%s+0x%" PRIx64, m->name, pc - bias);
}
