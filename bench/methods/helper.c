// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/methods/helper.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* No spawner's message is empty: this one has the slate. */
#define SLATE_MESSAGE 0

#define MESSAGE_MAX (128 * 1024)

union rights {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int[HELPER_FDS_MAX]))];
};

int helper__send(int socket, const void *message, size_t size, const int *fds, size_t count)
{
	union rights rights = {.header = {.cmsg_len = CMSG_LEN(count * sizeof(*fds)),
					  .cmsg_level = SOL_SOCKET,
					  .cmsg_type = SCM_RIGHTS}};
	char kind = message ? !SLATE_MESSAGE : SLATE_MESSAGE;
	struct iovec parts[] = {{&kind, 1}, {(void *)message, size}};
	struct msghdr head = {
		.msg_iov = parts,
		.msg_iovlen = 2,
		.msg_control = count ? &rights : NULL,
		.msg_controllen = count ? CMSG_SPACE(count * sizeof(*fds)) : 0,
	};

	if (count)
		memcpy(CMSG_DATA(&rights.header), fds, count * sizeof(*fds));
	return sendmsg(socket, &head, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int helper__receive(int socket, void *message, size_t size)
{
	ssize_t length;

	do
		length = recv(socket, message, size, 0);
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return -errno;
	return length == (ssize_t)size ? 0 : -EPIPE;
}

/* The number of bytes; 0 or less: the parent is gone. Descriptors that were not sent are -1. */
static ssize_t take_message(int socket, void *message, int fds[HELPER_FDS_MAX])
{
	union rights rights;
	struct iovec part = {message, MESSAGE_MAX};
	struct msghdr head = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &rights,
		.msg_controllen = sizeof(rights),
	};
	struct cmsghdr *control;
	ssize_t length;

	memset(fds, -1, HELPER_FDS_MAX * sizeof(*fds));
	do
		length = recvmsg(socket, &head, MSG_CMSG_CLOEXEC);
	while (length < 0 && errno == EINTR);
	control = length > 0 ? CMSG_FIRSTHDR(&head) : NULL;
	if (control && control->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(control), control->cmsg_len - CMSG_LEN(0));
	return length;
}

static _Noreturn void help(int socket, void (*serve)(int socket, struct stage *stage, char *message,
						     size_t size, const int *fds))
{
	static char message[MESSAGE_MAX];
	static struct stage stage;
	int fds[HELPER_FDS_MAX];
	ssize_t size;

	while ((size = take_message(socket, message, fds)) > 0) {
		if (message[0] == SLATE_MESSAGE)
			stage.slate = mmap(NULL, sizeof(struct slate), PROT_READ | PROT_WRITE,
					   MAP_SHARED, fds[0], 0);
		else
			serve(socket, &stage, message + 1, (size_t)size - 1, fds);
		for (int i = 0; i < HELPER_FDS_MAX; i++) {
			if (fds[i] >= 0)
				close(fds[i]);
		}
	}
	_exit(0);
}

int helper__start(struct helper *helper,
		  void (*serve)(int socket, struct stage *stage, char *message, size_t size,
				const int *fds),
		  struct fault *why)
{
	pid_t parent = getpid(), pid;
	int sockets[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
		return fault__set(why, -errno, "socketpair: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		/* The parent may have died before the prctl. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
		close(sockets[0]);
		help(sockets[1], serve);
	}
	close(sockets[1]);
	if (pid < 0) {
		close(sockets[0]);
		return fault__set(why, -errno, "fork of the helper: %s", strerror(errno));
	}
	*helper = (struct helper){.socket = sockets[0]};
	return 0;
}

int helper__share_slate(struct helper *helper, const struct stage *stage)
{
	int err =
		helper->has_slate ? 0 : helper__send(helper->socket, NULL, 0, &stage->slate_fd, 1);

	helper->has_slate |= !err;
	return err;
}

int helper__spawn(struct helper *helper, const struct stage *stage, const void *message,
		  size_t size, const int *fds, size_t count, struct sample *sample)
{
	struct helper_answer answer = {0};
	int err = helper__share_slate(helper, stage);

	sample->call_ns = now_ns();
	if (!err)
		err = helper__send(helper->socket, message, size, fds, count);
	if (!err)
		err = helper__receive(helper->socket, &answer, sizeof(answer));
	sample->return_ns = now_ns();
	if (err)
		return err;
	if (answer.error)
		return sample__fail(sample, answer.error);
	err = helper__receive(helper->socket, &answer, sizeof(answer));
	sample->reaped_ns = now_ns();
	sample->child_pid = answer.pid;
	sample->wait_status = answer.status;
	stage__collect(stage, sample);
	return err;
}

void helper__attend(int socket, pid_t pid, int error)
{
	struct helper_answer answer = {.pid = pid, .error = error};

	send(socket, &answer, sizeof(answer), MSG_NOSIGNAL);
	if (pid <= 0)
		return;
	while (waitpid(pid, &answer.status, 0) < 0 && errno == EINTR)
		;
	if (!error)
		send(socket, &answer, sizeof(answer), MSG_NOSIGNAL);
}
