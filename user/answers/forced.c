// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/forced.h"

#include <fnmatch.h>
#include <string.h>

#include "user/text/utf8.h"

/* Frames that a path shows of the program's, and bytes of each. */
#define PATH_FRAMES 3
#define PATH_WIDTH  40

#define CPYTHON "https://github.com/python/cpython/blob/v3.12.1/Modules/_posixsubprocess.c"
#define PYTHON_FORKS                                                                               \
	"subprocess forks if preexec_fn, user, group or extra_groups is given; before 3.10 and "   \
	"in 3.12.0 unless close_fds=False lets it use posix_spawn"
#define PYTHON_OS "os.fork(), which is also multiprocessing's start method before 3.14"

#define GLIBC                                                                                      \
	"https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/posix/spawni.c;hb=glibc-2.23"

/*
 * Where a row is not sure which of its conditions held, `why` has them all. Debian's python3 has
 * _posixsubprocess inside, without the names of its functions.
 */
const struct forced forced_rows[] = {
	{"CPython", "_posixsubprocess.*", FORCED_BY_FIRST, NULL, FORCED_EXECS, PYTHON_FORKS,
	 CPYTHON, "2026-11-29"},
	{"CPython", "do_fork_exec*", FORCED_BY_FIRST, "*PyEval_*", FORCED_EXECS, PYTHON_FORKS,
	 CPYTHON, "2026-11-29"},
	{"CPython", "os_fork*", FORCED_BY_FIRST, "*PyEval_*", FORCED_ANY, PYTHON_OS,
	 "https://docs.python.org/3/library/multiprocessing.html", "2026-11-29"},
	{"CPython", "*python3*+0x*", FORCED_BY_FIRST, "*PyEval_*", FORCED_EXECS,
	 PYTHON_FORKS "; or os.fork() and an exec", CPYTHON, "2026-11-29"},
	{"CPython", "*python3*+0x*", FORCED_BY_FIRST, "*PyEval_*", FORCED_STAYS, PYTHON_OS,
	 "https://docs.python.org/3/library/multiprocessing.html", "2026-11-29"},
	{"Rust", "*3std3sys*7Command5spawn*", FORCED_ANYWHERE, NULL, FORCED_ANY,
	 "Command forks with pre_exec, uid, gid, groups or chroot, if PATH is set for a program "
	 "given by name, or if the C library cannot do what is asked (glibc before 2.24, "
	 "current_dir before 2.29); else it uses posix_spawn, since 2018",
	 "https://github.com/rust-lang/rust/blob/main/library/std/src/sys/process/unix/unix.rs",
	 "2026-11-29"},
	{"JDK", "Java_java_lang_*_forkAndExec", FORCED_ANYWHERE, NULL, FORCED_ANY,
	 "-Djdk.lang.Process.launchMechanism=FORK is set; the default is POSIX_SPAWN since JDK 13, "
	 "VFORK before",
	 "https://bugs.java.com/bugdatabase/view_bug?bug_id=8357180", "2026-11-29"},
	{"GLib", "g_spawn_*", FORCED_ANYWHERE, NULL, FORCED_ANY,
	 "g_spawn forks with child_setup, a working directory or SEARCH_PATH_FROM_ENVP, and "
	 "without LEAVE_DESCRIPTORS_OPEN or DO_NOT_REAP_CHILD; before 2.58 always",
	 "https://gitlab.gnome.org/GNOME/glib/-/blob/main/glib/gspawn-posix.c", "2026-11-29"},
	{"libuv", "uv_spawn", FORCED_ANYWHERE, NULL, FORCED_ANY,
	 "uv_spawn, so Node's child_process, always forks up to libuv 1.52.1; after it, only with "
	 "uid or gid, or where posix_spawn cannot do what is asked",
	 "https://github.com/libuv/libuv/commit/40d45efeb", "2026-11-29"},
	{"Go", "syscall.forkAndExecInChild*", FORCED_ANYWHERE, NULL, FORCED_ANY,
	 "a new user namespace (CLONE_NEWUSER) is asked for; before Go 1.9 always",
	 "https://github.com/golang/go/blob/master/src/syscall/exec_linux.go", "2026-11-29"},
	{"glibc", "posix_spawn*", FORCED_BY_LIBC, NULL, FORCED_ANY,
	 "posix_spawn before 2.24 forks if file actions or attributes are given without "
	 "POSIX_SPAWN_USEVFORK",
	 GLIBC, "2026-11-29"},
	{"glibc", "system", FORCED_BY_LIBC, NULL, FORCED_ANY, "system forks before 2.29",
	 "https://sourceware.org/git/?p=glibc.git;a=commit;h=5fb7fc9635", "2026-11-29"},
	{"glibc", "popen", FORCED_BY_LIBC, NULL, FORCED_ANY, "popen forks before 2.29",
	 "https://sourceware.org/git/?p=glibc.git;a=commit;h=14d0e87d9b", "2026-11-29"},
	{"Redis", "redisFork", FORCED_ANYWHERE, NULL, FORCED_STAYS,
	 "BGSAVE, BGREWRITEAOF, a replica's full synchronisation or a module needs a snapshot of "
	 "the memory, which only fork makes",
	 "https://github.com/redis/redis/blob/7.0/src/server.c", "2026-11-29"},
};

const size_t forced_row_count = sizeof(forced_rows) / sizeof(forced_rows[0]);

static bool matches(const char *pattern, const char *frame)
{
	return !fnmatch(pattern, frame, 0);
}

static const char *next_frame(const char *frame)
{
	return frame + strlen(frame) + 1;
}

static bool has_frame(const struct stack *s, const char *pattern)
{
	const char *frame = s->frames;

	for (size_t i = 0; i < s->count; i++, frame = next_frame(frame))
		if (matches(pattern, frame))
			return true;
	return false;
}

/* Whether the row is recognised by this frame, number `i`. */
static bool is_of(const struct forced *row, const struct stack *s, size_t i, const char *frame,
		  bool execs)
{
	if (row->children == (execs ? FORCED_STAYS : FORCED_EXECS))
		return false;
	if (row->where == FORCED_BY_LIBC
		    ? i >= s->libc
		    : i < s->libc || (row->where == FORCED_BY_FIRST && i > s->libc))
		return false;
	return matches(row->frame, frame) && (!row->also || has_frame(s, row->also));
}

/* The innermost function that a row names made the call; those before it made that do it. */
const struct forced *forced_of(const struct stack *s, bool execs)
{
	const char *frame = s->frames;

	for (size_t i = 0; i < s->count; i++, frame = next_frame(frame))
		for (size_t r = 0; r < forced_row_count; r++)
			if (is_of(&forced_rows[r], s, i, frame, execs))
				return &forced_rows[r];
	return NULL;
}

bool forced_asked(const struct group *g)
{
	return g->stack && g->key.method == CLONE_METHOD_FORK;
}

const struct forced *forced_of_group(const struct group *g)
{
	return forced_asked(g) ? forced_of(g->stack, g->execs > 0) : NULL;
}

void forced_add_path(struct strbuf *text, const struct stack *s)
{
	size_t first = s->libc ? s->libc - 1 : 0, end = s->libc + PATH_FRAMES;
	const char *frame = s->frames;
	char name[PATH_WIDTH + 4];

	for (size_t i = 0; i < s->count && i < end; i++, frame = next_frame(frame)) {
		if (i < first)
			continue;
		strbuf__add(text, "%s%s", i > first ? " < " : "",
			    utf8_cut(frame, PATH_WIDTH, name));
	}
	if (s->count > end)
		strbuf__add(text, " < ..");
}
