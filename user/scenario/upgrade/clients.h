/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Clients of the server that upgrades itself. Each sends its requests in two halves, so that one is
 * half there at any moment; it checks each answer against what it has sent.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/shared/fault.h"
#include "user/scenario/upgrade/server.h"

/* One request. */
struct upgrade_request {
	int64_t sent_ns, answered_ns;
};

struct upgrade_client {
	uint32_t id;
	bool is_new; /* a connection for each request; else one for all */
	int fd;	     /* -1: none now */
	uint64_t total, sent, answered;
	uint64_t hash; /* of all that was answered */
	struct upgrade_request *requests;
	bool half;	 /* the first half of number `sent` is sent */
	char out[16384]; /* not sent yet */
	size_t out_have;
	char in[4096];
	size_t in_have;
};

struct upgrade_clients {
	struct upgrade_client *v;
	uint32_t count;
	uint16_t port;	      /* of 127.0.0.1 */
	unsigned char *state; /* as it must be in the server */
	int64_t state_bytes;
	uint64_t bytes; /* of requests that were answered */
	struct fault *why;
};

/* `requests` in all; every fourth client connects anew for each. 0 or -errno. */
int upgrade_clients__init(struct upgrade_clients *c, uint32_t count, uint64_t requests,
			  int64_t state_bytes);
void upgrade_clients__free(struct upgrade_clients *c);

uint64_t upgrade_clients__sent(const struct upgrade_clients *c);
uint64_t upgrade_clients__answered(const struct upgrade_clients *c);

/* The next half request of the client of that number, if it may send one. 0 or -errno. */
int upgrade_clients__send(struct upgrade_clients *c, uint32_t id);

/*
 * Waits until a time for answers, or for something on `also`; *ready says whether that is there. 0
 * or -errno: an answer is wrong, or a connection was lost.
 */
int upgrade_clients__wait(struct upgrade_clients *c, int64_t until_ns, int also, bool *ready);
