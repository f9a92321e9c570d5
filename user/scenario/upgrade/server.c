// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/upgrade/server.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/scenario/crew.h"
#include "user/scenario/upgrade/state.h"
#include "user/text/hash.h"

static struct upgrade_server server;

/* Open descriptors, but for the connections and the one that counts them. */
static uint32_t count_descriptors(const struct upgrade_server *u)
{
	DIR *folder = opendir("/proc/self/fd");
	uint32_t count = 0;

	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	/* ".", "..", and the folder itself. */
	return count < 3 ? 0 : count - 3 - u->s.connection_count;
}

static void report(const struct upgrade_server *u, struct upgrade_report *r)
{
	r->pid = getpid();
	r->parent = getppid();
	r->version = u->s.version;
	r->kept_bytes = u->s.kept_bytes;
	r->descriptors = count_descriptors(u);
	send(u->control, r, sizeof(*r), MSG_NOSIGNAL);
}

static void send_answer(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n < 0)
			return; /* the client is gone */
		text += n;
		len -= n;
	}
}

/* One line, with its end. */
static void serve_line(struct upgrade_server *u, int fd, const char *line, size_t len)
{
	char answer[128], *rest;
	unsigned long client = strtoul(line, &rest, 10);
	uint64_t number = strtoull(rest, NULL, 10), *hash;

	if (client >= UPGRADE_CLIENTS_MAX || number != u->s.clients[client].next) {
		send_answer(fd, "what?\n", 6);
		return;
	}
	u->s.clients[client].next++;
	hash = &u->s.clients[client].hash;
	*hash = hash_bytes(*hash, line, len);
	upgrade_alter(u->memory, u->s.bytes, *hash, number);
	send_answer(fd, answer,
		    snprintf(answer, sizeof(answer), "%lu %" PRIu64 " %016" PRIx64 " %u\n", client,
			     number, *hash, u->s.version));
}

static void serve_input(struct upgrade_server *u, struct connection *c)
{
	char *at = c->input, *end = c->input + c->have, *eol;

	while ((eol = memchr(at, '\n', end - at))) {
		serve_line(u, c->fd, at, eol + 1 - at);
		at = eol + 1;
	}
	c->have = end - at;
	memmove(c->input, at, c->have);
}

static void accept_client(struct upgrade_server *u)
{
	int fd = accept4(u->listener, NULL, NULL, SOCK_CLOEXEC), on = 1;

	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (u->s.connection_count == UPGRADE_CONNECTIONS_MAX ||
	    connection__open(&u->connections[u->s.connection_count], fd))
		close(fd);
	else
		u->s.connection_count++;
}

static void quit(struct upgrade_server *u)
{
	struct upgrade_report r = {.helper_status = -1};
	int status;

	close(u->helper_fd);
	if (waitpid(u->s.helper, &status, 0) == u->s.helper && WIFEXITED(status))
		r.helper_status = WEXITSTATUS(status);
	r.state_hash = hash_bytes(HASH_BEGIN, u->memory, u->s.bytes);
	report(u, &r);
	_exit(0);
}

static _Noreturn void execute(int fd, pid_t keeper, int64_t forked_ns)
{
	char texts[UPGRADE_RESUME_ARGS][24];

	/* All others are closed by exec. */
	fcntl(fd, F_SETFD, 0);
	snprintf(texts[0], sizeof(texts[0]), "%d", fd);
	snprintf(texts[1], sizeof(texts[1]), "%d", keeper);
	snprintf(texts[2], sizeof(texts[2]), "%" PRId64, forked_ns);
	snprintf(texts[3], sizeof(texts[3]), "%" PRId64, now_ns());
	execl("/proc/self/exe", "spawnscope", "scenario", UPGRADE_RESUME, texts[0], texts[1],
	      texts[2], texts[3], (char *)NULL);
	_exit(1);
}

static void upgrade(struct upgrade_server *u)
{
	pid_t parent = getpid(), keeper;
	int ends[2];

	u->s.begin_ns = now_ns();
	u->s.kept_bytes = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		_exit(1);
	keeper = fork();
	if (keeper < 0)
		_exit(1);
	if (!keeper) {
		crew_die_with(parent);
		close(ends[0]);
		keeper_run(u, ends[1]);
	}
	execute(ends[0], keeper, now_ns());
}

static void obey(struct upgrade_server *u)
{
	char byte;

	if (recv(u->control, &byte, 1, 0) != 1)
		_exit(1);
	if (byte == UPGRADE_QUIT)
		quit(u);
	upgrade(u);
}

static void serve_connections(struct upgrade_server *u)
{
	for (uint32_t i = u->s.connection_count; i-- > 0;) {
		struct connection *c = &u->connections[i];

		connection__read(c);
		serve_input(u, c);
		if (!c->ended)
			continue;
		connection__close(c);
		*c = u->connections[--u->s.connection_count];
	}
}

static _Noreturn void serve(struct upgrade_server *u)
{
	struct pollfd p[UPGRADE_CONNECTIONS_MAX + 2];

	for (;;) {
		uint32_t n;

		/* What the keeper has read is there without a poll. */
		serve_connections(u);
		n = u->s.connection_count;
		for (uint32_t i = 0; i < n; i++)
			p[i] = (struct pollfd){.fd = u->connections[i].fd, .events = POLLIN};
		p[n] = (struct pollfd){.fd = u->control, .events = POLLIN};
		p[n + 1] = (struct pollfd){.fd = u->listener, .events = POLLIN};
		if (poll(p, n + 2, -1) < 0)
			continue;
		if (p[n].revents)
			obey(u);
		if (p[n + 1].revents)
			accept_client(u);
	}
}

/* A child that lives as long as the server, and which every version can wait for. */
static pid_t start_helper(int *fd)
{
	pid_t parent = getpid(), pid;
	int ends[2];
	char byte;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		crew_die_with(parent);
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) ? 1 : UPGRADE_HELPER_STATUS);
	}
	close(ends[0]);
	*fd = ends[1];
	return pid;
}

void upgrade_serve(int control, int listener, int64_t state_bytes)
{
	struct upgrade_server *u = &server;
	struct upgrade_report r = {.helper_status = -1};

	/* Nothing of this program but these two; neither number is that of a standard stream. */
	control = fcntl(control, F_DUPFD, 100);
	listener = fcntl(listener, F_DUPFD, 102);
	close_range(STDERR_FILENO + 1, 99, 0);
	u->control = fcntl(control, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	u->listener = fcntl(listener, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	close_range(100, ~0U, 0);
	u->s.bytes = state_bytes;
	for (int i = 0; i < UPGRADE_CLIENTS_MAX; i++)
		u->s.clients[i].hash = HASH_BEGIN;
	u->memory =
		mmap(NULL, state_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (u->control < 0 || u->listener < 0 || u->memory == MAP_FAILED)
		_exit(1);
	memset(u->memory, 'x', state_bytes);
	u->s.helper = start_helper(&u->helper_fd);
	if (u->s.helper < 0)
		_exit(1);
	report(u, &r);
	serve(u);
}

void upgrade_resume(char *const *args)
{
	struct upgrade_report r = {.helper_status = -1, .main_ns = now_ns()};
	int fd = (int)strtol(args[0], NULL, 10);
	pid_t keeper = (pid_t)strtol(args[1], NULL, 10);
	struct upgrade_server *u = &server;

	r.forked_ns = strtoll(args[2], NULL, 10);
	r.exec_ns = strtoll(args[3], NULL, 10);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) || keeper_take_back(u, fd))
		_exit(1);
	close(fd);
	r.back_ns = now_ns();
	r.begin_ns = u->s.begin_ns;
	u->s.version++;
	/* It is our child, as it was the old version's. */
	if (waitpid(keeper, NULL, 0) != keeper)
		_exit(1);
	report(u, &r);
	serve(u);
}
