// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/runs/program_copies.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "user/base/privilege.h"
#include "user/base/program_path.h"

#define BLOCK_BYTES (1 << 20)

/* The two programs, and the folder with a folder for each copy. */
struct work {
	int programs[2];
	const char *names[2]; /* in their folders: what a program of many names goes by */
	char folder[64 + PATH_MAX];
	char paths[2][PATH_MAX];
	char resolved[2][PATH_MAX];
};

/* What the keeper found and did: one message. */
struct answer {
	int err;
	char how[160];
	char paths[2][PATH_MAX];
};

static bool is_elf(int fd)
{
	char magic[SELFMAG];

	return pread(fd, magic, SELFMAG, 0) == SELFMAG && !memcmp(magic, ELFMAG, SELFMAG);
}

/* The chunk of the file at an address that is loaded. NULL: none of it is. */
static Elf_Data *data_at(Elf *elf, uint64_t address, uint64_t size)
{
	size_t count = 0;
	GElf_Phdr p;

	if (elf_getphdrnum(elf, &count))
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (gelf_getphdr(elf, (int)i, &p) && p.p_type == PT_LOAD && address >= p.p_vaddr &&
		    address - p.p_vaddr < p.p_filesz)
			return elf_getdata_rawchunk(elf,
						    (int64_t)(p.p_offset + (address - p.p_vaddr)),
						    size, ELF_T_BYTE);
	}
	return NULL;
}

/* The strings of the dynamic section. NULL: it has none. */
static Elf_Data *dynamic_strings(Elf *elf)
{
	uint64_t address = 0, size = 0;
	Elf_Data *dynamic = NULL;
	size_t count = 0;
	GElf_Phdr p;
	GElf_Dyn d;

	if (elf_getphdrnum(elf, &count))
		return NULL;
	for (size_t i = 0; i < count && !dynamic; i++) {
		if (gelf_getphdr(elf, (int)i, &p) && p.p_type == PT_DYNAMIC)
			dynamic = elf_getdata_rawchunk(elf, (int64_t)p.p_offset, p.p_filesz,
						       ELF_T_DYN);
	}
	for (int i = 0; dynamic && gelf_getdyn(dynamic, i, &d) && d.d_tag != DT_NULL; i++) {
		if (d.d_tag == DT_STRTAB)
			address = d.d_un.d_ptr;
		if (d.d_tag == DT_STRSZ)
			size = d.d_un.d_val;
	}
	return size ? data_at(elf, address, size) : NULL;
}

/* Whether its dynamic section names $ORIGIN, the folder of the program. */
static bool names_its_folder(int fd)
{
	Elf *elf = elf_version(EV_CURRENT) != EV_NONE ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
	const Elf_Data *s = elf ? dynamic_strings(elf) : NULL;
	bool found = s && (memmem(s->d_buf, s->d_size, "$ORIGIN", 7) ||
			   memmem(s->d_buf, s->d_size, "${ORIGIN}", 9));

	elf_end(elf);
	return found;
}

/* Why a copy in another folder would not be the same program; NULL: it would. */
static const char *why_not(int fd)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return "is no regular file";
	if (st.st_mode & (S_ISUID | S_ISGID))
		return "is set-user-ID or set-group-ID, which a copy would not be";
	if (fgetxattr(fd, "security.capability", NULL, 0) >= 0)
		return "has file capabilities, which a copy would not have";
	if (!is_elf(fd))
		return "is a script or no ELF file, which may look for others beside itself";
	if (names_its_folder(fd))
		return "looks for libraries beside itself ($ORIGIN)";
	return NULL;
}

/* Opens both programs. False, with the reason in `how`, unless both are to be copied. */
static bool open_programs(struct work *w, const char *const programs[2], char *how, size_t size)
{
	struct stat st[2];

	for (int i = 0; i < 2; i++) {
		char *path = program_path(programs[i]);
		const char *reason;

		/* O_NONBLOCK: do not wait for a FIFO's writer. */
		if (!path || !realpath(path, w->resolved[i]) ||
		    (w->programs[i] = open(w->resolved[i],
					   O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) < 0)
			reason = strerror(errno);
		else
			reason = why_not(w->programs[i]);
		free(path);
		if (reason) {
			snprintf(how, size, "measured where they are: %c%s%s", "AB"[i],
				 w -> programs[i] < 0 ? ": " : " ", reason);
			return false;
		}
		w->names[i] = strrchr(w->resolved[i], '/') + 1;
	}
	/* One file is laid out like itself. */
	return fstat(w->programs[0], &st[0]) == 0 && fstat(w->programs[1], &st[1]) == 0 &&
	       !(st[0].st_dev == st[1].st_dev && st[0].st_ino == st[1].st_ino);
}

/* Whether only we and root decide what has this name. The path has no links. */
static bool is_ours(const char *path)
{
	char part[PATH_MAX];
	struct stat st;

	for (size_t i = 0; i <= strlen(path); i++) {
		if (i > 0 && path[i] != '/' && path[i])
			continue;
		snprintf(part, sizeof(part), "%.*s", i > 0 ? (int)i : 1, path);
		if (lstat(part, &st) || !S_ISDIR(st.st_mode) ||
		    (st.st_uid != 0 && st.st_uid != geteuid()) ||
		    ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(st.st_mode & S_ISVTX)))
			return false;
	}
	return true;
}

/* Reads as much of a block as there is. Its length, or -errno. */
static ssize_t fill(int fd, char *block)
{
	size_t done = 0;
	ssize_t n = 1;

	while (done < BLOCK_BYTES && n > 0) {
		n = read(fd, block + done, BLOCK_BYTES - done);
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

/* The one way in which both are written: blocks of one size, and on the disk before the end. */
static int write_copy(int from, int folder, const char *name)
{
	int to = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0700);
	char *block = malloc(BLOCK_BYTES);
	int err = to < 0 ? -errno : block ? 0 : -ENOMEM;
	ssize_t n = 0;

	if (!err && lseek(from, 0, SEEK_SET))
		err = -errno;
	while (!err && (n = fill(from, block)) > 0) {
		ssize_t written = write(to, block, (size_t)n);

		if (written != n)
			err = written < 0 ? -errno : -ENOSPC;
	}
	if (n < 0)
		err = (int)n;
	/* What is written back while it is measured would be noise. */
	if (!err && fsync(to))
		err = -errno;
	if (to >= 0 && close(to) && !err)
		err = -errno;
	free(block);
	return err;
}

/* Nothing can be added to the folder afterwards. */
static int copy_one(struct work *w, int i)
{
	char folder[sizeof(w->folder) + 8];
	int at, err;

	snprintf(folder, sizeof(folder), "%s/%c", w->folder, "ab"[i]);
	if ((size_t)snprintf(w->paths[i], sizeof(w->paths[i]), "%s/%s", folder, w->names[i]) >=
	    sizeof(w->paths[i]))
		return -ENAMETOOLONG;
	if (mkdir(folder, 0700))
		return -errno;
	at = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (at < 0)
		return -errno;
	err = write_copy(w->programs[i], at, w->names[i]);
	if (!err && fchmod(at, 0500))
		err = -errno;
	close(at);
	return err;
}

static void remove_folder(const struct work *w)
{
	char folder[sizeof(w->folder) + 8];

	for (int i = 0; i < 2; i++) {
		snprintf(folder, sizeof(folder), "%s/%c", w->folder, "ab"[i]);
		chmod(folder, 0700);
		unlink(w->paths[i]);
		rmdir(folder);
	}
	rmdir(w->folder);
}

/* Makes both copies in a new folder below `parent`. 0 or -errno, after which nothing is left. */
static int copy_both(struct work *w, const char *parent)
{
	char path[PATH_MAX];
	struct statvfs fs;
	int err;

	if (!realpath(parent, path) || statvfs(path, &fs))
		return -errno;
	if (!is_ours(path))
		return -EPERM;
	if (fs.f_flag & ST_NOEXEC)
		return -EACCES;
	snprintf(w->folder, sizeof(w->folder), "%s/spawnscope-XXXXXX", path);
	if (!mkdtemp(w->folder))
		return -errno;
	err = copy_one(w, 0);
	if (!err)
		err = copy_one(w, 1);
	if (err)
		remove_folder(w);
	return err;
}

/* /tmp comes last: it is often in memory, where programs are not, or mounted noexec. */
static bool make_copies(struct work *w, char *how, size_t size)
{
	const char *const parents[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
	int err = -ENOENT;

	for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]) && err; i++) {
		if (parents[i])
			err = copy_both(w, parents[i]);
	}
	if (err)
		snprintf(how, size,
			 "measured where they are: no copies in TMPDIR, /var/tmp or /tmp: %s",
			 strerror(-err));
	else
		snprintf(how, size, "copies, both written in one way");
	return !err;
}

/*
 * The keeper: reads and writes as the invoking user, and removes the copies once the other end of
 * the socket is closed, be it that our parent was killed. Does not return.
 */
static void keep(int socket, const char *const programs[2])
{
	static struct work w = {.programs = {-1, -1}};
	static struct answer a;
	bool copied = false;
	char byte;

	setpgid(0, 0);
	a.err = privilege_become_caller();
	if (!a.err && open_programs(&w, programs, a.how, sizeof(a.how)))
		copied = make_copies(&w, a.how, sizeof(a.how));
	if (copied)
		memcpy(a.paths, w.paths, sizeof(a.paths));
	if (send(socket, &a, sizeof(a), MSG_NOSIGNAL) == sizeof(a) && copied) {
		while (read(socket, &byte, 1) < 0 && errno == EINTR)
			;
	}
	if (copied)
		remove_folder(&w);
	_exit(0);
}

int gate_copies__make(struct gate_copies *c, const char *const programs[2], struct fault *why)
{
	static struct answer a;
	int sockets[2], err = 0;
	ssize_t n;

	*c = (struct gate_copies){.keeper_socket = -1};
	if (!programs[0] || !programs[1])
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return fault__set(why, -errno, "cannot copy the programs: %s", strerror(errno));
	c->keeper = fork();
	if (c->keeper == 0) {
		close(sockets[0]);
		keep(sockets[1], programs);
	}
	if (c->keeper < 0)
		err = -errno;
	close(sockets[1]);
	c->keeper_socket = sockets[0];
	if (!err) {
		n = recv(sockets[0], &a, sizeof(a), 0);
		err = n == sizeof(a) ? a.err : n < 0 ? -errno : -EIO;
	}
	if (err) {
		gate_copies__remove(c);
		return fault__set(why, err, "cannot copy the programs: %s", strerror(-err));
	}
	memcpy(c->how, a.how, sizeof(c->how));
	memcpy(c->paths, a.paths, sizeof(c->paths));
	return 0;
}

void gate_copies__remove(struct gate_copies *c)
{
	if (c->keeper_socket >= 0)
		close(c->keeper_socket);
	c->keeper_socket = -1;
	if (c->keeper > 0)
		waitpid(c->keeper, NULL, 0);
	c->keeper = 0;
}
