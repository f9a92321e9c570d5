// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/unwind/mapped_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct entry {
	struct mapped_file file; /* first: what users point to */
	struct entry *next;
	dev_t device;
	ino_t inode;
	struct timespec changed;
	int users;
};

static struct entry *entries;

static struct entry *find(const struct stat *st)
{
	struct entry *e = entries;

	while (e && (e->device != st->st_dev || e->inode != st->st_ino ||
		     memcmp(&e->changed, &st->st_mtim, sizeof(e->changed))))
		e = e->next;
	return e;
}

struct mapped_file *mapped_file__take(int fd)
{
	struct entry *e = NULL, *known;
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		goto refuse;
	known = find(&st);
	if (known) {
		close(fd);
		known->users++;
		return &known->file;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		goto refuse;
	*e = (struct entry){
		.file.fd = fd,
		.next = entries,
		.device = st.st_dev,
		.inode = st.st_ino,
		.changed = st.st_mtim,
		.users = 1,
	};
	/* Read, not mapped: if the file is truncated meanwhile, a mapping would raise SIGBUS. */
	e->file.elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!e->file.elf || elf_kind(e->file.elf) != ELF_K_ELF)
		goto refuse;
	entries = e;
	return &e->file;
refuse:
	if (e)
		elf_end(e->file.elf);
	free(e);
	close(fd);
	return NULL;
}

void mapped_file__release(struct mapped_file *f)
{
	struct entry *e = (struct entry *)f, **at = &entries;

	if (!e || --e->users)
		return;
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	elf_end(e->file.elf);
	close(e->file.fd);
	free(e);
}
