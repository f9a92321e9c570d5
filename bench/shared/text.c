// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/shared/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The length in bytes of the control character at `text`; 0 if another character is there. */
static size_t control_length(const unsigned char *text)
{
	if (text[0] < 0x20 || text[0] == 0x7f)
		return 1;
	if (text[0] == 0xc2 && text[1] >= 0x80 && text[1] <= 0x9f)
		return 2;
	return 0;
}

const char *text_escape(const char *text, char *buf, size_t size)
{
	const unsigned char *in = (const unsigned char *)text;
	size_t used = 0;

	while (*in) {
		size_t control = control_length(in);
		size_t wanted = control > 0 ? 4 * control : 1;

		if (used + wanted >= size)
			break;
		if (control == 0)
			buf[used++] = (char)*in++;
		for (; control > 0; control--)
			used += (size_t)sprintf(buf + used, "\\x%02x", *in++);
	}
	buf[used] = '\0';
	return buf;
}

char *text_trim(char *text)
{
	size_t length;

	text += strspn(text, " \t\r\n");
	length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

int text_number(const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
	unsigned long long value;

	/* strtoull would accept a sign and leading spaces. */
	if (!*text || text[strspn(text, "0123456789")])
		return -EINVAL;
	errno = 0;
	value = strtoull(text, NULL, 10);
	if (errno != 0 || value < min || value > max)
		return -ERANGE;
	*number = value;
	return 0;
}

ssize_t text_read(const char *path, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t got = 0;
	ssize_t result;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* The last byte is for the terminator: a file that fills it is too big. */
	while (used < size && (got = read(fd, buf + used, size - used)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			result = -errno;
			goto cleanup;
		}
		used += (size_t)got;
	}
	result = used == size ? -EFBIG : (ssize_t)used;
	if (result >= 0)
		buf[used] = '\0';
cleanup:
	close(fd);
	return result;
}

/* The text after NAME at the start of a line, or NULL. */
static const char *find_field(const char *text, const char *name)
{
	size_t length = strlen(name);
	const char *line = text;

	while (line) {
		if (!strncmp(line, name, length) && strchr(": \t", line[length]) && line[length])
			return line + length + 1;
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return NULL;
}

int text_field(const char *text, const char *name, int64_t *value)
{
	const char *field = find_field(text, name);
	char *end;
	long long number;

	if (!field)
		return -ENOENT;
	errno = 0;
	number = strtoll(field, &end, 10);
	if (end == field || errno != 0)
		return -ENOENT;
	*value = number;
	return 0;
}

int text_field_kb(const char *text, const char *name, int64_t *bytes)
{
	int64_t kib;
	int err = text_field(text, name, &kib);

	if (!err && __builtin_mul_overflow(kib, 1024, bytes))
		err = -ENOENT;
	return err;
}

int text_shell_quote(const char *text, char *buf, size_t size)
{
	size_t used = 0;

	if (size < 3)
		return -ENAMETOOLONG;
	buf[used++] = '\'';
	for (; *text != '\0'; text++) {
		/* A quote within quotes: close them, escape it, open them again. */
		const char *piece = *text == '\'' ? "'\\''" : (char[]){*text, '\0'};
		size_t length = strlen(piece);

		if (used + length + 2 > size)
			return -ENAMETOOLONG;
		memcpy(buf + used, piece, length);
		used += length;
	}
	buf[used++] = '\'';
	buf[used] = '\0';
	return 0;
}
