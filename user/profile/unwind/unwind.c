// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/unwind/unwind.h"

#include <elfutils/libdwfl.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of struct pt_regs, x86-64. */
enum {
	REG_R15,
	REG_R14,
	REG_R13,
	REG_R12,
	REG_RBP,
	REG_RBX,
	REG_R11,
	REG_R10,
	REG_R9,
	REG_R8,
	REG_RAX,
	REG_RCX,
	REG_RDX,
	REG_RSI,
	REG_RDI,
	REG_ORIG_RAX,
	REG_RIP,
	REG_CS,
	REG_FLAGS,
	REG_RSP,
};

/* arch/x86/include/asm/segment.h: __USER_CS */
#define USER_CS_64 0x33

/* The numbers that DWARF gives them: psABI of x86-64, figure 3.36. */
static const int dwarf_order[] = {
	REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
	REG_R9,	 REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP,
};

#define REGISTERS (sizeof(dwarf_order) / sizeof(dwarf_order[0]))

/* Files and parts of one that a space has; more are not looked at. */
#define MODULES_MAX 512

/* A file that is mapped somewhere; what is read of it is shared by all who map it. */
struct file {
	struct file *next;
	dev_t device;
	ino_t inode;
	struct timespec changed;
	int fd, users;
	Elf *elf;
};

static struct file *files;

/* A file where it is mapped: from its first byte on. */
struct module {
	uint64_t start, end;
	uint64_t first_end; /* of its first mapping */
	bool runs;	    /* some of it is code */
	char name[64];	    /* the last part of its path */
	struct file *file;  /* NULL: could not be opened */
	Dwfl_Module *dwfl;  /* NULL: as well */
};

struct space {
	pid_t pid;
	uint64_t start_code, end_code, start_stack, code_pages;
	bool code_seen, stack_seen;
	struct module *module;
	size_t modules;
	Dwfl *dwfl;
	bool attached;
	/* While it unwinds. */
	const struct record_stack *record;
	struct frames *frames;
	uint64_t registers[STACK_REGISTERS]; /* to begin with */
	bool in_clone;			     /* the innermost frame was taken off before */
};

static void file_release(struct file *f)
{
	struct file **at = &files;

	if (!f || --f->users)
		return;
	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	elf_end(f->elf);
	close(f->fd);
	free(f);
}

/* Takes over fd. Read, not mapped: a file that is cut short meanwhile must not end us (SIGBUS). */
static struct file *file_take(int fd)
{
	struct stat st;
	struct file *f;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		goto refuse;
	for (f = files; f; f = f->next)
		if (f->device == st.st_dev && f->inode == st.st_ino &&
		    !memcmp(&f->changed, &st.st_mtim, sizeof(f->changed))) {
			close(fd);
			f->users++;
			return f;
		}
	f = calloc(1, sizeof(*f));
	if (!f)
		goto refuse;
	*f = (struct file){files, st.st_dev, st.st_ino, st.st_mtim, fd, 1, NULL};
	f->elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!f->elf || elf_kind(f->elf) != ELF_K_ELF) {
		elf_end(f->elf);
		free(f);
		goto refuse;
	}
	files = f;
	return f;
refuse:
	close(fd);
	return NULL;
}

/* libdw is given what is open already, and goes for no other file, here or on a network. */
static int find_elf(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base,
		    char **file_name, Elf **elf)
{
	struct module *m = *userdata;

	(void)mod;
	(void)name;
	(void)base;
	(void)file_name;
	*elf = m && m->file ? elf_begin(m->file->fd, ELF_C_READ, m->file->elf) : NULL;
	return -1;
}

static int find_debuginfo(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base,
			  const char *file_name, const char *link, GElf_Word crc, char **found)
{
	(void)mod;
	(void)userdata;
	(void)name;
	(void)base;
	(void)file_name;
	(void)link;
	(void)crc;
	(void)found;
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

struct line {
	uint64_t start, end, offset;
	char perms[5], device[16], *path;
	unsigned long long inode;
};

static bool parse_line(char *text, struct line *l)
{
	int path = 0;

	text[strcspn(text, "\n")] = '\0';
	if (sscanf(text, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %15s %llu %n", &l->start, &l->end,
		   l->perms, &l->offset, l->device, &l->inode, &path) < 6)
		return false;
	l->path = path ? text + path : text + strlen(text);
	return true;
}

static bool same_file(const struct line *a, const struct line *b)
{
	return a->inode == b->inode && !strcmp(a->device, b->device);
}

/*
 * exec maps the code up to its last page: another program's ends elsewhere. Since then the mapping
 * may have been parted, as madvise and mprotect do. `code`: where the code begins, once that is
 * known.
 */
static void look_for_code(struct space *s, const struct line *l, struct line *code)
{
	if (l->perms[2] != 'x')
		return;
	if (s->start_code >= l->start && s->start_code < l->end)
		*code = *l;
	s->code_seen |= code->end && same_file(l, code) && s->end_code > l->end - 4096 &&
			s->end_code <= l->end;
}

/* Adds a line of the map to the module that it continues, or begins one. */
static int add_line(struct space *s, const struct line *l, struct line *last)
{
	struct module *m = s->modules ? &s->module[s->modules - 1] : NULL;
	bool runs = l->perms[2] == 'x';

	s->stack_seen |= s->start_stack >= l->start && s->start_stack < l->end;
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
	*m = (struct module){.start = l->start, .end = l->end, .first_end = l->end, .runs = runs};
	snprintf(m->name, sizeof(m->name), "%s", last_part(l->path));
	*last = *l;
	return 0;
}

static int read_maps(struct space *s, int fd)
{
	FILE *f = fdopen(fd, "r");
	struct line l, last = {0}, code = {0};
	char *text = NULL;
	size_t size = 0;
	int err = 0;

	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	while (!err && getline(&text, &size, f) > 0)
		if (parse_line(text, &l)) {
			look_for_code(s, &l, &code);
			err = add_line(s, &l, &last);
		}
	free(text);
	fclose(f);
	return err;
}

/* All files at once, while the process lives. -ENOENT: it has ended, or maps others by now. */
static int open_modules(struct space *s, struct map_opener *o)
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
		fd = map_opener__mapped(o, s->pid, m->start, m->first_end);
		if (fd == -ENOENT || fd == -ESRCH)
			return -ENOENT;
		m->file = fd >= 0 ? file_take(fd) : NULL;
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

struct space *space__new(struct map_opener *o, const struct record_stack *r,
			 enum space_fault *fault)
{
	struct space *s;
	int fd, err;

	*fault = 0;
	if (r->registers[REG_CS] != USER_CS_64) {
		*fault = SPACE_FOREIGN;
		return NULL;
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->pid = (pid_t)r->tgid;
	s->start_code = r->start_code;
	s->end_code = r->end_code;
	s->start_stack = r->start_stack;
	s->code_pages = r->code_pages;
	fd = map_opener__maps(o, s->pid);
	err = fd < 0 ? fd : read_maps(s, fd);
	if (err == -ENOENT || err == -ESRCH || (!err && (!s->stack_seen || !s->code_seen)))
		*fault = SPACE_GONE;
	else if (err && err != -ENOMEM)
		*fault = SPACE_FORBIDDEN;
	if (!err && !*fault)
		err = open_modules(s, o);
	if (err == -ENOENT)
		*fault = SPACE_GONE;
	if (!err && !*fault)
		return s;
	space__free(s);
	return NULL;
}

void space__free(struct space *s)
{
	if (!s)
		return;
	dwfl_end(s->dwfl);
	for (size_t i = 0; i < s->modules; i++)
		file_release(s->module[i].file);
	free(s->module);
	free(s);
}

bool space__is_of(const struct space *s, const struct record_stack *r)
{
	return s->pid == (pid_t)r->tgid && s->start_code == r->start_code &&
	       s->end_code == r->end_code && s->start_stack == r->start_stack &&
	       s->code_pages == r->code_pages;
}

static const struct module *module_of(const struct space *s, uint64_t pc)
{
	for (size_t i = 0; i < s->modules; i++)
		if (pc >= s->module[i].start && pc < s->module[i].end)
			return &s->module[i];
	return NULL;
}

static pid_t next_thread(Dwfl *dwfl, void *space, void **thread)
{
	struct space *s = space;

	(void)dwfl;
	if (*thread)
		return 0;
	*thread = s;
	return s->pid;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *space, void **thread)
{
	(void)dwfl;
	(void)tid;
	*thread = space;
	return true;
}

static bool memory_read(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *word, void *space)
{
	const struct record_stack *r = ((struct space *)space)->record;
	uint64_t offset = address - r->base;

	(void)dwfl;
	if (address < r->base || r->bytes < sizeof(*word) || offset > r->bytes - sizeof(*word))
		return false;
	memcpy(word, r->stack + offset, sizeof(*word));
	return true;
}

static bool set_registers(Dwfl_Thread *thread, void *space)
{
	const struct space *s = space;
	Dwarf_Word words[REGISTERS];

	for (size_t i = 0; i < REGISTERS; i++)
		words[i] = s->registers[dwarf_order[i]];
	return dwfl_thread_state_registers(thread, 0, REGISTERS, words);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
	.next_thread = next_thread,
	.get_thread = get_thread,
	.memory_read = memory_read,
	.set_initial_registers = set_registers,
};

/* libdw would go by the frame pointer where there is no CFI: a guess, that we leave out. */
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
 * it would be wrong (sysdeps/unix/sysv/linux/x86_64/clone.S, clone3.S). Neither has anything on the
 * stack there: the return address is on its top, and the other registers are the caller's. True if
 * that is where this stack is, and what is on top is code that can be unwound.
 */
static bool step_over_clone(struct space *s)
{
	static const char *const names[] = {"clone", "__clone", "clone3", "__clone3"};
	const struct module *m = module_of(s, s->registers[REG_RIP]);
	char name[32];
	uint64_t pc;
	bool of_libc, is_clone = false;

	if (!m || !m->dwfl || has_cfi(m, s->registers[REG_RIP]))
		return false;
	space__name(s, s->registers[REG_RIP], name, sizeof(name), &of_libc);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		is_clone |= !strcmp(name, names[i]);
	if (!is_clone && strncmp(m->name, "libc.so.6", sizeof("libc.so.6")))
		return false;
	if (!memory_read(s->dwfl, s->registers[REG_RSP], &pc, s))
		return false;
	m = module_of(s, pc - 1);
	if (!m || !m->dwfl || !has_cfi(m, pc - 1))
		return false;
	s->registers[REG_RIP] = pc;
	s->registers[REG_RSP] += sizeof(pc);
	return true;
}

static int on_frame(Dwfl_Frame *frame, void *space)
{
	struct space *s = space;
	struct frames *f = s->frames;
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
	/* What clone returns to is the first that libdw sees. */
	pc -= !is_activation || (s->in_clone && f->n == 1);
	f->pc[f->n++] = pc;
	m = module_of(s, pc);
	f->cut = !m		   ? "code of no file"
		 : !m->dwfl	   ? "a file that cannot be opened"
		 : !has_cfi(m, pc) ? "no call frame information"
				   : NULL;
	return f->cut ? DWARF_CB_ABORT : DWARF_CB_OK;
}

void space__unwind(struct space *s, const struct record_stack *r, struct frames *f)
{
	int how;

	*f = (struct frames){.pc = {r->registers[REG_RIP]}};
	s->record = r;
	memcpy(s->registers, r->registers, sizeof(s->registers));
	s->in_clone = step_over_clone(s);
	f->n = s->in_clone;
	s->frames = f;
	if (!s->attached)
		s->attached = dwfl_attach_state(s->dwfl, NULL, s->pid, &thread_callbacks, s);
	how = s->attached ? dwfl_getthread_frames(s->dwfl, s->pid, on_frame, s) : -1;
	if (how < 0 && !f->cut)
		f->cut = r->bytes < STACK_BYTES ? "the stack could not be read further"
						: "beyond the part of the stack that was kept";
	s->record = NULL;
	s->frames = NULL;
}

void space__name(const struct space *s, uint64_t pc, char *text, size_t size, bool *of_libc)
{
	const struct module *m = module_of(s, pc);
	const char *name = NULL;
	GElf_Off offset = 0;
	Dwarf_Addr bias = 0;
	GElf_Sym sym;

	*of_libc = m && (!strncmp(m->name, "libc.so.", 8) || !strncmp(m->name, "libc-2.", 7) ||
			 !strncmp(m->name, "ld-musl-", 8));
	if (!m) {
		snprintf(text, size, "[no file]");
		return;
	}
	if (m->dwfl)
		name = dwfl_module_addrinfo(m->dwfl, pc, &offset, &sym, NULL, NULL, NULL);
	/* The symbol before is no name for what lies behind its end. */
	if (name && *name && offset < sym.st_size) {
		snprintf(text, size, "%s", name);
		return;
	}
	if (m->dwfl)
		dwfl_module_getelf(m->dwfl, &bias);
	else
		bias = m->start;
	snprintf(text, size, "%s+0x%" PRIx64, m->name, pc - bias);
}
