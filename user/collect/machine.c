// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/collect/machine.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool machine_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	char *end;

	if (fd < 0)
		return false;
	n = read(fd, text, size - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	for (end = text + strlen(text); end > text && isspace((unsigned char)end[-1]); end--)
		end[-1] = '\0';
	return text[0];
}

bool machine_field(const char *path, const char *key, char *value, size_t size)
{
	FILE *f = fopen(path, "re");
	char line[4096], *colon;
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		colon = strchr(line, ':');
		if (!colon || strncmp(line, key, strlen(key)) ||
		    strspn(line + strlen(key), " \t") != (size_t)(colon - line) - strlen(key))
			continue;
		colon += 1 + strspn(colon + 1, " \t");
		colon[strcspn(colon, "\n")] = '\0';
		snprintf(value, size, "%s", colon);
		found = true;
	}
	if (f)
		fclose(f);
	return found;
}

#if defined(__aarch64__)

/* Processors say numbers: arch/arm64/include/asm/cputype.h. */
static const struct {
	unsigned int implementer, part;
	const char *name;
} processors[] = {
	{0x00, 0x051, "QEMU max"},	  {0x41, 0xd08, "Arm Cortex-A72"},
	{0x41, 0xd0b, "Arm Cortex-A76"},  {0x41, 0xd0c, "Arm Neoverse-N1"},
	{0x41, 0xd40, "Arm Neoverse-V1"}, {0x41, 0xd49, "Arm Neoverse-N2"},
	{0x41, 0xd4f, "Arm Neoverse-V2"}, {0xc0, 0xac3, "Ampere-1"},
};

bool machine_cpu(char *name, size_t size)
{
	char implementer[32], part[32];
	unsigned long by, which;

	if (!machine_field("/proc/cpuinfo", "CPU implementer", implementer, sizeof(implementer)) ||
	    !machine_field("/proc/cpuinfo", "CPU part", part, sizeof(part)))
		return false;
	by = strtoul(implementer, NULL, 16);
	which = strtoul(part, NULL, 16);
	snprintf(name, size, "arm64 implementer 0x%02lx part 0x%03lx", by, which);
	for (size_t i = 0; i < sizeof(processors) / sizeof(processors[0]); i++)
		if (processors[i].implementer == by && processors[i].part == which)
			snprintf(name, size, "%s", processors[i].name);
	return true;
}

/*
 * No instruction says it. Firmware may: /proc/device-tree, or the tables of a PC, in which a bare
 * machine of a cloud has the cloud's name, too.
 */
bool machine_hypervisor(char *name, size_t size)
{
	if (machine_file("/sys/hypervisor/type", name, size))
		return true;
	if (machine_file("/proc/device-tree/compatible", name, size) &&
	    !strcmp(name, "linux,dummy-virt")) {
		snprintf(name, size, "QEMU");
		return true;
	}
	return machine_file("/sys/class/dmi/id/sys_vendor", name, size) && !strcmp(name, "QEMU");
}

#else

bool machine_cpu(char *name, size_t size)
{
	return machine_field("/proc/cpuinfo", "model name", name, size);
}

/* The name that a hypervisor gives itself in CPUID leaf 0x40000000: "KVMKVMKVM", "TCGTCGTCGTCG". */
static bool cpuid_hypervisor(char name[13])
{
#if defined(__x86_64__)
	unsigned int a, b, c, d;

	__cpuid(0x40000000, a, b, c, d);
	memcpy(name, &b, 4);
	memcpy(name + 4, &c, 4);
	memcpy(name + 8, &d, 4);
	name[12] = '\0';
	return isprint((unsigned char)name[0]);
#else
	(void)name;
	return false;
#endif
}

bool machine_hypervisor(char *name, size_t size)
{
	static const struct {
		const char *signature, *name;
	} known[] = {
		{"KVMKVMKVM", "KVM"},	    {"TCGTCGTCGTCG", "QEMU"},	 {"XenVMMXenVMM", "Xen"},
		{"VMwareVMware", "VMware"}, {"Microsoft Hv", "Hyper-V"}, {"bhyve bhyve ", "bhyve"},
	};
	char flags[4096], signature[13];
	const char *said = signature;

	if (machine_file("/sys/hypervisor/type", name, size))
		return true;
	if (!machine_field("/proc/cpuinfo", "flags", flags, sizeof(flags)) ||
	    !strstr(flags, " hypervisor"))
		said = "none";
	else if (!cpuid_hypervisor(signature))
		said = "yes";
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (said == signature && !strcmp(signature, known[i].signature))
			said = known[i].name;
	snprintf(name, size, "%s", said);
	return true;
}

#endif
