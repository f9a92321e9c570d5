// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/upgrade/clients.h"

#include <arpa/inet.h>
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
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/scenario/zipf.h"
#include "user/text/hash.h"

int upgrade_clients__init(struct upgrade_clients *c, uint32_t count, uint64_t requests,
			  int64_t state_bytes)
{
	c->v = calloc(count, sizeof(*c->v));
	c->count = c->v ? count : 0;
	c->state_bytes = state_bytes;
	c->state =
		mmap(NULL, state_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!c->v || c->state == MAP_FAILED)
		return fault__set(c->why, -ENOMEM, "%s", strerror(ENOMEM));
	memset(c->state, 'x', state_bytes);
	for (uint32_t i = 0; i < count; i++) {
		struct upgrade_client *client = &c->v[i];

		client->id = i;
		client->fd = -1;
		client->is_new = i % 4 == 3;
		client->hash = HASH_BEGIN;
		client->total = requests / count + (i < requests % count);
		client->requests = calloc(client->total + 1, sizeof(*client->requests));
		if (!client->requests)
			return fault__set(c->why, -ENOMEM, "%s", strerror(ENOMEM));
	}
	return 0;
}

void upgrade_clients__free(struct upgrade_clients *c)
{
	for (uint32_t i = 0; i < c->count; i++) {
		if (c->v[i].fd >= 0)
			close(c->v[i].fd);
		free(c->v[i].requests);
	}
	free(c->v);
	if (c->state && c->state != MAP_FAILED)
		munmap(c->state, c->state_bytes);
}

uint64_t upgrade_clients__sent(const struct upgrade_clients *c)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < c->count; i++)
		sum += c->v[i].sent;
	return sum;
}

uint64_t upgrade_clients__answered(const struct upgrade_clients *c)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < c->count; i++)
		sum += c->v[i].answered;
	return sum;
}

/* The same text whenever it is asked for. */
static size_t request_text(uint32_t client, uint64_t number, char *text)
{
	uint64_t random = (uint64_t)client << 32 | number;
	int len = snprintf(text, UPGRADE_LINE_MAX, "%u %" PRIu64 " ", client, number);

	for (int more = 1 + (int)(random_next(&random) % 200); more > 0; more--)
		text[len++] = (char)('a' + random_next(&random) % 26);
	text[len++] = '\n';
	return len;
}

static int connect_client(struct upgrade_clients *c, struct upgrade_client *client)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = c->port};
	int on = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0 || connect(client->fd, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) ||
	    fcntl(client->fd, F_SETFL, O_NONBLOCK))
		return fault__set(c->why, -errno, "client %u cannot connect: %s", client->id,
				  strerror(errno));
	return 0;
}

static int flush_out(struct upgrade_clients *c, struct upgrade_client *client)
{
	ssize_t n = client->out_have ? send(client->fd, client->out, client->out_have, MSG_NOSIGNAL)
				     : 0;

	if (n < 0)
		return errno == EAGAIN ? 0
				       : fault__set(c->why, -errno, "client %u was dropped: %s",
						    client->id, strerror(errno));
	client->out_have -= n;
	memmove(client->out, client->out + n, client->out_have);
	return 0;
}

int upgrade_clients__send(struct upgrade_clients *c, uint32_t id)
{
	struct upgrade_client *client = &c->v[id];
	char text[UPGRADE_LINE_MAX];
	size_t len, first;
	int err = 0;

	/* One that waits for its answer, or that the server does not read, sends nothing. */
	if (client->sent == client->total || (client->is_new && client->sent > client->answered) ||
	    sizeof(client->out) - client->out_have < UPGRADE_LINE_MAX)
		return 0;
	if (client->fd < 0)
		err = connect_client(c, client);
	if (err)
		return err;
	len = request_text(id, client->sent, text);
	first = len / 2;
	memcpy(client->out + client->out_have, client->half ? text + first : text,
	       client->half ? len - first : first);
	client->out_have += client->half ? len - first : first;
	if (client->half)
		client->requests[client->sent++].sent_ns = now_ns();
	client->half = !client->half;
	return flush_out(c, client);
}

/* Compares an answer, without its end, with what it must be. */
static int check_answer(struct upgrade_clients *c, struct upgrade_client *client,
			const char *answer)
{
	char text[UPGRADE_LINE_MAX], want[96];
	size_t len = request_text(client->id, client->answered, text);
	int want_len;

	client->hash = hash_bytes(client->hash, text, len);
	want_len = snprintf(want, sizeof(want), "%u %" PRIu64 " %016" PRIx64 " ", client->id,
			    client->answered, client->hash);
	if (client->answered == client->sent || strncmp(answer, want, want_len))
		return fault__set(c->why, -EPROTO,
				  "client %u: the answer to request %" PRIu64
				  " is not that to what was sent: bytes were lost",
				  client->id, client->answered);
	upgrade_alter(c->state, c->state_bytes, client->hash, client->answered);
	client->requests[client->answered++].answered_ns = now_ns();
	c->bytes += len;
	return 0;
}

static int receive(struct upgrade_clients *c, struct upgrade_client *client)
{
	ssize_t n = recv(client->fd, client->in + client->in_have,
			 sizeof(client->in) - client->in_have, 0);
	char *at = client->in, *eol;
	int err = 0;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return fault__set(c->why, n ? -errno : -EPIPE, "client %u was dropped: %s",
				  client->id, n ? strerror(errno) : "the connection ended");
	client->in_have += n;
	while (!err && (eol = memchr(at, '\n', client->in + client->in_have - at))) {
		*eol = '\0';
		err = check_answer(c, client, at);
		at = eol + 1;
	}
	client->in_have -= at - client->in;
	memmove(client->in, at, client->in_have);
	if (!err && client->is_new && client->answered == client->sent && !client->half) {
		close(client->fd);
		client->fd = -1;
	}
	return err;
}

int upgrade_clients__wait(struct upgrade_clients *c, int64_t until_ns, int also, bool *ready)
{
	struct pollfd p[UPGRADE_CLIENTS_MAX + 1];
	int64_t wait_ns = until_ns - now_ns();
	struct timespec ts;
	int err = 0;

	if (wait_ns < 0)
		wait_ns = 0;
	ts = (struct timespec){wait_ns / NS_PER_S, wait_ns % NS_PER_S};
	for (uint32_t i = 0; i < c->count; i++) {
		short events = POLLIN | (c->v[i].out_have ? POLLOUT : 0);

		p[i] = (struct pollfd){.fd = c->v[i].fd, .events = events};
	}
	p[c->count] = (struct pollfd){.fd = also, .events = POLLIN};
	if (ppoll(p, c->count + 1, &ts, NULL) < 0)
		return errno == EINTR ? 0 : fault__set(c->why, -errno, "poll: %s", strerror(errno));
	for (uint32_t i = 0; i < c->count && !err; i++) {
		if (p[i].revents & POLLOUT)
			err = flush_out(c, &c->v[i]);
		if (!err && p[i].revents & ~POLLOUT)
			err = receive(c, &c->v[i]);
	}
	*ready = p[c->count].revents;
	return err;
}
