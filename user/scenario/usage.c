// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/usage.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "bench/shared/text.h"
#include "bench/shared/units.h"

static int64_t ticks_ns(int64_t ticks)
{
	return ticks == MISSING ? MISSING : ticks * (NS_PER_S / sysconf(_SC_CLK_TCK));
}

int64_t usage_number(const char *at, unsigned int skip)
{
	while (at && skip-- > 0) {
		at = strchr(at, ' ');
		at = at ? at + strspn(at, " ") : NULL;
	}
	return at && *at ? strtoll(at, NULL, 10) : MISSING;
}

static int64_t sum(int64_t a, int64_t b)
{
	return a == MISSING || b == MISSING ? MISSING : a + b;
}

/* Of the first line: "cpu  user nice system idle iowait irq softirq steal". */
static int64_t stolen_ticks(void)
{
	FILE *in = fopen("/proc/stat", "re");
	char line[256] = "";

	if (!in)
		return MISSING;
	if (!fgets(line, sizeof(line), in))
		*line = '\0';
	fclose(in);
	return usage_number(line, 8);
}

struct usage usage_of(pid_t pid)
{
	struct usage u = {MISSING, MISSING, MISSING, MISSING};
	char path[64], text[1024];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (text_read(path, text, sizeof(text)) >= 0) {
		/* The name, the second field of proc(5), is in parentheses and may hold any
		 * character. */
		const char *name_end = strrchr(text, ')');

		u.minor_faults = usage_number(name_end, 10 - 2);
		u.children_cpu_ns = ticks_ns(
			sum(usage_number(name_end, 16 - 2), usage_number(name_end, 17 - 2)));
	}
	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	if (text_read(path, text, sizeof(text)) >= 0)
		u.waited_ns = usage_number(text, 1);
	u.stolen_ns = ticks_ns(stolen_ticks());
	return u;
}

static int64_t difference(int64_t a, int64_t b)
{
	return a == MISSING || b == MISSING ? MISSING : b - a;
}

struct usage usage__between(const struct usage *a, const struct usage *b)
{
	return (struct usage){
		difference(a->minor_faults, b->minor_faults),
		difference(a->children_cpu_ns, b->children_cpu_ns),
		difference(a->waited_ns, b->waited_ns),
		difference(a->stolen_ns, b->stolen_ns),
	};
}

/* "32:  11975  0  PCI-MSIX-0000:00:01.0  4-edge  virtio0-reporting_vq": a number for each CPU. */
static int64_t sum_of_line(const char *line)
{
	const char *at = strchr(line, ':');
	int64_t count = 0;
	char *end;

	for (at = at ? at + 1 : ""; *at; at = end) {
		int64_t of_cpu = strtoll(at, &end, 10);

		if (end == at || (*end != ' ' && *end != '\n'))
			break;
		count += of_cpu;
	}
	return count;
}

static bool ends_with(const char *line, const char *name)
{
	size_t length = strcspn(line, "\n"), wanted = strlen(name);

	return length >= wanted && !strncmp(line + length - wanted, name, wanted);
}

int64_t usage_interrupts(FILE *in, const char *name)
{
	int64_t count = MISSING;
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, in) > 0)
		if (ends_with(line, name))
			count = (count == MISSING ? 0 : count) + sum_of_line(line);
	free(line);
	return count;
}

int64_t usage_memory_given_back(void)
{
	FILE *in = fopen("/proc/interrupts", "re");
	int64_t count;

	if (!in)
		return MISSING;
	count = usage_interrupts(in, "-reporting_vq");
	fclose(in);
	return count;
}
