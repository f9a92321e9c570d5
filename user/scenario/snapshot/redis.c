// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/snapshot/redis.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/base/interrupt.h"
#include "user/base/program_path.h"
#include "user/scenario/snapshot/database.h"

#define SOCKET	    "socket"
#define PATIENCE_NS (20 * NS_PER_S)

char *redis_path(void)
{
	char *path = program_path("redis-server");

	if (path && !strchr(path, '/')) {
		free(path);
		path = NULL;
	}
	return path;
}

/* Versions before 6.0 do not know the options of the CPUs. */
static _Noreturn void run_server(const char *path, const char *folder, struct placement cpus)
{
	char child[16], server[16];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || chdir(folder))
		_exit(1);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	interrupt_restore();
	snprintf(child, sizeof(child), "%d", cpus.child);
	snprintf(server, sizeof(server), "%d", cpus.server);
	execl(path, "redis-server", "--port", "0", "--unixsocket", SOCKET, "--save", "", "--dir",
	      ".", "--rdbcompression", "no", "--appendonly", "no", "--daemonize", "no",
	      cpus.child < 0 ? (char *)NULL : "--bgsave_cpulist", child, "--server_cpulist", server,
	      (char *)NULL);
	_exit(1);
}

/* 0, -EAGAIN: it does not listen yet, or -errno. */
static int try_to_connect(const struct redis *r, int fd)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	if (snprintf(to.sun_path, sizeof(to.sun_path), "%s/" SOCKET, r->folder) >=
	    (int)sizeof(to.sun_path))
		return -ENAMETOOLONG;
	if (!connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return 0;
	return errno == ENOENT || errno == ECONNREFUSED ? -EAGAIN : -errno;
}

/* Else it would be waited for in vain. */
static bool has_ended(pid_t pid)
{
	siginfo_t info = {0};

	return !waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid;
}

int redis__start(struct redis *r, struct stage *s, const char *path, const char *where,
		 struct placement cpus)
{
	int64_t end = now_ns() + PATIENCE_NS;
	int err;

	*r = (struct redis){.fd = -1};
	err = crew__folder(&s->crew, where, r->folder, s->why);
	if (err)
		return err;
	r->pid = crew__fork(&s->crew);
	if (!r->pid)
		run_server(path, r->folder, cpus);
	if (r->pid < 0) {
		err = r->pid;
		r->pid = 0;
		return stage__fail(s, err, "fork");
	}
	crew__guard(&s->crew, r->pid);
	r->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (r->fd < 0)
		return stage__fail(s, -errno, "socket");
	while ((err = try_to_connect(r, r->fd)) == -EAGAIN && now_ns() < end && !has_ended(r->pid))
		usleep(5000);
	if (err == -EAGAIN && has_ended(r->pid))
		return fault__set(s->why, -ECHILD,
				  "%s ended before it listened (6.0 or later is needed)", path);
	return err ? fault__set(s->why, err, "%s does not listen: %s", path, strerror(-err)) : 0;
}

int redis__fill(struct load *l, uint64_t first, uint64_t count)
{
	static const char script[] =
		"local v = string.rep('x', tonumber(ARGV[3])) "
		"for i = ARGV[1], ARGV[2] do redis.call('set', string.format('key:%010d', i), v) "
		"end return 1";
	char from[32], to[32], bytes[32];

	snprintf(from, sizeof(from), "%" PRIu64, first);
	snprintf(to, sizeof(to), "%" PRIu64, first + count - 1);
	snprintf(bytes, sizeof(bytes), "%d", DATABASE_VALUE_BYTES);
	return load__command(l, (const char *const[]){"EVAL", script, "0", from, to, bytes, NULL});
}

void redis__stop(struct redis *r, struct stage *s)
{
	if (r->fd >= 0)
		close(r->fd);
	if (r->pid > 0) {
		crew__kill(&s->crew, r->pid);
		crew__guard(&s->crew, 0);
	}
	crew__end_folder(&s->crew);
}
