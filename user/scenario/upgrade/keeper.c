// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "user/scenario/upgrade/state.h"

int connection__open(struct connection *c, int fd)
{
	*c = (struct connection){.fd = fd, .input = malloc(INPUT_BYTES)};
	return c->input ? 0 : -ENOMEM;
}

void connection__close(struct connection *c)
{
	close(c->fd);
	free(c->input);
	*c = (struct connection){.fd = -1};
}

bool connection__read(struct connection *c)
{
	ssize_t n;

	if (c->have == INPUT_BYTES || c->ended)
		return false;
	n = recv(c->fd, c->input + c->have, INPUT_BYTES - c->have, MSG_DONTWAIT);
	if (n > 0)
		c->have += n;
	else if (!n || (errno != EAGAIN && errno != EINTR))
		c->ended = true;
	return n > 0;
}

static int send_all(int fd, const void *from, size_t size)
{
	const char *at = from;

	while (size > 0) {
		ssize_t n = send(fd, at, size, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			at += n;
			size -= n;
		}
	}
	return 0;
}

static int receive_all(int fd, void *to, size_t size)
{
	char *at = to;

	while (size > 0) {
		ssize_t n = recv(fd, at, size, 0);

		if (!n || (n < 0 && errno != EINTR))
			return n ? -errno : -EPIPE;
		if (n > 0) {
			at += n;
			size -= n;
		}
	}
	return 0;
}

/* Room for a message of one descriptor (unix(7), SCM_RIGHTS). */
union rights {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(int))];
};

/* A descriptor and a number. */
static int send_descriptor(int fd, int descriptor, uint64_t number)
{
	struct iovec part = {&number, sizeof(number)};
	union rights rights = {0};
	struct msghdr m = {.msg_iov = &part,
			   .msg_iovlen = 1,
			   .msg_control = &rights,
			   .msg_controllen = sizeof(rights)};

	rights.head = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(&rights.head), &descriptor, sizeof(int));
	return sendmsg(fd, &m, MSG_NOSIGNAL) == sizeof(number) ? 0 : errno ? -errno : -EPIPE;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): written to by way of the message */
static int receive_descriptor(int fd, int *descriptor, uint64_t *number)
{
	struct iovec part = {number, sizeof(*number)};
	union rights rights;
	struct msghdr m = {.msg_iov = &part,
			   .msg_iovlen = 1,
			   .msg_control = &rights,
			   .msg_controllen = sizeof(rights)};
	ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC | MSG_WAITALL);

	if (n != sizeof(*number))
		return n < 0 ? -errno : -EPIPE;
	if (m.msg_controllen < sizeof(struct cmsghdr) || rights.head.cmsg_type != SCM_RIGHTS)
		return -EPROTO;
	memcpy(descriptor, CMSG_DATA(&rights.head), sizeof(int));
	return 0;
}

static int give(const struct upgrade_server *u, int fd)
{
	int err = send_all(fd, &u->s, sizeof(u->s));

	if (!err)
		err = send_descriptor(fd, u->control, 0);
	if (!err)
		err = send_descriptor(fd, u->listener, 0);
	if (!err)
		err = send_descriptor(fd, u->helper_fd, 0);
	for (uint32_t i = 0; i < u->s.connection_count && !err; i++) {
		const struct connection *c = &u->connections[i];

		err = send_descriptor(fd, c->fd, c->have);
		if (!err)
			err = send_all(fd, c->input, c->have);
	}
	return err ? err : send_all(fd, u->memory, u->s.bytes);
}

/* Reads what arrives on the connections. */
static void keep(struct upgrade_server *u, const struct pollfd *p)
{
	for (uint32_t i = 0; i < u->s.connection_count; i++) {
		size_t had = u->connections[i].have;

		if (p[i].revents)
			connection__read(&u->connections[i]);
		u->s.kept_bytes += u->connections[i].have - had;
	}
}

void keeper_run(struct upgrade_server *u, int fd)
{
	struct pollfd p[UPGRADE_CONNECTIONS_MAX + 1];
	uint32_t n = u->s.connection_count;
	char byte;

	for (;;) {
		for (uint32_t i = 0; i < n; i++) {
			const struct connection *c = &u->connections[i];
			/* One that can take no more stays in the kernel's buffers. */
			bool open = !c->ended && c->have < INPUT_BYTES;

			p[i] = (struct pollfd){.fd = open ? c->fd : -1, .events = POLLIN};
		}
		p[n] = (struct pollfd){.fd = fd, .events = POLLIN};
		if (poll(p, n + 1, -1) < 0)
			continue;
		keep(u, p);
		if (p[n].revents)
			break;
	}
	_exit(recv(fd, &byte, 1, 0) == 1 && !give(u, fd) ? 0 : 1);
}

static int take_connection(struct connection *c, int fd)
{
	uint64_t have;
	int socket = -1, err = receive_descriptor(fd, &socket, &have);

	if (!err)
		err = have > INPUT_BYTES ? -EPROTO : connection__open(c, socket);
	if (err)
		return err;
	c->have = have;
	return receive_all(fd, c->input, have);
}

int keeper_take_back(struct upgrade_server *u, int fd)
{
	uint64_t unused;
	int err = send_all(fd, "g", 1);

	if (!err)
		err = receive_all(fd, &u->s, sizeof(u->s));
	if (!err)
		err = receive_descriptor(fd, &u->control, &unused);
	if (!err)
		err = receive_descriptor(fd, &u->listener, &unused);
	if (!err)
		err = receive_descriptor(fd, &u->helper_fd, &unused);
	for (uint32_t i = 0; i < u->s.connection_count && !err; i++)
		err = take_connection(&u->connections[i], fd);
	if (err)
		return err;
	u->memory =
		mmap(NULL, u->s.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return u->memory == MAP_FAILED ? -errno : receive_all(fd, u->memory, u->s.bytes);
}
