// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A store forks, the child writes it out, and the store goes on serving writes: what do these wait?
 * Our store, with pages of 4 KiB and with huge ones, and a real redis-server, by the same client.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/scenario/memory.h"
#include "user/scenario/print.h"
#include "user/scenario/scenario.h"
#include "user/scenario/snapshot/load.h"
#include "user/scenario/snapshot/redis.h"
#include "user/scenario/snapshot/server.h"
#include "user/text/layout.h"

#define WARM_UP_S 0.5

static const char *const whens[LOAD_WHEN_COUNT] = {"before", "during", "after"};

/* The stores, in the order in which they are measured. */
static const struct subject {
	const char *key;
	const char *store, *pages;
	enum scenario_pages only; /* is left out if --pages is the other */
	bool peer;
} subjects[] = {
	{"store=spawnscope pages=4k", "spawnscope", "4k", PAGES_4K, false},
	{"store=spawnscope pages=thp", "spawnscope", "thp", PAGES_THP, false},
	{"store=redis-server pages=4k", "redis-server", "4k", PAGES_4K, true},
};

#define SUBJECT_COUNT (sizeof(subjects) / sizeof(subjects[0]))

/* A store that runs; all do, so that their rounds can be in turn. */
struct open_store {
	const struct subject *subject;
	pid_t pid;
	int fd; /* to our own */
	bool is_redis;
	struct redis redis;
	struct load load;
};

static bool is_asked_for(const struct scenario_options *o, const struct subject *u)
{
	return (o->pages == PAGES_BOTH || o->pages == u->only) && !(u->peer && o->no_peer);
}

static void put(struct stage *s, const char *name, const char *unit, const char *key, int64_t value)
{
	if (value != MISSING)
		stage__put(s, name, unit, key, value);
}

/* `pace_ns` may be NULL. */
static int measure_save(struct stage *s, struct open_store *o, const char *key, int64_t *pace_ns)
{
	int64_t faults = memory_minor_faults(o->pid), start = now_ns(), ns, after;
	const struct load_info *info = &o->load.info;
	int err = load__write(&o->load, LOAD_DURING, 0);

	if (err)
		return err;
	ns = now_ns() - start;
	if (pace_ns)
		*pace_ns = ns / (s->options->size_bytes >> 20);
	after = memory_minor_faults(o->pid);
	put(s, "save", "ns", key, ns);
	put(s, "fork", "ns", key, info->fork_ns);
	put(s, "faults", "faults", key,
	    faults == MISSING || after == MISSING ? MISSING : after - faults);
	put(s, "copied", "bytes", key, info->cow_bytes);
	put(s, "child_page_tables", "bytes", key, info->page_table_bytes);
	return 0;
}

/*
 * How long a child writes depends on more than its fork. So ours writes at the pace of
 * redis-server's in the same round, if there is one: the same time, and about as many writes.
 */
static int set_pace(struct open_store *o, int64_t pace_ns)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)pace_ns);
	return load__command(&o->load, (const char *const[]){"PACE", text, NULL});
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

/* One round of one store. *pace_ns is what redis-server takes for a MiB; 0: not known. */
static int measure(struct stage *s, struct open_store *o, unsigned int round, int64_t *pace_ns)
{
	struct conditions key = conditions_of("%s round=%u", o->subject->key, round);
	double seconds = s->options->seconds;
	struct memory_use use;
	int err;

	if (!memory_use_of(o->pid, &use))
		put(s, "huge", "bytes", key.text, use.huge_bytes);
	let_disk_finish(folder_of(s->options));
	err = load__write(&o->load, LOAD_BEFORE, WARM_UP_S);
	o->load.latency[LOAD_BEFORE].n = 0;
	if (!err)
		err = load__write(&o->load, LOAD_BEFORE, seconds);
	if (!err && !o->is_redis)
		err = set_pace(o, *pace_ns);
	if (!err)
		err = measure_save(s, o, key.text, o->is_redis ? pace_ns : NULL);
	if (!err)
		err = load__write(&o->load, LOAD_AFTER, seconds);
	for (int w = 0; w < LOAD_WHEN_COUNT && !err; w++)
		stage__put_series(s, "latency", "ns",
				  conditions_of("%s when=%s", key.text, whens[w]).text,
				  &o->load.latency[w]);
	stage__step(s);
	return err;
}

static void leave_out(struct stage *s, struct open_store *o, const char *why)
{
	stage__put_absent(s, "latency", "ns", o->subject->key, why);
	o->subject = NULL;
}

static int start_ours(struct stage *s, struct open_store *o)
{
	int64_t size = s->options->size_bytes;
	bool huge = o->subject->only == PAGES_THP;
	struct memory_use use;
	int ends[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return stage__fail(s, -errno, "socketpair");
	o->pid = crew__fork(&s->crew);
	if (!o->pid) {
		close(ends[0]);
		snapshot_serve(ends[1], size, huge, folder_of(s->options));
	}
	close(ends[1]);
	o->fd = ends[0];
	if (o->pid < 0)
		return stage__fail(s, o->pid, "fork");
	err = load__init(&o->load, o->fd, s->options, size / SNAPSHOT_SLOT_BYTES, s->why);
	if (!err)
		err = load__await(&o->load);
	if (err)
		return err;
	err = memory_use_of(o->pid, &use);
	if (err)
		return stage__fail(s, err, "smaps_rollup");
	if (huge && use.huge_bytes < size / 10 * 9) {
		leave_out(s, o,
			  "this kernel gave no huge pages: "
			  "/sys/kernel/mm/transparent_hugepage/enabled");
		crew__kill(&s->crew, o->pid);
	}
	return 0;
}

/* Our own stores can be measured without it. */
static int start_redis(struct stage *s, struct open_store *o)
{
	uint64_t keys = s->options->size_bytes / SNAPSHOT_SLOT_BYTES;
	char *path = redis_path();
	int err;

	if (!path) {
		leave_out(s, o, "redis-server is not installed");
		return 0;
	}
	err = redis__start(&o->redis, s, path, folder_of(s->options));
	free(path);
	if (err) {
		redis__stop(&o->redis, s);
		leave_out(s, o, s->why->text);
		return 0;
	}
	o->is_redis = true;
	o->pid = o->redis.pid;
	err = load__init(&o->load, o->redis.fd, s->options, keys, s->why);
	return err ? err : redis__fill(&o->load, keys);
}

/* All stores are there at once; one is copied, at most; the file is of its size. */
static int check_room(struct stage *s, size_t stores)
{
	int64_t size = s->options->size_bytes, available = memory_available();
	const char *folder = folder_of(s->options);
	struct statvfs v;

	if (size < 1 << 20)
		return fault__set(s->why, -EINVAL, "--size: 1M at least");
	if (available != MISSING && available / (int64_t)(stores + 1) < size)
		return fault__set(s->why, -ENOMEM,
				  "%zu stores of %s, and one more for what is copied, do not fit "
				  "into the %s that are available: try --size %lldM",
				  stores, text_bytes(size).text, text_bytes(available).text,
				  (long long)(available / (int64_t)(stores + 2)) >> 20);
	if (statvfs(folder, &v))
		return fault__set(s->why, -errno, "%s: %s", folder, strerror(errno));
	if ((double)v.f_bavail * (double)v.f_frsize < 1.3 * (double)size)
		return fault__set(s->why, -ENOSPC,
				  "%s has too little room for a file of %s: --folder names another",
				  folder, text_bytes(size).text);
	return 0;
}

static int run_rounds(struct stage *s, struct open_store *stores, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = stores[i].subject->peer ? start_redis(s, &stores[i])
					      : start_ours(s, &stores[i]);
	stage__steps(s, s->options->rounds * count);
	for (unsigned int round = 1; round <= s->options->rounds && !err; round++) {
		int64_t pace_ns = 0;

		/* redis-server, the last one, goes first: it sets the pace. */
		for (size_t i = count; i-- > 0 && !err;)
			if (stores[i].subject)
				err = measure(s, &stores[i], round, &pace_ns);
	}
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
	struct open_store *stores = calloc(SUBJECT_COUNT, sizeof(*stores));
	size_t count = 0;
	int err;

	if (!stores)
		return stage__fail(s, -ENOMEM, "snapshot");
	for (size_t i = 0; i < SUBJECT_COUNT; i++)
		if (is_asked_for(s->options, &subjects[i])) {
			stores[count].fd = -1;
			stores[count++].subject = &subjects[i];
		}
	err = check_room(s, count);
	if (!err)
		err = run_rounds(s, stores, count);
	for (size_t i = 0; i < count; i++)
		stop(s, &stores[i]);
	free(stores);
	return err;
}

static struct conditions when_of(const struct subject *u, enum load_when when)
{
	return conditions_of("%s when=%s", u->key, whens[when]);
}

/* Statistics of a round's writes, as the median over the rounds. */
static double writes(const struct run *r, const struct subject *u, enum load_when when,
		     print_statistic *of)
{
	return print_over_rounds(r, "latency", when_of(u, when).text, of);
}

static double writes_ratio(const struct run *r, const struct subject *u, print_statistic *of)
{
	return writes(r, u, LOAD_DURING, of) / writes(r, u, LOAD_BEFORE, of);
}

static double of_save(const struct run *r, const struct subject *u, const char *name)
{
	return print_over_rounds(r, name, u->key, print_median);
}

static bool is_measured(const struct run *r, const struct subject *u)
{
	return !isnan(writes(r, u, LOAD_DURING, print_most));
}

static void print_answer(const struct run *r, FILE *out)
{
	const struct subject *u = NULL;
	char p99[3 * NUMBER_MAX] = "";

	for (size_t i = 0; i < SUBJECT_COUNT && !u; i++)
		if (is_measured(r, &subjects[i]))
			u = &subjects[i];
	if (!u)
		return;
	if (!isnan(writes_ratio(r, u, print_p99)))
		snprintf(p99, sizeof(p99), ", p99 %s (before: %s)",
			 text_time(writes(r, u, LOAD_DURING, print_p99), false).text,
			 text_time(writes(r, u, LOAD_BEFORE, print_p99), false).text);
	layout_print(out, 2,
		     "How long does a write wait while its store of %s is saved by a fork? Up to "
		     "%s (before: %s)%s: %s, pages of %s",
		     text_bytes(print_setting(r, "size_bytes")).text,
		     text_time(writes(r, u, LOAD_DURING, print_most), false).text,
		     text_time(writes(r, u, LOAD_BEFORE, print_most), false).text, p99, u->store,
		     u->pages);
}

static const char *within_two(double a, double b)
{
	return a <= 2 * b && b <= 2 * a ? "within" : "not within";
}

struct range {
	double low, high; /* NAN: none */
};

/* Widens the range by each round's p99 before the save. */
static void add_quiet(const struct run *r, const struct subject *u, struct range *range)
{
	for (unsigned int round = 1;; round++) {
		struct conditions key =
			conditions_of("%s round=%u when=%s", u->key, round, whens[LOAD_BEFORE]);

		if (!run__observation(r, "latency", key.text))
			return;
		range->low = fmin(range->low, print_p99(r, "latency", key.text));
		range->high = fmax(range->high, print_p99(r, "latency", key.text));
	}
}

/* With another load on the machine, writes that no save disturbs differ from round to round. */
static void print_noise(const struct run *r, const struct subject *u, FILE *out)
{
	struct range quiet = {NAN, NAN};

	add_quiet(r, u, &quiet);
	if (quiet.high > 3 * quiet.low)
		layout_print(
			out, 2,
			"NOISY: before a save, p99 of %s is %s in one round and %s in another: "
			"ratios to it mean little",
			u->store, text_time(quiet.low, false).text,
			text_time(quiet.high, false).text);
}

/* Whether both have the same shape. */
static void print_peer(const struct run *r, FILE *out)
{
	const struct subject *ours = &subjects[0], *redis = &subjects[SUBJECT_COUNT - 1];
	double p99 = writes_ratio(r, ours, print_p99),
	       p99_there = writes_ratio(r, redis, print_p99);
	double most = writes_ratio(r, ours, print_most);
	double most_there = writes_ratio(r, redis, print_most);

	if (isnan(p99) || isnan(p99_there) || isnan(most) || isnan(most_there))
		return;
	layout_print(out, 2,
		     "Does redis-server show the same? During/before, p99 grows %s times here and "
		     "%s there (%s a factor of two), the maximum %s and %s (%s)",
		     text_ratio(p99).text, text_ratio(p99_there).text, within_two(p99, p99_there),
		     text_ratio(most).text, text_ratio(most_there).text,
		     within_two(most, most_there));
	print_noise(r, ours, out);
	print_noise(r, redis, out);
}

static void add_latencies(const struct run *r, const struct subject *u, struct columns *c)
{
	for (int w = 0; w < LOAD_WHEN_COUNT; w++) {
		columns__add(c, "%s", w ? "" : u->store);
		columns__add(c, "%s", w ? "" : u->pages);
		columns__add(c, "%s", whens[w]);
		columns__add_number(c, round(writes(r, u, w, print_number)));
		columns__add_time(c, writes(r, u, w, print_median), r->clock);
		columns__add_time(c, writes(r, u, w, print_p99), r->clock);
		columns__add_time(c, writes(r, u, w, print_most), r->clock);
	}
}

static int print_latencies(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();

	columns__head(c, COLUMNS_LABEL, "STORE", "PAGES", "WHEN", NULL);
	columns__head(c, COLUMNS_RIGHT, "WRITES", "MEDIAN", "P99", "MAX", NULL);
	for (size_t i = 0; i < SUBJECT_COUNT; i++)
		if (is_measured(r, &subjects[i]))
			add_latencies(r, &subjects[i], c);
	return columns__finish(c, "Writes, from sent to answered", out, colour);
}

static int print_saves(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();

	columns__head(c, COLUMNS_LABEL, "STORE", "PAGES", NULL);
	columns__head(c, COLUMNS_RIGHT, "FORK", "SAVE", "FAULTS", "COPIED", "P99 X", "MAX X", NULL);
	for (size_t i = 0; i < SUBJECT_COUNT; i++) {
		const struct subject *u = &subjects[i];

		if (!is_measured(r, u))
			continue;
		columns__add(c, "%s", u->store);
		columns__add(c, "%s", u->pages);
		columns__add_time(c, of_save(r, u, "fork"), r->clock);
		columns__add_time(c, of_save(r, u, "save"), r->clock);
		columns__add_number(c, round(of_save(r, u, "faults")));
		print_bytes_cell(c, of_save(r, u, "copied"));
		print_ratio_cell(c, writes_ratio(r, u, print_p99));
		print_ratio_cell(c, writes_ratio(r, u, print_most));
	}
	return columns__finish(c, "The save, and during/before", out, colour);
}

/* Writes while a child lives split huge pages: the next fork copies small ones. */
static void print_huge(const struct run *r, FILE *out)
{
	struct conditions first = conditions_of("store=spawnscope pages=thp round=1"), last = first;

	for (unsigned int round = 2;; round++) {
		struct conditions next =
			conditions_of("store=spawnscope pages=thp round=%u", round);

		if (!run__observation(r, "huge", next.text))
			break;
		last = next;
	}
	if (print_median(r, "huge", last.text) < 0.9 * print_median(r, "huge", first.text))
		layout_print(
			out, 2,
			"Do huge pages help? The first fork takes %s; writes during saves split "
			"huge pages (%s are left of %s), and the last fork takes %s",
			text_time(print_median(r, "fork", first.text), false).text,
			print_bytes(print_median(r, "huge", last.text)).text,
			print_bytes(print_median(r, "huge", first.text)).text,
			text_time(print_median(r, "fork", last.text), false).text);
}

static void print_absent(const struct run *r, FILE *out)
{
	for (size_t i = 0; i < SUBJECT_COUNT; i++) {
		const struct observation *m = run__observation(r, "latency", subjects[i].key);

		if (m && m->absent)
			layout_print(out, 2, "Not measured: %s, pages of %s: %s", subjects[i].store,
				     subjects[i].pages, m->absent);
	}
}

static int print(const struct run *r, FILE *out, bool colour)
{
	int err;

	print_answer(r, out);
	print_peer(r, out);
	print_huge(r, out);
	err = print_latencies(r, out, colour);
	if (!err)
		err = print_saves(r, out, colour);
	layout_print(
		out, 2,
		"FAULTS: the server's minor faults while it is saved. COPIED: memory that is no "
		"longer shared when the child ends, which is needed in addition");
	if (is_measured(r, &subjects[SUBJECT_COUNT - 1]) && is_measured(r, &subjects[0]))
		layout_print(out, 2,
			     "The children of spawnscope's stores write at the pace of "
			     "redis-server's, so that they live as long");
	print_absent(r, out);
	return err;
}

const struct scenario scenario_snapshot = {
	.name = "snapshot",
	.brief = "a store forks, the child writes it out: what do writes wait? Beside redis-server",
	.takes = SCENARIO_SIZE | SCENARIO_SECONDS | SCENARIO_RATE | SCENARIO_ROUNDS |
		 SCENARIO_SKEW | SCENARIO_PAGES | SCENARIO_FOLDER | SCENARIO_NO_PEER,
	.defaults = {.size_bytes = 256 << 20, .seconds = 1, .rate = 5000, .rounds = 3},
	.copies = SUBJECT_COUNT + 1,
	.run = run,
	.print = print,
};
