// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A server on loopback that forks for each connection, beside preforked workers, a thread for each
 * connection, and a pool of threads: how long until a client has its answer, and what CPU time does
 * the server take?
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/scenario/memory.h"
#include "user/scenario/print.h"
#include "user/scenario/scenario.h"
#include "user/scenario/zipf.h"
#include "user/text/layout.h"

#define PAGE		   4096
#define PAGES_WRITTEN	   4 /* by a request */
#define ANSWER_BYTES	   1024
#define CLIENTS_MOST	   64
#define THREAD_STACK_BYTES (64 << 10)

struct server {
	int listener, control;
	unsigned int workers;
	char *memory;
	int64_t bytes;
};

struct request {
	uint64_t number;
};

/* Reads one request, writes a few pages, and answers with what was asked. */
static void serve(const struct server *s, int fd)
{
	uint64_t answer[ANSWER_BYTES / sizeof(uint64_t)] = {0}, random;
	struct request q;

	if (recv(fd, &q, sizeof(q), MSG_WAITALL) == sizeof(q)) {
		random = q.number;
		for (int i = 0; i < PAGES_WRITTEN; i++)
			s->memory[random_next(&random) % (uint64_t)s->bytes] = 1;
		answer[0] = q.number;
		send(fd, answer, sizeof(answer), MSG_NOSIGNAL);
	}
	close(fd);
}

/* A connection, or -1: the tool wants the server to end. */
static int next_connection(const struct server *s)
{
	struct pollfd p[2] = {{.fd = s->listener, .events = POLLIN},
			      {.fd = s->control, .events = POLLIN}};

	for (;;) {
		int fd;

		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents)
			return -1;
		fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
}

static void serve_by_forks(const struct server *s)
{
	pid_t parent = getpid();
	int fd;

	while ((fd = next_connection(s)) >= 0) {
		pid_t pid = fork();

		if (!pid) {
			crew_die_with(parent);
			serve(s, fd);
			_exit(0);
		}
		/* One that cannot have a process has to wait. */
		if (pid < 0)
			serve(s, fd);
		else
			close(fd);
		/* Their CPU time counts once they are waited for. */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

static void *accept_and_serve(void *context)
{
	const struct server *s = context;

	for (;;) {
		int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0)
			serve(s, fd);
	}
	return NULL;
}

static void wait_for_end(const struct server *s)
{
	char byte;

	while (recv(s->control, &byte, 1, 0) < 0 && errno == EINTR)
		;
}

static void serve_by_workers(const struct server *s)
{
	pid_t pids[CLIENTS_MOST], parent = getpid();
	unsigned int count = 0;

	for (; count < s->workers; count++) {
		pids[count] = fork();
		if (!pids[count]) {
			crew_die_with(parent);
			accept_and_serve((void *)s);
		}
		/* Fewer would be another measurement. They die with this process. */
		if (pids[count] < 0)
			_exit(1);
	}
	wait_for_end(s);
	while (count > 0)
		kill(pids[--count], SIGKILL);
}

/* What a thread of one connection gets. */
struct job {
	const struct server *server;
	int fd;
};

static void *serve_one(void *context)
{
	struct job job = *(struct job *)context;

	free(context);
	serve(job.server, job.fd);
	return NULL;
}

static void serve_by_threads(const struct server *s)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int fd;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
	while ((fd = next_connection(s)) >= 0) {
		struct job *job = malloc(sizeof(*job));

		if (job)
			*job = (struct job){s, fd};
		if (!job || pthread_create(&thread, &attributes, serve_one, job)) {
			free(job);
			serve(s, fd);
		}
	}
}

static void serve_by_pool(const struct server *s)
{
	pthread_t thread;

	for (unsigned int i = 0; i < s->workers; i++)
		if (pthread_create(&thread, NULL, accept_and_serve, (void *)s))
			_exit(1);
	wait_for_end(s);
}

static const struct mode {
	const char *key, *brief;
	void (*serve)(const struct server *s);
} modes[] = {
	{"how=fork", "a fork for each", serve_by_forks},
	{"how=prefork", "preforked workers", serve_by_workers},
	{"how=thread", "a thread for each", serve_by_threads},
	{"how=pool", "a pool of threads", serve_by_pool},
};

#define MODE_COUNT (sizeof(modes) / sizeof(modes[0]))

/* A thread of the tool: one request after the other. */
struct client {
	pthread_t thread;
	struct sockaddr_in to;
	int64_t end_ns;
	uint64_t next, step;
	struct series latency;
	const char *failed;
	int error;
};

static void client_failed(struct client *c, int error, const char *what)
{
	c->error = error;
	c->failed = what;
}

/* The client ends the connection by a reset, so that no port waits for a minute. */
static int open_connection(struct client *c)
{
	struct linger reset = {1, 0};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) ||
	    connect(fd, (struct sockaddr *)&c->to, sizeof(c->to))) {
		client_failed(c, -errno, "connect");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static void ask(struct client *c)
{
	uint64_t answer[ANSWER_BYTES / sizeof(uint64_t)];
	struct request q = {c->next};
	int64_t start = now_ns();
	int fd = open_connection(c);

	if (fd < 0)
		return;
	if (send(fd, &q, sizeof(q), MSG_NOSIGNAL) != sizeof(q) ||
	    recv(fd, answer, sizeof(answer), MSG_WAITALL) != sizeof(answer))
		client_failed(c, errno ? -errno : -EPIPE, "a connection was lost");
	else if (answer[0] != q.number)
		client_failed(c, -EPROTO, "an answer is that to another request");
	else if (series__push(&c->latency, now_ns() - start))
		client_failed(c, -ENOMEM, "latency");
	close(fd);
	c->next += c->step;
}

static void *run_client(void *context)
{
	struct client *c = context;

	while (!c->failed && now_ns() < c->end_ns)
		ask(c);
	return NULL;
}

static int64_t cpu_of_children(void)
{
	struct rusage use;

	getrusage(RUSAGE_CHILDREN, &use);
	return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * NS_PER_S +
	       (use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1000;
}

/* Runs the clients; their times are in `all`. */
static int run_clients(struct stage *s, const struct sockaddr_in *to, struct series *all)
{
	unsigned int count = s->options->workers, started = 0;
	struct client clients[CLIENTS_MOST] = {0};
	int64_t end = now_ns() + (int64_t)(s->options->seconds * 1e9);
	int err = 0;

	for (; started < count && !err; started++) {
		clients[started] =
			(struct client){.to = *to, .end_ns = end, .next = started, .step = count};
		err = -pthread_create(&clients[started].thread, NULL, run_client,
				      &clients[started]);
		if (err)
			break;
	}
	for (unsigned int i = 0; i < started; i++) {
		struct client *c = &clients[i];

		pthread_join(c->thread, NULL);
		if (c->failed && !err) {
			err = c->error;
			stage__fail(s, err, c->failed);
		}
		for (size_t k = 0; k < c->latency.n && !err; k++)
			err = series__push(all, c->latency.v[k]);
		series__free(&c->latency);
	}
	return err;
}

static int listen_here(struct stage *s, struct sockaddr_in *at)
{
	socklen_t size = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_in){.sin_family = AF_INET};
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)at, size) && !listen(fd, SOMAXCONN) &&
	    !getsockname(fd, (struct sockaddr *)at, &size))
		return fd;
	stage__fail(s, -errno, "socket");
	if (fd >= 0)
		close(fd);
	return -1;
}

static _Noreturn void run_server(struct server *s, const struct mode *m)
{
	char ready = 'r';

	s->memory = memory_map(s->bytes, 0);
	if (!s->memory)
		_exit(1);
	memset(s->memory, 'x', s->bytes);
	if (send(s->control, &ready, 1, MSG_NOSIGNAL) != 1)
		_exit(1);
	m->serve(s);
	/* What it has started is waited for, so that its CPU time counts. */
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	_exit(0);
}

/* The server is there: measures, and ends it. */
static int measure(struct stage *s, const struct sockaddr_in *at, int control, pid_t pid,
		   const char *key)
{
	int64_t cpu = cpu_of_children(), start;
	struct series latency = {0};
	size_t requests;
	char ready;
	int err;

	if (recv(control, &ready, 1, 0) != 1)
		return fault__set(s->why, -ENOMEM, "the server did not start");
	start = now_ns();
	err = run_clients(s, at, &latency);
	start = now_ns() - start;
	shutdown(control, SHUT_RDWR);
	if (!err && crew__wait(&s->crew, pid))
		err = fault__set(s->why, -EPROTO, "the server failed");
	requests = latency.n;
	if (!err && requests) {
		stage__put_series(s, "latency", "ns", key, &latency);
		stage__put(s, "requests", "requests", key, (int64_t)requests);
		stage__put(s, "time", "ns", key, start);
		stage__put(s, "server_cpu", "ns", key, cpu_of_children() - cpu);
	}
	series__free(&latency);
	return err;
}

static int run_mode(struct stage *s, const struct mode *m, unsigned int round)
{
	struct server server = {.workers = s->options->workers, .bytes = s->options->size_bytes};
	struct sockaddr_in at;
	int ends[2], err;
	pid_t pid;

	server.listener = listen_here(s, &at);
	if (server.listener < 0)
		return -EIO;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		close(server.listener);
		return stage__fail(s, -errno, "socketpair");
	}
	server.control = ends[1];
	pid = crew__fork(&s->crew);
	if (!pid) {
		close(ends[0]);
		run_server(&server, m);
	}
	close(ends[1]);
	close(server.listener);
	err = pid < 0 ? stage__fail(s, pid, "fork")
		      : measure(s, &at, ends[0], pid,
				conditions_of("%s round=%u", m->key, round).text);
	close(ends[0]);
	stage__step(s);
	return err;
}

static int run(struct stage *s)
{
	const struct scenario_options *o = s->options;
	int64_t available = memory_available();
	int err = 0;

	if (o->workers > CLIENTS_MOST)
		return fault__set(s->why, -EINVAL, "--workers: %d at most", CLIENTS_MOST);
	if (available != MISSING && available / 2 < o->size_bytes)
		return fault__set(s->why, -ENOMEM, "--size: %s are available",
				  text_bytes(available).text);
	stage__steps(s, MODE_COUNT * o->rounds);
	for (unsigned int round = 1; round <= o->rounds && !err; round++)
		for (size_t i = 0; i < MODE_COUNT && !err; i++)
			err = run_mode(s, &modes[i], round);
	return err;
}

static double latency(const struct run *r, size_t mode, print_statistic *of)
{
	return print_over_rounds(r, "latency", modes[mode].key, of);
}

/* Of a request: over all rounds. */
static double per_request(const struct run *r, size_t mode, const char *name)
{
	double sum = 0, requests = 0;

	for (unsigned int round = 1;; round++) {
		struct conditions key = conditions_of("%s round=%u", modes[mode].key, round);

		if (!run__observation(r, name, key.text))
			break;
		sum += print_median(r, name, key.text);
		requests += print_median(r, "requests", key.text);
	}
	return sum / requests;
}

static void print_answers(const struct run *r, FILE *out)
{
	if (isnan(latency(r, 0, print_median)))
		return;
	layout_print(out, 2,
		     "How long until a client has its answer, if its connection gets a process? %s "
		     "(median); %s from a preforked worker, %s from a thread for it",
		     text_time(latency(r, 0, print_median), false).text,
		     text_time(latency(r, 1, print_median), false).text,
		     text_time(latency(r, 2, print_median), false).text);
	layout_print(out, 2,
		     "What does the server pay? %s of CPU time a request with forks, from %s; %s "
		     "preforked, %s with threads",
		     text_time(per_request(r, 0, "server_cpu"), false).text,
		     text_bytes(print_setting(r, "size_bytes")).text,
		     text_time(per_request(r, 1, "server_cpu"), false).text,
		     text_time(per_request(r, 2, "server_cpu"), false).text);
}

static int print(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();
	int err;

	print_answers(r, out);
	columns__head(c, COLUMNS_LABEL, "SERVER", NULL);
	columns__head(c, COLUMNS_RIGHT, "REQUESTS/S", "MEDIAN", "P99", "MAX", "CPU", NULL);
	for (size_t i = 0; i < MODE_COUNT; i++) {
		columns__add(c, "%s", modes[i].brief);
		columns__add_number(c, round(1e9 / per_request(r, i, "time")));
		columns__add_time(c, latency(r, i, print_median), r->clock);
		columns__add_time(c, latency(r, i, print_p99), r->clock);
		columns__add_time(c, latency(r, i, print_most), r->clock);
		columns__add_time(c, per_request(r, i, "server_cpu"), r->clock);
	}
	err = columns__finish(c, "Requests, from connect to the whole answer", out, colour);
	layout_print(out, 2,
		     "Medians over the rounds. CPU: of the server and its processes, a request. "
		     "Each client sends one request at a time, and each request writes %d pages",
		     PAGES_WRITTEN);
	return err;
}

const struct scenario scenario_per_connection = {
	.name = "per-connection",
	.brief = "a fork for each connection, beside preforked workers and threads",
	.takes = SCENARIO_SIZE | SCENARIO_WORKERS | SCENARIO_SECONDS | SCENARIO_ROUNDS,
	.defaults = {.size_bytes = 64 << 20, .workers = 4, .seconds = 1, .rounds = 3},
	.copies = 2,
	.run = run,
	.print = print,
};
