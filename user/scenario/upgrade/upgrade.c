// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A server replaces its program while clients are connected and send: how long do they wait, and is
 * anything lost? The server is a real one on loopback, and its new version this program, executed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/scenario/memory.h"
#include "user/scenario/print.h"
#include "user/scenario/scenario.h"
#include "user/scenario/upgrade/clients.h"
#include "user/scenario/upgrade/server.h"
#include "user/text/hash.h"
#include "user/text/layout.h"

#define PATIENCE_NS (30 * NS_PER_S)
#define ROUNDS_MOST 100

struct upgrade_run {
	struct stage *stage;
	struct upgrade_clients clients;
	pid_t server;
	int control;
	struct upgrade_report first, last;
	struct upgrade_report reports[ROUNDS_MOST];
	unsigned int asked, done; /* upgrades */
};

/* Starts the server, with its listening socket and the other end of the control socket. */
static int start_server(struct upgrade_run *u)
{
	struct stage *s = u->stage;
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t size = sizeof(at);
	int ends[2], listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listener < 0 || bind(listener, (struct sockaddr *)&at, size) ||
	    listen(listener, SOMAXCONN) || getsockname(listener, (struct sockaddr *)&at, &size) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		int err = stage__fail(s, -errno, "socket");

		if (listener >= 0)
			close(listener);
		return err;
	}
	u->clients.port = at.sin_port;
	u->control = ends[0];
	u->server = crew__fork(&s->crew);
	if (!u->server)
		upgrade_serve(ends[1], listener, s->options->size_bytes);
	close(ends[1]);
	close(listener);
	return u->server < 0 ? stage__fail(s, u->server, "fork") : 0;
}

static int receive_report(struct upgrade_run *u, struct upgrade_report *r)
{
	if (recv(u->control, r, sizeof(*r), 0) == sizeof(*r))
		return 0;
	return fault__set(u->stage->why, -EPIPE, "the server ended while it upgraded");
}

static int say(struct upgrade_run *u, char what)
{
	return send(u->control, &what, 1, MSG_NOSIGNAL) == 1
		       ? 0
		       : stage__fail(u->stage, -errno, "the server");
}

/* What must be the same in every version. */
static int check_report(struct upgrade_run *u, const struct upgrade_report *r)
{
	const char *what = r->pid != u->server			    ? "its process id"
			   : r->parent != getpid()		    ? "its parent"
			   : r->descriptors != u->first.descriptors ? "its descriptors"
			   : r->version != u->done		    ? "its version"
								    : NULL;

	return what ? fault__set(u->stage->why, -EPROTO, "after an upgrade %s is another: %u, %u",
				 what, r->descriptors, u->first.descriptors)
		    : 0;
}

/* Asks for an upgrade when its share of the requests is sent, one at a time. */
static int ask_for_upgrade(struct upgrade_run *u, uint64_t sent)
{
	const struct scenario_options *o = u->stage->options;

	if (u->asked != u->done || u->asked == o->rounds ||
	    sent < (uint64_t)o->requests * (u->asked + 1) / (o->rounds + 1))
		return 0;
	u->asked++;
	return say(u, UPGRADE_NOW);
}

static int note_upgrade(struct upgrade_run *u)
{
	struct upgrade_report *r = &u->reports[u->done];
	int err = receive_report(u, r);

	u->done++;
	if (!err)
		err = check_report(u, r);
	stage__step(u->stage);
	return err;
}

/* Sends at the rate, until all is answered and all upgrades are done. */
static int run_clients(struct upgrade_run *u)
{
	const struct scenario_options *o = u->stage->options;
	/* A client sends half a request each time. */
	int64_t period = NS_PER_S / o->rate / 2, next = now_ns(), last = next;
	uint64_t answered = 0;
	uint32_t client = 0;
	bool ready = false;
	int err = 0;

	while (!err && (answered < o->requests || u->done < o->rounds)) {
		for (; !err && next <= now_ns(); next += period)
			err = upgrade_clients__send(&u->clients, client++ % u->clients.count);
		if (!err)
			err = ask_for_upgrade(u, upgrade_clients__sent(&u->clients));
		if (!err)
			err = upgrade_clients__wait(&u->clients, next, u->control, &ready);
		if (!err && ready)
			err = note_upgrade(u);
		if (upgrade_clients__answered(&u->clients) != answered || ready)
			last = now_ns();
		answered = upgrade_clients__answered(&u->clients);
		if (!err && now_ns() - last > PATIENCE_NS)
			err = fault__set(u->stage->why, -ETIMEDOUT,
					 "%" PRIu64 " of %u requests were answered, and no more",
					 answered, o->requests);
	}
	return err;
}

/* The server ends: what it has must be what the clients have sent. */
static int finish(struct upgrade_run *u)
{
	const struct upgrade_clients *c = &u->clients;
	int err = say(u, UPGRADE_QUIT);

	if (!err)
		err = receive_report(u, &u->last);
	if (err)
		return err;
	if (u->last.state_hash != hash_bytes(HASH_BEGIN, c->state, c->state_bytes))
		return fault__set(u->stage->why, -EPROTO,
				  "the server's state is not what the "
				  "requests made of it");
	if (u->last.helper_status != UPGRADE_HELPER_STATUS)
		return fault__set(u->stage->why, -EPROTO,
				  "the last version cannot wait for the first one's child");
	return crew__wait(&u->stage->crew, u->server)
		       ? fault__set(u->stage->why, -EPROTO, "the server failed")
		       : 0;
}

static bool is_during(const struct upgrade_run *u, const struct upgrade_request *r)
{
	for (unsigned int i = 0; i < u->done; i++)
		if (r->sent_ns < u->reports[i].back_ns && r->answered_ns > u->reports[i].begin_ns)
			return true;
	return false;
}

static int put_latencies(struct upgrade_run *u, bool is_new)
{
	struct series in[2] = {0};
	const char *kind = is_new ? "new" : "kept";
	int err = 0;

	for (uint32_t i = 0; i < u->clients.count; i++) {
		const struct upgrade_client *c = &u->clients.v[i];

		for (uint64_t k = 0; k < c->answered && c->is_new == is_new && !err; k++) {
			const struct upgrade_request *r = &c->requests[k];

			err = series__push(&in[is_during(u, r)], r->answered_ns - r->sent_ns);
		}
	}
	stage__put_series(u->stage, "latency", "ns",
			  conditions_of("connections=%s when=serving", kind).text, &in[0]);
	stage__put_series(u->stage, "latency", "ns",
			  conditions_of("connections=%s when=upgrade", kind).text, &in[1]);
	return err ? stage__fail(u->stage, err, "upgrade") : 0;
}

static int put_all(struct upgrade_run *u)
{
	struct stage *s = u->stage;
	int err;

	for (unsigned int i = 0; i < u->done; i++) {
		const struct upgrade_report *r = &u->reports[i];
		struct conditions key = conditions_of("round=%u", i + 1);

		stage__put(s, "upgrade", "ns", key.text, r->back_ns - r->begin_ns);
		stage__put(s, "fork", "ns", key.text, r->forked_ns - r->begin_ns);
		stage__put(s, "exec", "ns", key.text, r->main_ns - r->exec_ns);
		stage__put(s, "take_back", "ns", key.text, r->back_ns - r->main_ns);
		stage__put(s, "kept_input", "bytes", key.text, (int64_t)r->kept_bytes);
	}
	stage__put(s, "sent", "requests", "", (int64_t)upgrade_clients__sent(&u->clients));
	stage__put(s, "answered", "requests", "", (int64_t)upgrade_clients__answered(&u->clients));
	stage__put(s, "checked", "bytes", "", (int64_t)u->clients.bytes);
	err = put_latencies(u, false);
	return err ? err : put_latencies(u, true);
}

static int check_options(struct stage *s)
{
	const struct scenario_options *o = s->options;
	int64_t available = memory_available();

	if (o->rounds > ROUNDS_MOST || o->requests < o->rounds + 1)
		return fault__set(s->why, -EINVAL, "--rounds: %d at most, and fewer than requests",
				  ROUNDS_MOST);
	/* The server's, the keeper's while it hands over, and the clients' own. */
	if (available != MISSING && available / 4 < o->size_bytes)
		return fault__set(s->why, -ENOMEM,
				  "a state of %s needs four times as much; %s are available: try "
				  "--size %" PRId64 "M",
				  text_bytes(o->size_bytes).text, text_bytes(available).text,
				  available / 5 >> 20);
	return 0;
}

static int run(struct stage *s)
{
	struct upgrade_run u = {.stage = s, .control = -1};
	int err = check_options(s);

	if (err)
		return err;
	u.clients.why = s->why;
	/* Its own timer must not be late by the usual 50 us. */
	prctl(PR_SET_TIMERSLACK, 1);
	stage__steps(s, s->options->rounds);
	err = upgrade_clients__init(&u.clients, s->options->workers, s->options->requests,
				    s->options->size_bytes);
	if (!err)
		err = start_server(&u);
	if (!err)
		err = receive_report(&u, &u.first);
	if (!err)
		err = run_clients(&u);
	if (!err)
		err = finish(&u);
	if (!err)
		err = put_all(&u);
	if (u.control >= 0)
		close(u.control);
	upgrade_clients__free(&u.clients);
	return err;
}

static double part(const struct run *r, const char *name)
{
	return print_over_rounds(r, name, "", print_median);
}

static double most(const struct run *r, const char *when)
{
	return fmax(print_most(r, "latency", conditions_of("connections=kept when=%s", when).text),
		    print_most(r, "latency", conditions_of("connections=new when=%s", when).text));
}

static void print_answers(const struct run *r, FILE *out)
{
	double sent = print_median(r, "sent", ""), answered = print_median(r, "answered", "");

	if (isnan(sent) || isnan(answered))
		return;
	layout_print(
		out, 2,
		"Is anything lost while a server replaces its program? %s: of %s requests %s were "
		"answered in order, from every byte of what was sent",
		sent == answered ? "Nothing" : "Yes", text_count(sent).text,
		text_count(answered).text);
	layout_print(out, 2,
		     "How long does a client wait? Up to %s during an upgrade, up to %s otherwise",
		     text_time(most(r, "upgrade"), false).text,
		     text_time(most(r, "serving"), false).text);
	layout_print(out, 2,
		     "Where does the time go? Fork %s, exec %s, taking %s and the sockets back %s",
		     text_time(part(r, "fork"), false).text, text_time(part(r, "exec"), false).text,
		     text_bytes(print_setting(r, "size_bytes")).text,
		     text_time(part(r, "take_back"), false).text);
}

static int print_latencies(const struct run *r, FILE *out, bool colour)
{
	static const char *const kinds[] = {"kept", "new"}, *const whens[] = {"serving", "upgrade"};
	struct columns *c = columns__new();

	columns__head(c, COLUMNS_LABEL, "CONNECTIONS", "WHEN", NULL);
	columns__head(c, COLUMNS_RIGHT, "REQUESTS", "MEDIAN", "P99", "MAX", NULL);
	for (int k = 0; k < 2; k++)
		for (int w = 0; w < 2; w++) {
			struct conditions key =
				conditions_of("connections=%s when=%s", kinds[k], whens[w]);

			columns__add(c, "%s", w ? "" : kinds[k]);
			columns__add(c, "%s", whens[w]);
			columns__add_number(c, print_number(r, "latency", key.text));
			columns__add_time(c, print_median(r, "latency", key.text), r->clock);
			columns__add_time(c, print_p99(r, "latency", key.text), r->clock);
			columns__add_time(c, print_most(r, "latency", key.text), r->clock);
		}
	return columns__finish(c, "Requests, from sent to answered", out, colour);
}

static int print_upgrades(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();

	columns__head(c, COLUMNS_LABEL, "UPGRADE", NULL);
	columns__head(c, COLUMNS_RIGHT, "ALL", "FORK", "EXEC", "TAKE BACK", "KEPT INPUT", NULL);
	for (unsigned int k = 1; k <= 10; k++) {
		struct conditions key = conditions_of("round=%u", k);

		if (!run__observation(r, "upgrade", key.text))
			break;
		columns__add(c, "%u", k);
		columns__add_time(c, print_median(r, "upgrade", key.text), r->clock);
		columns__add_time(c, print_median(r, "fork", key.text), r->clock);
		columns__add_time(c, print_median(r, "exec", key.text), r->clock);
		columns__add_time(c, print_median(r, "take_back", key.text), r->clock);
		print_bytes_cell(c, print_median(r, "kept_input", key.text));
	}
	return columns__finish(c, "Upgrades (the first ten)", out, colour);
}

static int print(const struct run *r, FILE *out, bool colour)
{
	int err;

	print_answers(r, out);
	err = print_latencies(r, out, colour);
	if (!err)
		err = print_upgrades(r, out, colour);
	layout_print(out, 2,
		     "CONNECTIONS: one for all requests of a client, or a new one for each. KEPT "
		     "INPUT: what arrived while no version ran, and the keeper read");
	return err;
}

const struct scenario scenario_upgrade = {
	.name = "upgrade",
	.brief = "a server forks to keep its sockets and execs its new version: is anything lost?",
	.takes = SCENARIO_SIZE | SCENARIO_WORKERS | SCENARIO_REQUESTS | SCENARIO_RATE |
		 SCENARIO_ROUNDS,
	.defaults = {.size_bytes = 64 << 20,
		     .workers = 8,
		     .requests = 10000,
		     .rate = 2000,
		     .rounds = 3},
	.copies = 4,
	.run = run,
	.print = print,
};
