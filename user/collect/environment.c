// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/collect/environment.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <gnu/libc-version.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench/shared/units.h"
#include "user/collect/machine.h"
#include "user/text/strbuf.h"

static int add_file(struct run *r, const char *name, const char *path)
{
	char text[256];

	return run__add_env_text(r, name, machine_file(path, text, sizeof(text)) ? text : NULL);
}

static int add_number_file(struct run *r, const char *name, const char *path)
{
	char text[64], *end;
	long long n;

	if (!machine_file(path, text, sizeof(text)))
		return run__add_env_number(r, name, MISSING);
	n = strtoll(text, &end, 10);
	return run__add_env_number(r, name, end != text && !*end ? n : MISSING);
}

/* Of a choice like "always [madvise] never": the word in brackets. NULL: none is chosen. */
static const char *chosen(char *text)
{
	char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;

	if (!close)
		return NULL;
	*close = '\0';
	return open + 1;
}

static int add_chosen(struct run *r, const char *name, const char *path)
{
	char text[256];
	const char *word;

	if (!machine_file(path, text, sizeof(text)))
		return run__add_env_text(r, name, NULL);
	word = chosen(text);
	return run__add_env_text(r, name, word ? word : text);
}

static int add_hypervisor(struct run *r)
{
	char text[256];

	return run__add_env_text(r, "hypervisor",
				 machine_hypervisor(text, sizeof(text)) ? text : NULL);
}

static int add_cpu(struct run *r)
{
	char text[256];

	return run__add_env_text(r, "cpu_model", machine_cpu(text, sizeof(text)) ? text : NULL);
}

static int add_cpu_field(struct run *r, const char *name, const char *field)
{
	char text[4096];
	bool found = machine_field("/proc/cpuinfo", field, text, sizeof(text));

	return run__add_env_text(r, name, found ? text : NULL);
}

static int add_memory(struct run *r)
{
	char text[64];
	bool found = machine_field("/proc/meminfo", "MemTotal", text, sizeof(text)); /* in KiB */

	return run__add_env_number(r, "memory_bytes", found ? atoll(text) * 1024 : MISSING);
}

/*
 * Of many files, each with the part of its path for the *. Of sizes of folios what is chosen:
 * "64kB=madvise ...". Of vulnerabilities what the kernel does against each.
 */
static int add_files(struct run *r, const char *name, const char *pattern, bool choices)
{
	struct strbuf all = {0};
	glob_t found = {0};
	char text[256];
	int err;

	glob(pattern, 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *of = found.gl_pathv[i] + strcspn(pattern, "*"), *word = text;

		if (!machine_file(found.gl_pathv[i], text, sizeof(text)))
			continue;
		if (choices)
			word = chosen(text);
		if (word && strcmp(word, "Not affected"))
			strbuf__add(&all, "%s%.*s%s%s",
				    !all.length ? ""
				    : choices	? " "
						: "; ",
				    (int)strcspn(of, "/"), of, choices ? "=" : ": ", word);
	}
	globfree(&found);
	err = all.failed ? -ENOMEM : run__add_env_text(r, name, all.text);
	strbuf__free(&all);
	return err;
}

/* CPUs that the kernel has prepared for, of a list such as "0-3,8": some data is for each. */
static int64_t count_possible_cpus(void)
{
	char list[4096], *at = list;
	int64_t count = 0;

	if (!machine_file("/sys/devices/system/cpu/possible", list, sizeof(list)))
		return MISSING;
	while (isdigit((unsigned char)*at)) {
		long first = strtol(at, &at, 10), last = first;

		if (*at == '-')
			last = strtol(at + 1, &at, 10);
		count += last - first + 1;
		at += *at == ',';
	}
	return *at || count <= 0 ? MISSING : count;
}

/* The value of a word NAME=VALUE on the kernel's command line. */
static bool boot_word(const char *name, char *value, size_t size)
{
	char line[4096], *save = NULL;

	if (!machine_file("/proc/cmdline", line, sizeof(line)))
		return false;
	for (char *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (strncmp(word, name, strlen(name)) || word[strlen(name)] != '=')
			continue;
		snprintf(value, size, "%s", word + strlen(name) + 1);
		return true;
	}
	return false;
}

const char *environment_clock(void)
{
	char value[64];

	return boot_word("lab.clock", value, sizeof(value)) && !strcmp(value, CLOCK_OF_LAB)
		       ? CLOCK_OF_LAB
		       : CLOCK_OF_MACHINE;
}

/* Not in the lab, where each run begins at the same moment. */
static int add_taken(struct run *r)
{
	struct timespec t;

	if (clock_counts_instructions(environment_clock()) || clock_gettime(CLOCK_REALTIME, &t))
		return run__add_env_number(r, "taken_ms", MISSING);
	return run__add_env_number(r, "taken_ms", t.tv_sec * 1000LL + t.tv_nsec / 1000000);
}

/* What the lab's `boot` says about itself; nothing on another machine. */
static int add_boot_word(struct run *r, const char *word, const char *name)
{
	char value[64];

	if (!boot_word(word, value, sizeof(value)))
		return 0;
	return run__add_env_text(r, name, value);
}

int environment_read(struct run *r, const char *libc)
{
	const char *cpu = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
	const char *clock = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
	const char *thp = "/sys/kernel/mm/transparent_hugepage/enabled";
	const char *mthp = "/sys/kernel/mm/transparent_hugepage/hugepages-*/enabled";
	const char *vulnerabilities = "/sys/devices/system/cpu/vulnerabilities/*";
	struct utsname u;
	char ours[64];
	int err;

	snprintf(ours, sizeof(ours), "glibc %s", gnu_get_libc_version());
	if (uname(&u))
		return -errno;
	if ((err = run__add_env_text(r, "kernel_release", u.release)) ||
	    (err = run__add_env_text(r, "kernel_build", u.version)) ||
	    (err = run__add_env_text(r, "machine", u.machine)) || (err = add_cpu(r)) ||
	    (err = add_hypervisor(r)) ||
	    (err = run__add_env_number(r, "cpus", sysconf(_SC_NPROCESSORS_ONLN))) ||
	    (err = run__add_env_number(r, "possible_cpus", count_possible_cpus())) ||
	    (err = add_cpu_field(r, "microcode", "microcode")) || (err = add_memory(r)) ||
	    (err = add_chosen(r, "thp", thp)) || (err = add_files(r, "mthp", mthp, true)) ||
	    (err = add_number_file(r, "aslr", "/proc/sys/kernel/randomize_va_space")) ||
	    (err = run__add_env_text(r, "aslr_personality",
				     personality(0xffffffff) & ADDR_NO_RANDOMIZE ? "off" : "on")) ||
	    (err = add_files(r, "mitigations", vulnerabilities, false)) ||
	    (err = add_file(r, "governor", cpu)) ||
	    (err = add_number_file(r, "overcommit", "/proc/sys/vm/overcommit_memory")) ||
	    (err = add_file(r, "clocksource", clock)) ||
	    (err = run__add_env_text(r, "libc", libc ? libc : ours)) ||
	    (err = run__add_env_number(r, "page_bytes", sysconf(_SC_PAGESIZE))) ||
	    (err = add_taken(r)) || (err = add_boot_word(r, "lab.qemu", "qemu")) ||
	    (err = add_boot_word(r, "lab.rule", "counting_rule")))
		return err;
	return 0;
}

/* In clock ticks, of all CPUs since boot: the sum of the first eight fields, and the eighth. */
static void read_ticks(int64_t *all, int64_t *steal)
{
	char text[512], *at = text + strlen("cpu");

	*all = *steal = MISSING;
	if (!machine_file("/proc/stat", text, sizeof(text)) || strncmp(text, "cpu ", 4) != 0)
		return;
	*all = 0;
	for (int i = 0; i < 8; i++) {
		char *end;

		*steal = strtoll(at, &end, 10);
		if (end == at) {
			*all = *steal = MISSING;
			return;
		}
		*all += *steal;
		at = end;
	}
}

static int64_t read_load(void)
{
	char text[64];
	int whole, hundredths;

	if (!machine_file("/proc/loadavg", text, sizeof(text)) ||
	    sscanf(text, "%d.%2d", &whole, &hundredths) != 2)
		return MISSING;
	return 1000LL * whole + 10LL * hundredths;
}

void environment_begin(struct run *r)
{
	if (run__counts_instructions(r))
		return;
	read_ticks(&r->end.cpu_ticks, &r->end.steal_ticks);
	r->end.load_begin_milli = read_load();
}

static int64_t since(int64_t before, int64_t now)
{
	return before == MISSING || now == MISSING ? MISSING : now - before;
}

void environment_end(struct run *r)
{
	int64_t all, steal;

	if (run__counts_instructions(r))
		return;
	read_ticks(&all, &steal);
	r->end.cpu_ticks = since(r->end.cpu_ticks, all);
	/* Of a run shorter than a tick nothing is known. */
	if (r->end.cpu_ticks == 0)
		r->end.cpu_ticks = MISSING;
	r->end.steal_ticks = since(r->end.steal_ticks, steal);
	r->end.load_end_milli = read_load();
}
