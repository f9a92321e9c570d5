/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A server that replaces its program while it runs. It forks a keeper, which has its state, its
 * sockets, and reads the input that arrives; then the process itself executes the new version, and
 * takes all of it back from the keeper.
 *
 * A request is a line, "CLIENT NUMBER TEXT", numbered from 0 by each client; its answer is
 * "CLIENT NUMBER HASH VERSION", where HASH is that of all bytes of the client's requests so far, so
 * that a byte that is lost, doubled or moved shows. Each request also alters a byte of the state.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define UPGRADE_CLIENTS_MAX	256
#define UPGRADE_CONNECTIONS_MAX 512
#define UPGRADE_LINE_MAX	512

/* The exit status of the child that the server has for all its life. */
#define UPGRADE_HELPER_STATUS 7

/* On the control socket, from the server: once it serves, after each upgrade, and at its end. */
struct upgrade_report {
	pid_t pid, parent;
	uint32_t version;      /* upgrades until now */
	uint32_t descriptors;  /* that are open, but for the connections */
	int32_t helper_status; /* at its end: what waitpid said of its child; else -1 */
	uint64_t state_hash;   /* at its end */
	uint64_t kept_bytes;   /* input that the keeper had read */
	/* CLOCK_MONOTONIC: the decision, after the fork, before exec, in the new main(), and when
	 * it has all back. */
	int64_t begin_ns, forked_ns, exec_ns, main_ns, back_ns;
};

/* To the server, a byte each. */
#define UPGRADE_NOW  'u'
#define UPGRADE_QUIT 'q'

/* Never return. `control` is a socket of packets, `listener` listens. */
_Noreturn void upgrade_serve(int control, int listener, int64_t state_bytes);
/* The new version: what main() calls in it. */
_Noreturn void upgrade_resume(char *const *args);

/* The option that says so, hidden; args follow it. */
#define UPGRADE_RESUME	    "--resume-upgrade"
#define UPGRADE_RESUME_ARGS 4

/* What a request does to the state. */
static inline void upgrade_alter(unsigned char *state, int64_t state_bytes, uint64_t hash,
				 uint64_t number)
{
	state[hash % (uint64_t)state_bytes] ^= (unsigned char)(number | 1);
}
