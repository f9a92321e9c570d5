// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_MASK_OF_MAPS 0xfffULL

/* Longer ones are cut: a build id is mostly 20 bytes. */
#define BUILD_ID_MAX 64

struct elf_reader {
	uint64_t bias; /* address in the guest, less that in the file */
	const char *module;
	struct functions *to;
};

/* The address in the file of what stands at an offset; false: nothing executable does. */
static bool address_at(Elf *elf, uint64_t offset, uint64_t *address)
{
	size_t count;
	GElf_Phdr p;

	if (elf_getphdrnum(elf, &count))
		return false;
	for (size_t i = 0; i < count && gelf_getphdr(elf, (int)i, &p); i++) {
		uint64_t first = p.p_offset & ~PAGE_MASK_OF_MAPS;

		if (p.p_type != PT_LOAD || !(p.p_flags & PF_X) || offset < first ||
		    offset >= p.p_offset + p.p_filesz)
			continue;
		*address = p.p_vaddr - p.p_offset + offset;
		return true;
	}
	return false;
}

/* What is written in assembly may have no type. */
static bool is_function(Elf *elf, const GElf_Sym *sym)
{
	Elf_Scn *section = elf_getscn(elf, sym->st_shndx);
	GElf_Shdr header;

	switch (GELF_ST_TYPE(sym->st_info)) {
	case STT_FUNC:
	case STT_GNU_IFUNC:
		return sym->st_shndx != SHN_UNDEF && sym->st_value;
	case STT_NOTYPE:
		return sym->st_shndx != SHN_UNDEF && sym->st_shndx < SHN_LORESERVE &&
		       sym->st_value && section && gelf_getshdr(section, &header) &&
		       header.sh_flags & SHF_EXECINSTR;
	default:
		return false;
	}
}

static int add_symbols(struct elf_reader *rd, Elf_Data *data, size_t count, Elf *elf,
		       size_t strings)
{
	GElf_Sym sym;
	int err = 0;

	for (size_t i = 0; i < count && !err && gelf_getsym(data, (int)i, &sym); i++) {
		const char *name = elf_strptr(elf, strings, sym.st_name);

		if (name && *name && is_function(elf, &sym))
			err = functions__add(rd->to, name, rd->module, sym.st_value + rd->bias,
					     sym.st_size);
	}
	return err;
}

/* The entries of the procedure linkage table are known by the names of their sections. */
static int add_stubs(struct elf_reader *rd, const char *section, const GElf_Shdr *header)
{
	int err;

	if (strncmp(section, ".plt", 4) || header->sh_type != SHT_PROGBITS || !header->sh_size)
		return 0;
	err = functions__add(rd->to, section, rd->module, header->sh_addr + rd->bias,
			     header->sh_size);
	if (!err)
		rd->to->v[rd->to->n - 1].stub = true;
	return err;
}

/* Of one file: its tables of this type. */
static int read_tables(struct elf_reader *rd, Elf *elf, uint32_t type)
{
	Elf_Scn *section = NULL;
	size_t names;
	int err = elf_getshdrstrndx(elf, &names) ? -EINVAL : 0;

	while (!err && (section = elf_nextscn(elf, section))) {
		Elf_Data *data = NULL;
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header))
			return -EINVAL;
		if (type != SHT_PROGBITS && header.sh_type == type && header.sh_entsize)
			data = elf_getdata(section, NULL);
		if (data)
			err = add_symbols(rd, data, header.sh_size / header.sh_entsize, elf,
					  header.sh_link);
		else if (type == SHT_PROGBITS)
			err = add_stubs(rd,
					elf_strptr(elf, names, header.sh_name)
						? elf_strptr(elf, names, header.sh_name)
						: "",
					&header);
	}
	return err;
}

/* "" if it has none. */
static void build_id_of(Elf *elf, char text[2 * BUILD_ID_MAX + 1])
{
	Elf_Scn *section = NULL;

	text[0] = '\0';
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		Elf_Data *data;
		GElf_Nhdr note;
		size_t at = 0, name, id;

		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_NOTE ||
		    !(data = elf_getdata(section, NULL)))
			continue;
		while ((at = gelf_getnote(data, at, &note, &name, &id)) > 0) {
			const unsigned char *bytes = (unsigned char *)data->d_buf + id;

			if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
			    memcmp((char *)data->d_buf + name, "GNU", 4) != 0)
				continue;
			for (size_t i = 0; i < note.n_descsz && i < BUILD_ID_MAX; i++)
				sprintf(text + 2 * i, "%02x", bytes[i]);
			return;
		}
	}
}

Elf *elf_file_open(const char *path, int *fd)
{
	struct stat st;
	Elf *elf;

	elf_version(EV_CURRENT);
	/* The guest names it: no pipe may hold us, and to open a device may do something. */
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return NULL;
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0)
		return NULL;
	elf = elf_begin(*fd, ELF_C_READ_MMAP, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF && gelf_getclass(elf) == ELFCLASS64)
		return elf;
	elf_end(elf);
	close(*fd);
	return NULL;
}

/* What a separate file names; nothing if there is none. */
static int read_debug_file(struct elf_reader *rd, const char *path)
{
	int fd, err;
	Elf *elf = elf_file_open(path, &fd);

	if (!elf)
		return 0;
	err = read_tables(rd, elf, SHT_SYMTAB);
	elf_end(elf);
	close(fd);
	return err == -ENOMEM ? err : 0;
}

static int read_debug_files(struct elf_reader *rd, Elf *elf, const char *path)
{
	char id[2 * BUILD_ID_MAX + 1], debug[PATH_MAX];
	int err;

	snprintf(debug, sizeof(debug), "%s.debug", path);
	err = read_debug_file(rd, debug);
	build_id_of(elf, id);
	if (err || strlen(id) < 3)
		return err;
	snprintf(debug, sizeof(debug), "/usr/lib/debug/.build-id/%.2s/%s.debug", id, id + 2);
	return read_debug_file(rd, debug);
}

int elf_file_read(const char *path, uint64_t offset, uint64_t address, const char *module,
		  struct functions *to)
{
	struct elf_reader rd = {0, module, to};
	uint64_t in_file;
	size_t before = to->n;
	int fd, err;
	Elf *elf;

	elf = elf_file_open(path, &fd);
	if (!elf)
		return -EINVAL;
	if (address_at(elf, offset, &in_file)) {
		rd.bias = address - in_file;
		err = read_tables(&rd, elf, SHT_SYMTAB);
		if (!err && to->n == before)
			err = read_debug_files(&rd, elf, path);
		if (!err)
			err = read_tables(&rd, elf, SHT_DYNSYM);
		if (!err)
			err = read_tables(&rd, elf, SHT_PROGBITS);
	} else {
		err = -EINVAL;
	}
	elf_end(elf);
	close(fd);
	return err;
}
