// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A store forks, the child writes it out, and the store goes on serving writes: what do these wait?
 * Our store, with pages of 4 KiB and with huge ones, and a real redis-server, by the same client.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/scenario/memory.h"
#include "user/scenario/others.h"
#include "user/scenario/print.h"
#include "user/scenario/scenario.h"
#include "user/scenario/snapshot/compare.h"
#include "user/scenario/snapshot/database.h"
#include "user/scenario/snapshot/load.h"
#include "user/scenario/snapshot/placement.h"
#include "user/scenario/snapshot/redis.h"
#include "user/scenario/snapshot/server.h"
#include "user/scenario/snapshot/subject.h"
#include "user/scenario/usage.h"
#include "user/text/layout.h"

#define PARTS		  4 /* before a save, that the machine was left alone in */
#define PARTS_MOST	  8 /* in all */
#define WARM_UP_S	  0.5
#define WAIT_STEP_S	  0.1
#define FILL_STEP	  10000		 /* keys: 10 MB of values */
#define PASS_NS		  (NS_PER_S / 5) /* more than a pass takes (usage.h) */
#define BETWEEN_PASSES_NS (5 * NS_PER_S / 2)

/* A store that runs; all do, so that their rounds can be in turn. */
struct open_store {
	const struct snapshot_subject *subject;
	pid_t pid;
	int cpu; /* its own; -1: any */
	int fd;	 /* to our own */
	bool is_redis;
	struct redis redis;
	struct load load;
};

static bool is_asked_for(const struct scenario_options *o, const struct snapshot_subject *u)
{
	return (o->pages == PAGES_BOTH || o->pages == u->only) && !(u->peer && o->no_peer);
}

static void put(struct stage *s, const char *name, const char *unit, const char *key, int64_t value)
{
	if (value != MISSING)
		stage__put(s, name, unit, key, value);
}

/* What a store and its client used in a part of a round. */
struct part_usage {
	struct usage store, client;
	int64_t others_ns; /* that ran on the store's CPU */
	int64_t given_back;
};

/* Writes of one part of a round, with what kept the store from running meanwhile. */
static int use_part(struct open_store *o, enum load_when when, double seconds,
		    struct part_usage *used)
{
	struct usage before = usage_of(o->pid), own_before = usage_of(getpid()), after, own_after;
	int64_t given_back = usage_memory_given_back();
	int err = load__write(&o->load, when, seconds);

	if (err)
		return err;
	after = usage_of(o->pid);
	own_after = usage_of(getpid());
	used->store = usage__between(&before, &after);
	used->client = usage__between(&own_before, &own_after);
	used->given_back = given_back == MISSING ? MISSING : usage_memory_given_back() - given_back;
	return 0;
}

static int write_part(struct open_store *o, enum load_when when, double seconds,
		      struct part_usage *used)
{
	const pid_t both[] = {o->pid, getpid()};
	struct others before = {0}, after = {0};
	int err = others__read(&before, both, 2);

	if (!err)
		err = use_part(o, when, seconds, used);
	if (!err)
		err = others__read(&after, both, 2);
	if (!err)
		used->others_ns = o->cpu < 0 ? MISSING : others__since(&before, &after, o->cpu);
	others__free(&before);
	others__free(&after);
	return err;
}

static void put_part(struct stage *s, struct open_store *o, const char *key, enum load_when when,
		     const struct part_usage *used)
{
	struct conditions part = conditions_of("%s when=%s", key, snapshot_whens[when]);

	put(s, "cpu_wait", "ns", part.text, used->store.waited_ns);
	put(s, "client_cpu_wait", "ns", part.text, used->client.waited_ns);
	put(s, "others", "ns", part.text, used->others_ns);
	put(s, "stolen", "ns", part.text, used->store.stolen_ns);
	put(s, "given_back", "times", part.text, used->given_back);
	stage__put_series(s, "latency", "ns", part.text, &o->load.latency[when]);
}

/*
 * Writes that are not measured, right before a save. Where this machine hands free memory back to
 * its host, they end right after such a pass, so that the next one is two seconds away, or once
 * there is none; but they take three times as long as what is measured at the most.
 */
static int wait_for_pass(struct open_store *o, double seconds)
{
	int64_t start = now_ns(), changed = start, quiet_ns = BETWEEN_PASSES_NS, now = start;
	int64_t given_back = usage_memory_given_back();
	int err = 0;

	while (!err && given_back != MISSING && now - changed < quiet_ns &&
	       (double)(now - start) < 3 * seconds * NS_PER_S) {
		int64_t before = given_back;

		err = load__write(&o->load, LOAD_BEFORE, WAIT_STEP_S);
		given_back = usage_memory_given_back();
		now = now_ns();
		if (given_back != before) {
			changed = now;
			quiet_ns = PASS_NS;
		}
	}
	o->load.latency[LOAD_BEFORE].n = 0;
	return err;
}

/* Each has a value for each part before a save. */
struct parts {
	struct series writes, stolen, others, client_cpu_wait, cpu_wait, given_back;
};

static int add_part(struct parts *p, size_t writes, const struct part_usage *used)
{
	int err = series__push(&p->writes, (int64_t)writes);

	if (!err)
		err = series__push(&p->stolen, used->store.stolen_ns);
	if (!err)
		err = series__push(&p->others, used->others_ns);
	if (!err)
		err = series__push(&p->client_cpu_wait, used->client.waited_ns);
	if (!err)
		err = series__push(&p->cpu_wait, used->store.waited_ns);
	if (!err)
		err = series__push(&p->given_back, used->given_back);
	return err;
}

static void put_series(struct stage *s, const char *name, const char *unit, const char *key,
		       struct series *values)
{
	if (series__any(values))
		stage__put_series(s, name, unit, key, values);
	series__free(values);
}

static void put_parts(struct stage *s, struct open_store *o, const char *round, struct parts *p)
{
	struct conditions key = conditions_of("%s when=before", round);

	put_series(s, "writes", "writes", key.text, &p->writes);
	put_series(s, "stolen", "ns", key.text, &p->stolen);
	put_series(s, "others", "ns", key.text, &p->others);
	put_series(s, "client_cpu_wait", "ns", key.text, &p->client_cpu_wait);
	put_series(s, "cpu_wait", "ns", key.text, &p->cpu_wait);
	put_series(s, "given_back", "times", key.text, &p->given_back);
	put_series(s, "latency", "ns", key.text, &o->load.latency[LOAD_BEFORE]);
}

static bool is_quiet(const struct part_usage *used, double seconds)
{
	return compare_is_quiet(seconds, used->store.stolen_ns, used->others_ns,
				used->client.waited_ns);
}

/*
 * Parts as long as what is compared of the save. Whoever compares leaves out disturbed ones, so
 * there are some more of them.
 */
static int measure_before(struct stage *s, struct open_store *o, const char *key)
{
	struct series *writes = &o->load.latency[LOAD_BEFORE];
	double seconds = s->options->seconds;
	struct parts parts = {0};
	int err = load__write(&o->load, LOAD_BEFORE, WARM_UP_S);
	unsigned int quiet = 0;

	writes->n = 0;
	for (unsigned int i = 0; i < PARTS_MOST && quiet < PARTS && !err; i++) {
		size_t had = writes->n;
		struct part_usage used;

		err = write_part(o, LOAD_BEFORE, seconds, &used);
		if (!err)
			err = add_part(&parts, writes->n - had, &used);
		quiet += !err && is_quiet(&used, seconds);
	}
	put_parts(s, o, key, &parts);
	if (!err)
		err = wait_for_pass(o, seconds);
	return err;
}

static int measure_save(struct stage *s, struct open_store *o, const char *key)
{
	const struct load_info *info = &o->load.info;
	int64_t start = now_ns();
	struct part_usage used;
	int err = write_part(o, LOAD_DURING, 0, &used);

	if (err)
		return err;
	put_part(s, o, key, LOAD_DURING, &used);
	put(s, "save", "ns", key, now_ns() - start);
	put(s, "fork", "ns", key, info->fork_ns);
	put(s, "child_cpu", "ns", key, used.store.children_cpu_ns);
	put(s, "faults", "faults", key, used.store.minor_faults);
	put(s, "copied", "bytes", key, info->cow_bytes);
	put(s, "child_page_tables", "bytes", key, info->page_table_bytes);
	return 0;
}

static const char *folder_of(const struct scenario_options *o)
{
	const char *temporary = getenv("TMPDIR");

	return o->folder ? o->folder : temporary && *temporary ? temporary : "/tmp";
}

/* What the last save wrote may still be on its way to the disk, and would disturb this one. */
static void let_disk_finish(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	syncfs(fd);
	close(fd);
}

/* One round of one store. */
static int measure(struct stage *s, struct open_store *o, unsigned int round)
{
	struct conditions key = conditions_of("%s round=%u", o->subject->key, round);
	struct part_usage used;
	struct memory_use use;
	int err;

	if (!memory_use_of(o->pid, &use))
		put(s, "huge", "bytes", key.text, use.huge_bytes);
	let_disk_finish(folder_of(s->options));
	err = measure_before(s, o, key.text);
	if (!err)
		err = measure_save(s, o, key.text);
	if (!err)
		err = write_part(o, LOAD_AFTER, s->options->seconds, &used);
	if (!err)
		put_part(s, o, key.text, LOAD_AFTER, &used);
	stage__step(s);
	return err;
}

static void leave_out(struct stage *s, struct open_store *o, const char *why)
{
	stage__put_absent(s, "latency", "ns", o->subject->key, why);
	o->subject = NULL;
}

static uint64_t keys_of(const struct scenario_options *o)
{
	return (uint64_t)o->size_bytes / DATABASE_SLOT_BYTES;
}

static int start_ours(struct stage *s, struct open_store *o, struct placement cpus)
{
	struct snapshot_store what = {
		.size_bytes = s->options->size_bytes,
		.huge = o->subject->only == PAGES_THP,
		.folder = folder_of(s->options),
		.cpus = cpus,
	};
	int ends[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return stage__fail(s, -errno, "socketpair");
	o->pid = crew__fork(&s->crew);
	if (!o->pid) {
		close(ends[0]);
		snapshot_serve(ends[1], &what);
	}
	close(ends[1]);
	o->fd = ends[0];
	if (o->pid < 0)
		return stage__fail(s, o->pid, "fork");
	err = load__init(&o->load, o->fd, s->options, keys_of(s->options), s->why);
	return err ? err : load__await(&o->load);
}

/* Our own stores can be measured without it. */
static int start_redis(struct stage *s, struct open_store *o, struct placement cpus)
{
	char *path = redis_path();
	int err;

	if (!path) {
		leave_out(s, o, "redis-server is not installed");
		return 0;
	}
	err = redis__start(&o->redis, s, path, folder_of(s->options), cpus);
	free(path);
	if (err) {
		redis__stop(&o->redis, s);
		leave_out(s, o, s->why->text);
		return 0;
	}
	o->is_redis = true;
	o->pid = o->redis.pid;
	return load__init(&o->load, o->redis.fd, s->options, keys_of(s->options), s->why);
}

static int fill_part(struct open_store *o, uint64_t first, uint64_t count)
{
	char from[32], number[32];

	if (o->is_redis)
		return redis__fill(&o->load, first, count);
	snprintf(from, sizeof(from), "%" PRIu64, first);
	snprintf(number, sizeof(number), "%" PRIu64, count);
	return load__command(&o->load, (const char *const[]){"FILL", from, number, NULL});
}

/*
 * A part of each in turn. If one is filled after the other, the first gets the small pieces of free
 * memory, whose page frames lie far apart, and the next one gets large pieces. A fork counts up a
 * reference in the struct page of each frame, which takes longer, the farther apart these are (1
 * GiB, cold caches: 10 ms of CPU time in order, 16 ms at random). So it would depend on who came
 * first, and not on the stores.
 */
static int fill(const struct stage *s, struct open_store *stores, size_t count)
{
	uint64_t keys = keys_of(s->options);
	int err = 0;

	for (uint64_t at = 0; at < keys && !err; at += FILL_STEP)
		for (size_t i = 0; i < count && !err; i++)
			if (stores[i].subject)
				err = fill_part(&stores[i], at,
						at + FILL_STEP < keys ? FILL_STEP : keys - at);
	return err;
}

static int check_huge(struct stage *s, struct open_store *o)
{
	struct memory_use use;
	int err;

	if (!o->subject || o->subject->only != PAGES_THP)
		return 0;
	err = memory_use_of(o->pid, &use);
	if (err)
		return stage__fail(s, err, "smaps_rollup");
	if (use.huge_bytes < s->options->size_bytes / 10 * 9) {
		leave_out(s, o,
			  "there are no huge pages for all of it: free memory is in small pieces, "
			  "or /sys/kernel/mm/transparent_hugepage/enabled is never");
		crew__kill(&s->crew, o->pid);
	}
	return 0;
}

/*
 * All stores are there at once; one is copied, at most. Where files are memory, redis-server has
 * its old file until the new one is whole. In tenths of the size, which a store exceeds a little.
 */
static int64_t tenths_needed(size_t stores, const char *folder)
{
	struct statfs v;
	bool in_memory = !statfs(folder, &v) && v.f_type == TMPFS_MAGIC;

	return (int64_t)stores * 10 + (in_memory ? 24 : 10);
}

/* The file is of the store's size. */
static int check_room(struct stage *s, size_t stores)
{
	int64_t size = s->options->size_bytes, available = memory_available();
	const char *folder = folder_of(s->options);
	int64_t tenths = tenths_needed(stores, folder);
	struct statvfs v;

	if (size < 1 << 20)
		return fault__set(s->why, -EINVAL, "--size: 1M at least");
	if (available != MISSING && available / tenths * 10 < size)
		return fault__set(s->why, -ENOMEM,
				  "%zu stores of %s, and what is copied or written into memory, do "
				  "not fit into the %s that are available: try --size %lldM",
				  stores, text_bytes(size).text, text_bytes(available).text,
				  (long long)(available / (tenths + 10) * 10) >> 20);
	if (statvfs(folder, &v))
		return fault__set(s->why, -errno, "%s: %s", folder, strerror(errno));
	if ((double)v.f_bavail * (double)v.f_frsize < 1.3 * (double)size)
		return fault__set(s->why, -ENOSPC,
				  "%s has too little room for a file of %s: --folder names another",
				  folder, text_bytes(size).text);
	return 0;
}

static void put_placement(struct stage *s, struct placement cpus)
{
	if (cpus.child < 0) {
		stage__put_absent(s, "cpu", "number", "of=child", "there is one CPU to use");
		return;
	}
	stage__put(s, "cpu", "number", "of=child", cpus.child);
	stage__put(s, "cpu", "number", "of=store", cpus.server);
	stage__put(s, "cpu", "number", "of=client", cpus.client);
}

/*
 * Only one store, or all if it is NULL. One that waits for its turn works a little, too, and
 * redis-server more than ours: ten times a second, on the CPU of the one that is measured.
 */
static void let_run(const struct open_store *stores, size_t count, const struct open_store *only)
{
	for (size_t i = 0; i < count; i++)
		if (stores[i].subject && stores[i].pid > 0)
			kill(stores[i].pid, !only || only == &stores[i] ? SIGCONT : SIGSTOP);
}

static int run_rounds(struct stage *s, struct open_store *stores, size_t count)
{
	struct placement cpus = placement_choose();
	int err = 0;

	put_placement(s, cpus);
	for (size_t i = 0; i < count && !err; i++) {
		stores[i].cpu = cpus.server;
		err = stores[i].subject->peer ? start_redis(s, &stores[i], cpus)
					      : start_ours(s, &stores[i], cpus);
	}
	if (!err)
		err = fill(s, stores, count);
	for (size_t i = 0; i < count && !err; i++)
		err = check_huge(s, &stores[i]);
	placement_take(cpus.client);
	stage__steps(s, s->options->rounds * count);
	for (unsigned int round = 1; round <= s->options->rounds && !err; round++) {
		/* In turn the one or the other is first: a drift of the machine cancels. */
		for (size_t k = 0; k < count && !err; k++) {
			struct open_store *o = &stores[round % 2 ? count - 1 - k : k];

			if (!o->subject)
				continue;
			let_run(stores, count, o);
			err = measure(s, o, round);
		}
	}
	let_run(stores, count, NULL);
	return err;
}

static void stop(struct stage *s, struct open_store *o)
{
	load__free(&o->load);
	if (o->is_redis)
		redis__stop(&o->redis, s);
	else if (o->fd >= 0)
		close(o->fd);
}

static int run(struct stage *s)
{
	struct open_store *stores = calloc(SNAPSHOT_SUBJECTS, sizeof(*stores));
	size_t count = 0;
	int err;

	if (!stores)
		return stage__fail(s, -ENOMEM, "snapshot");
	for (size_t i = 0; i < SNAPSHOT_SUBJECTS; i++)
		if (is_asked_for(s->options, &snapshot_subjects[i])) {
			stores[count].fd = -1;
			stores[count].cpu = -1;
			stores[count++].subject = &snapshot_subjects[i];
		}
	err = check_room(s, count);
	if (!err)
		err = run_rounds(s, stores, count);
	placement_leave();
	for (size_t i = 0; i < count; i++)
		stop(s, &stores[i]);
	free(stores);
	return err;
}

const struct scenario scenario_snapshot = {
	.name = "snapshot",
	.brief = "a store forks, the child writes it out: what do writes wait? Beside redis-server",
	.takes = SCENARIO_SIZE | SCENARIO_SECONDS | SCENARIO_RATE | SCENARIO_ROUNDS |
		 SCENARIO_SKEW | SCENARIO_PAGES | SCENARIO_FOLDER | SCENARIO_NO_PEER,
	.defaults = {.size_bytes = 256 << 20, .seconds = 1, .rate = 5000, .rounds = 3},
	.copies = SNAPSHOT_SUBJECTS + 1,
	.run = run,
	.print = snapshot_print,
};
