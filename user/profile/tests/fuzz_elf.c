// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libFuzzer: any bytes as an ELF file that a process maps. Its functions are read as for an
 * anatomy, and stacks are unwound, as for `profile --by stack`, from its entry and some of its
 * functions. Their memory is the file's last bytes, and addresses in it.
 *
 * Seeds: programs and libraries of the build, with debug information and without; and elf/
 */
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/arch.h"
#include "user/anatomy/elf_file.h"
#include "user/profile/unwind/unwind.h"

#define BASE   0x400000 /* where programs that are not position-independent lie */
#define STACK  0x7ffe0000
#define STARTS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void); // NOLINT(bugprone-reserved-identifier)

/* libelf (of elfutils 0.188) itself leaks some bytes of some damaged files. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libelf.so";
}

static int open_same(void *file, pid_t pid, const struct mapped *mapped)
{
	return dup(*(int *)file);
}

static struct space *make_space(int fd, size_t size, struct record_stack *r)
{
	uint64_t end = BASE + ((size + 4095) & ~4095ULL);
	char maps[256];
	enum space_fault fault;
	struct space *s;
	FILE *in;

	r->tgid = 1;
	r->start_code = BASE;
	r->end_code = end;
	r->start_stack = STACK;
	snprintf(maps, sizeof(maps),
		 "%x-%llx r-xp 00000000 00:01 7 /a/prog\n"
		 "%x-%x rw-p 00000000 00:00 0 [stack]\n",
		 BASE, (unsigned long long)end, STACK, STACK + (int)sizeof(r->stack));
	in = fmemopen(maps, strlen(maps), "r");
	s = space__read(in, open_same, &fd, r, &fault);
	fclose(in);
	return s;
}

/* Every other word is a place in the file, as a return address would be. */
static void fill_stack(struct record_stack *r, const uint8_t *data, size_t size)
{
	uint64_t word;

	r->base = STACK;
	r->bytes = sizeof(r->stack);
	for (size_t i = 0; i + sizeof(word) <= sizeof(r->stack); i += sizeof(word)) {
		memcpy(&word, data + (size - sizeof(word) - i % (size - sizeof(word))),
		       sizeof(word));
		if (i / sizeof(word) % 2)
			word = BASE + word % size;
		memcpy(r->stack + i, &word, sizeof(word));
	}
	for (size_t i = 0; i < STACK_REGISTERS; i++)
		r->registers[i] = STACK + 256;
	r->registers[REGISTER_SP] = STACK + 64;
}

static void unwind_from(struct space *s, struct record_stack *r, uint64_t pc)
{
	struct frames f;
	char name[256];
	bool of_libc;

	r->registers[REGISTER_PC] = pc;
	unwind(s, r, &f);
	if (f.n > FRAMES_MAX)
		abort();
	for (size_t i = 0; i < f.n; i++)
		unwind_name(s, f.pc[i], name, sizeof(name), &of_libc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct record_stack r;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct functions found = {0};
	struct space *s;
	char path[64];
	uint64_t entry;

	if (fd < 0 || size < sizeof(Elf64_Ehdr) || write(fd, data, size) != (ssize_t)size) {
		close(fd);
		return -1;
	}
	elf_version(EV_CURRENT);
	fill_stack(&r, data, size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	elf_file_read(path, 0, BASE, "prog", &found);
	s = make_space(fd, size, &r);
	memcpy(&entry, data + offsetof(Elf64_Ehdr, e_entry), sizeof(entry));
	if (s) {
		unwind_from(s, &r, entry);
		unwind_from(s, &r, BASE + entry);
		for (size_t i = 0; i < found.n && i < STARTS; i++)
			unwind_from(s, &r, found.v[i].start + found.v[i].size / 2);
	}
	space__free(s);
	functions__free(&found);
	close(fd);
	return 0;
}
