// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/relocations.h"

#include <gelf.h>
#include <unistd.h>

#include "bench/shared/units.h"
#include "user/anatomy/elf_file.h"

#define SECTION_RELR 19 /* SHT_RELR, which an older <elf.h> lacks */

/* Words of bits, each for the 63 words behind an address, which has bit 0 clear. */
static int64_t count_packed(const uint64_t *words, size_t n)
{
	int64_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += words[i] & 1 ? __builtin_popcountll(words[i]) - 1 : 1;
	return count;
}

static int64_t count_section(Elf_Scn *section)
{
	GElf_Shdr header;
	Elf_Data *data;

	if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_ALLOC))
		return 0;
	switch (header.sh_type) {
	case SHT_RELA:
	case SHT_REL:
		return header.sh_entsize ? (int64_t)(header.sh_size / header.sh_entsize) : 0;
	case SECTION_RELR:
		data = elf_rawdata(section, NULL);
		return data ? count_packed(data->d_buf, data->d_size / sizeof(uint64_t)) : 0;
	default:
		return 0;
	}
}

int64_t relocations_of(const char *path)
{
	Elf_Scn *section = NULL;
	int64_t count = 0;
	int fd;
	Elf *elf = elf_file_open(path, &fd);

	if (!elf)
		return MISSING;
	while ((section = elf_nextscn(elf, section)))
		count += count_section(section);
	elf_end(elf);
	close(fd);
	return count;
}
