// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/spawn/zygote.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/scenario/crew.h"
#include "user/scenario/spawn/launch.h"

#define MESSAGE_BYTES 4096
#define WORDS_MAX     32
#define STACK_BYTES   (64 << 10)
#define FD_COUNT      2

/* Followed by the folder (empty: none) and the words, each with its zero. */
struct head {
	bool session;
	unsigned char words;
	void (*inner)(void); /* of this very program */
};

union rights {
	struct cmsghdr head; /* aligns it */
	char bytes[CMSG_SPACE(FD_COUNT * sizeof(int))];
};

static int child(void *data)
{
	launch__exec(data);
}

/* Like vfork, but the child is one of our parent, which can wait for it. */
static pid_t start(struct launch *l)
{
	static char stack[STACK_BYTES] __attribute__((aligned(16)));
	pid_t pid = clone(child, stack + sizeof(stack),
			  CLONE_VM | CLONE_VFORK | CLONE_PARENT | SIGCHLD, l);

	return pid < 0 ? -errno : pid;
}

/* The same for a child that goes on with a copy of our memory. */
static pid_t start_inner(const struct launch *l)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);

	if (!pid) {
		launch__prepare(l);
		l->inner();
		_exit(0);
	}
	return pid < 0 ? -errno : pid;
}

/* Both ends are the same program: what one makes the other can read. */
static pid_t serve_one(char *message, const int *fds)
{
	const char *words[WORDS_MAX + 1], *at = message + sizeof(struct head);
	struct launch l = {.argv = words, .in = fds[0], .out = fds[1]};
	struct head head;

	memcpy(&head, message, sizeof(head));
	l.session = head.session;
	l.inner = head.inner;
	l.folder = *at ? at : NULL;
	for (size_t i = 0; i < head.words; i++)
		words[i] = at += strlen(at) + 1;
	words[head.words] = NULL;
	return head.words ? start(&l) : start_inner(&l);
}

static void serve(int socket)
{
	char message[MESSAGE_BYTES];
	union rights rights;

	for (;;) {
		struct iovec part = {message, sizeof(message)};
		struct msghdr m = {
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = &rights,
			.msg_controllen = sizeof(rights),
		};
		int fds[FD_COUNT];
		pid_t pid;

		if (recvmsg(socket, &m, MSG_CMSG_CLOEXEC) <= 0 || !CMSG_FIRSTHDR(&m))
			_exit(0);
		memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fds));
		pid = serve_one(message, fds);
		close(fds[0]);
		close(fds[1]);
		if (send(socket, &pid, sizeof(pid), MSG_NOSIGNAL) != sizeof(pid))
			_exit(0);
	}
}

int zygote__start(struct zygote *z)
{
	pid_t parent = getpid(), pid;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	pid = fork();
	if (!pid) {
		crew_die_with(parent);
		close(ends[0]);
		serve(ends[1]);
	}
	close(ends[1]);
	z->socket = ends[0];
	return pid < 0 ? -errno : 0;
}

/* Its length, or 0 if it does not fit. */
static size_t make_message(const struct launch *l, char *message)
{
	struct head head = {.session = l->session, .inner = l->inner};
	const char *folder = l->folder ? l->folder : "";
	size_t used = sizeof(head) + strlen(folder) + 1;

	if (used > MESSAGE_BYTES)
		return 0;
	strcpy(message + sizeof(head), folder);
	for (; l->argv[head.words]; head.words++) {
		size_t length = strlen(l->argv[head.words]) + 1;

		if (used + length > MESSAGE_BYTES || head.words == WORDS_MAX)
			return 0;
		memcpy(message + used, l->argv[head.words], length);
		used += length;
	}
	memcpy(message, &head, sizeof(head));
	return used;
}

int zygote__launch(const struct zygote *z, const struct launch *l, pid_t *pid)
{
	int fds[FD_COUNT] = {l->in, l->out};
	char message[MESSAGE_BYTES];
	size_t used = make_message(l, message);
	union rights rights = {0};
	struct iovec part = {message, used};
	struct msghdr m = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &rights,
		.msg_controllen = sizeof(rights),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	if (!used)
		return -E2BIG;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	if (sendmsg(z->socket, &m, MSG_NOSIGNAL) < 0)
		return -errno;
	if (recv(z->socket, pid, sizeof(*pid), 0) != sizeof(*pid))
		return -EPIPE;
	return *pid < 0 ? *pid : 0;
}
