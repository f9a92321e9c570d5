// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reads an archive from QEMU's firmware configuration device by DMA: the device writes to physical
 * addresses (QEMU's docs/specs/fw_cfg.rst). So it costs the guest no instruction per byte, and
 * needs no driver.
 */
#include "files.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ARCHIVE	     "opt/spawnscope/files"
#define PAGE	     4096
#define BUFFER_PAGES 16
#define PATH_BYTES   4096
#define SPINS	     20000 /* some 20 ms of wall time */

#ifdef __x86_64__
#include <sys/io.h>

enum ports { IDLE = 0x80, WATCHDOG = 0x443, DMA_HIGH = 0x514, DMA_LOW = 0x518 };
enum { NOW = 15 }; /* the watchdog expires after 30 - 2 * this, s */
enum { DIRECTORY = 0x19 };
enum control { FAILED = 1, READ = 2, SELECT = 8 };

/* All big-endian, as is what the device reads here. */
struct request {
	uint32_t control;
	uint32_t size;
	uint64_t address;
};

struct entry {
	uint32_t size;
	uint16_t item;
	uint16_t reserved;
	char name[56];
};

/* What is left of the archive, and the part of it that was read. */
static struct {
	uint8_t bytes[BUFFER_PAGES * PAGE];
	struct request request;
} device __attribute__((aligned(PAGE)));
static uint64_t addresses[BUFFER_PAGES + 1]; /* of each page of device */
static size_t left, at, filled;

static _Noreturn void fail(const char *what, const char *why)
{
	fprintf(stderr, "lab: %s: %s\n", what, why);
	_exit(1);
}

static void find_addresses(void)
{
	const uint64_t frame = (1ULL << 55) - 1;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || mlock(&device, sizeof(device)))
		fail("/proc/self/pagemap", strerror(errno));
	for (size_t i = 0; i <= BUFFER_PAGES; i++) {
		off_t where = (off_t)((uintptr_t)&device / PAGE + i) * 8;

		/* Writing makes a page its own. */
		((volatile uint8_t *)&device)[i * PAGE] = 0;
		if (pread(fd, &addresses[i], 8, where) != 8 || !(addresses[i] & frame))
			fail("/proc/self/pagemap", "the buffer has no page");
		addresses[i] = (addresses[i] & frame) * PAGE;
	}
	close(fd);
}

/* Reads the next bytes of the selected item, or of a newly selected one, to a page of the buffer.
 */
static void transfer(uint32_t control, size_t page, size_t size)
{
	volatile struct request *request = &device.request;

	request->size = htobe32((uint32_t)size);
	request->address = htobe64(addresses[page]);
	request->control = htobe32(control | READ);
	outl(htobe32((uint32_t)(addresses[BUFFER_PAGES] >> 32)), DMA_HIGH);
	outl(htobe32((uint32_t)addresses[BUFFER_PAGES]), DMA_LOW);
	/* The device wrote to memory, which the compiler cannot know. */
	__asm__ volatile("" ::: "memory");
	if (request->control)
		fail(ARCHIVE, "QEMU cannot transfer it");
}

/* Selects the archive, or returns false. */
static bool find_archive(void)
{
	uint32_t count;

	transfer(DIRECTORY << 16 | SELECT, 0, sizeof(count));
	memcpy(&count, device.bytes, sizeof(count));
	for (uint32_t i = be32toh(count); i; i--) {
		struct entry entry;

		transfer(0, 0, sizeof(entry));
		memcpy(&entry, device.bytes, sizeof(entry));
		if (strcmp(entry.name, ARCHIVE))
			continue;
		left = be32toh(entry.size);
		transfer((uint32_t)be16toh(entry.item) << 16 | SELECT, 0, 0);
		return true;
	}
	return false;
}

/* Returns up to size bytes of the archive, at least one, and their number in *got. */
static const uint8_t *next(size_t size, size_t *got)
{
	const uint8_t *bytes;

	if (at == filled) {
		at = filled = 0;
		for (size_t page = 0; left && page < BUFFER_PAGES; page++) {
			size_t part = left < PAGE ? left : PAGE;

			transfer(0, page, part);
			left -= part;
			filled += part;
		}
		if (!filled)
			fail(ARCHIVE, "it ends in the middle");
	}
	bytes = device.bytes + at;
	*got = filled - at < size ? filled - at : size;
	at += *got;
	return bytes;
}

static void get(void *to, size_t size)
{
	size_t got;

	while (size) {
		const uint8_t *bytes = next(size, &got);

		memcpy(to, bytes, got);
		to = (uint8_t *)to + got;
		size -= got;
	}
}

static void skip(size_t size)
{
	size_t got;

	for (; size; size -= got)
		next(size, &got);
}

/* Everything in the archive is padded to multiples of four. */
static size_t padding(size_t size)
{
	return -size & 3;
}

static void write_file(const char *path, mode_t mode, size_t size)
{
	size_t got;
	int fd;

	/* The running init is in the archive, too, and cannot be written to. */
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		fail(path, strerror(errno));
	for (size_t rest = size; rest; rest -= got) {
		const uint8_t *bytes = next(rest, &got);

		if (write(fd, bytes, got) != (ssize_t)got)
			fail(path, strerror(errno));
	}
	fchmod(fd, mode & 07777);
	close(fd);
	skip(padding(size));
}

static void write_link(const char *path, size_t size)
{
	char target[PATH_BYTES];

	if (size >= sizeof(target))
		fail(path, "its target is too long");
	get(target, size);
	target[size] = '\0';
	unlink(path);
	if (symlink(target, path))
		fail(path, strerror(errno));
	skip(padding(size));
}

static size_t field(const char *header, size_t number)
{
	char digits[9] = "";

	memcpy(digits, header + 6 + number * 8, 8);
	return strtoul(digits, NULL, 16);
}

/* Unpacks one member. Returns 0 at the end of the archive, or 1. */
static int unpack(void)
{
	enum { MODE = 1, SIZE = 6, NAME_SIZE = 11, HEADER = 110 };
	char header[HEADER], path[PATH_BYTES];
	size_t size, name;
	mode_t mode;

	get(header, sizeof(header));
	if (memcmp(header, "070701", 6))
		fail(ARCHIVE, "it is not an archive of format newc");
	mode = (mode_t)field(header, MODE), size = field(header, SIZE),
	name = field(header, NAME_SIZE);
	if (!name || name > sizeof(path))
		fail(ARCHIVE, "a name is too long");
	get(path, name);
	path[name - 1] = '\0';
	skip(padding(HEADER + name));
	if (!strcmp(path, "TRAILER!!!"))
		return 0;
	if (S_ISDIR(mode)) {
		if (mkdir(path, mode & 07777) && errno != EEXIST)
			fail(path, strerror(errno));
	} else if (S_ISLNK(mode)) {
		write_link(path, size);
	} else if (S_ISREG(mode)) {
		write_file(path, mode, size);
	} else {
		fail(path, "it is neither a file, a folder nor a link");
	}
	return 1;
}

/* Whether another archive follows the zeroes behind this one, as in an initramfs. */
static int another(void)
{
	size_t got;

	while (at < filled || left) {
		if (*next(1, &got)) {
			at--;
			return 1;
		}
	}
	return 0;
}

/*
 * The watchdog lets QEMU's main thread stop the machine somewhere in the loop. Where that is does
 * not matter: each boot executes the same instructions, before and after. A device that stops the
 * CPU itself would let QEMU take the machine for idle, and move its clock. The line says that the
 * loop is over.
 */
static void stop_here(void)
{
	outb(NOW, WATCHDOG);
	for (int i = 0; i < SPINS; i++)
		inb(IDLE);
	fputs("run: goes on\n", stderr);
}

/*
 * The same where the clock is the host's: no instruction counts. A machine that is to be saved has
 * no archive, so that it is here still, however late QEMU stops it.
 */
static void stop_until_found(void)
{
	const struct timespec pause = {.tv_nsec = 1000 * 1000};

	outb(NOW, WATCHDOG);
	while (!find_archive())
		nanosleep(&pause, NULL);
}

void files__load(bool live)
{
	if (ioperm(IDLE, 1, 1) || ioperm(WATCHDOG, 1, 1) || ioperm(DMA_HIGH, 8, 1))
		fail("I/O ports", strerror(errno));
	if (live) {
		find_addresses();
		stop_until_found();
	} else {
		stop_here();
		find_addresses();
		if (!find_archive())
			fail(ARCHIVE, "QEMU has no such item");
	}
	umask(0);
	if (chdir("/"))
		fail("/", strerror(errno));
	do {
		while (unpack())
			;
	} while (another());
}
#else
void files__load(bool live)
{
	(void)live;
	fputs("lab: the files of a saved machine are known to be read on x86 only\n", stderr);
	_exit(1);
}
#endif
