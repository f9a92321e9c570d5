// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/experiments/findings.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/text.h"

static struct finding *finding(struct findings *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(f->v[i].name, name))
			return &f->v[i];
	return NULL;
}

void findings__add(struct findings *f, const char *name, int64_t value)
{
	struct finding *found = finding(f, name);

	if (found && found->n < FINDING_VALUES)
		found->v[found->n++] = value;
}

static void say_absent(struct finding *found, const char *why, va_list args)
{
	found->n = 0;
	vsnprintf(found->absent, sizeof(found->absent), why, args);
}

void findings__absent(struct findings *f, const char *name, const char *why, ...)
{
	struct finding *found = finding(f, name);
	va_list args;

	if (!found)
		return;
	va_start(args, why);
	say_absent(found, why, args);
	va_end(args);
}

void findings__absent_all(struct findings *f, const char *why, ...)
{
	va_list args;

	for (size_t i = 0; i < f->n; i++) {
		va_start(args, why);
		say_absent(&f->v[i], why, args);
		va_end(args);
	}
}

int experiment_fork(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent))
		_exit(1);
	return pid;
}

int experiment_try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return errno;
	waitpid(pid, NULL, 0);
	return 0;
}

int experiment_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);
}

/* Whether there is memory for it and for a copy, so that nobody is killed for it. */
static bool is_there(size_t bytes)
{
	char info[8192];
	int64_t available;

	return text_read("/proc/meminfo", info, sizeof(info)) > 0 &&
	       !text_field_kb(info, "MemAvailable", &available) && available / 3 > (int64_t)bytes;
}

char *experiment_memory(size_t bytes)
{
	char *p;

	if (!is_there(bytes))
		return NULL;
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	madvise(p, bytes, MADV_NOHUGEPAGE);
	memset(p, 1, bytes);
	return p;
}

void *experiment_page(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}
