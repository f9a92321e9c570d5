/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the server: its state, and how the keeper hands it back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "user/scenario/upgrade/server.h"

#define INPUT_BYTES 65536 /* of a connection, until it is served */

struct connection {
	int fd;
	bool ended; /* the client closed it */
	size_t have;
	char *input;
};

/* What is sent as it is. */
struct upgrade_state {
	uint32_t version;
	uint32_t connection_count;
	pid_t helper;
	int64_t bytes;
	uint64_t kept_bytes;
	int64_t begin_ns;
	struct {
		uint64_t next;
		uint64_t hash;
	} clients[UPGRADE_CLIENTS_MAX];
};

struct upgrade_server {
	struct upgrade_state s;
	int control, listener;
	int helper_fd; /* closed: the helper ends */
	unsigned char *memory;
	struct connection connections[UPGRADE_CONNECTIONS_MAX];
};

/* 0, or -ENOMEM. */
int connection__open(struct connection *c, int fd);
void connection__close(struct connection *c);

/*
 * Reads what there is, as far as there is room; notes the end. True if something came. Never waits.
 */
bool connection__read(struct connection *c);

/* Keeps everything until the server asks for it at `fd`, then gives it. Ends the process. */
_Noreturn void keeper_run(struct upgrade_server *u, int fd);

/* Takes everything back. 0 or -errno. */
int keeper_take_back(struct upgrade_server *u, int fd);
