// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Runs a command in the lab's guest and writes where its programs lie in memory: for each program
 * that it or a descendant executes, as that first exits, a line "program PATH" and the lines of
 * /proc/PID/maps. In the lab these addresses are the same in each run. Copies the vDSO, an ELF file
 * that is in memory only, to FILE.vdso.
 *
 * Usage: maps FILE COMMAND [ARG]...
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAMS_MAX 64

static char *seen[PROGRAMS_MAX];
static size_t seen_count;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "maps: %s: %s\n", what, strerror(errno));
	exit(2);
}

static bool is_new(const char *program)
{
	for (size_t i = 0; i < seen_count; i++) {
		if (!strcmp(seen[i], program))
			return false;
	}
	if (seen_count == PROGRAMS_MAX || !(seen[seen_count] = strdup(program)))
		return false;
	seen_count++;
	return true;
}

/* Copies the memory of this line of maps to a file. */
static void copy_vdso(pid_t pid, const char *line, const char *to)
{
	unsigned long from, until;
	char path[64], *memory;
	FILE *in, *out;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	in = fopen(path, "re");
	out = fopen(to, "we");
	if (in && out && sscanf(line, "%lx-%lx", &from, &until) == 2 &&
	    (memory = malloc(until - from))) {
		if (!fseeko(in, (off_t)from, SEEK_SET) && fread(memory, until - from, 1, in) == 1)
			fwrite(memory, until - from, 1, out);
		free(memory);
	}
	if (in)
		fclose(in);
	if (out)
		fclose(out);
}

static void record(FILE *out, const char *vdso, pid_t pid)
{
	char path[64], program[PATH_MAX], line[PATH_MAX + 128];
	ssize_t length;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	length = readlink(path, program, sizeof(program) - 1);
	if (length < 0)
		return;
	program[length] = '\0';
	if (!is_new(program))
		return;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return;
	fprintf(out, "program %s\n", program);
	while (fgets(line, sizeof(line), maps)) {
		fputs(line, out);
		if (strstr(line, "[vdso]"))
			copy_vdso(pid, line, vdso);
	}
	fclose(maps);
}

static pid_t start(char **argv)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		die("ptrace");
	raise(SIGSTOP);
	execvp(argv[0], argv);
	die(argv[0]);
}

int main(int argc, char **argv)
{
	const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK |
			     PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
	int status, result = 2;
	char vdso[PATH_MAX];
	pid_t first, pid;
	FILE *out;

	if (argc < 3) {
		fprintf(stderr, "Usage: maps FILE COMMAND [ARG]...\n");
		return 2;
	}
	out = fopen(argv[1], "we");
	if (!out)
		die(argv[1]);
	snprintf(vdso, sizeof(vdso), "%s.vdso", argv[1]);
	first = start(argv + 2);
	if (waitpid(first, &status, 0) < 0 || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, first, NULL, options))
		die("ptrace");
	ptrace(PTRACE_CONT, first, NULL, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		long signal = 0;

		if (!WIFSTOPPED(status)) {
			if (pid == first)
				result = WIFEXITED(status) ? WEXITSTATUS(status) : 2;
			continue;
		}
		if (status >> 16 == PTRACE_EVENT_EXIT)
			record(out, vdso, pid);
		/* New processes begin with a SIGSTOP. */
		if (!(status >> 16) && WSTOPSIG(status) != SIGSTOP)
			signal = WSTOPSIG(status);
		ptrace(PTRACE_CONT, pid, NULL, signal);
	}
	return fclose(out) ? 2 : result;
}
