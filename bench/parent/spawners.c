// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/parent/spawners.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bench/axes/threads.h"
#include "bench/parent/outcome.h"
#include "bench/parent/parent.h"

#define STACK_BYTES (256 * 1024)

/* Spawns that do not count, of a thread before and after the samples: bench's ring has room. */
#define BESIDE_MAX 4
#define REST_NS	   100000

/* Its value after that. */
#define INCREMENT(counter) __atomic_add_fetch(&(counter), 1, __ATOMIC_ACQ_REL)

/* Masks for more CPUs than a cpu_set_t has. */
#define CPU_SETS 8

/* What children write: apart, so that no two threads share a cache line. */
struct own_slate {
	struct slate slate;
} __attribute__((aligned(128)));

struct spawner {
	struct stage stage;
	int slate_fd;
	uint32_t started, failed;
	int err;
	struct fault why;
};

static struct {
	size_t count; /* 0: none */
	struct spawner *v;
	struct own_slate *slates;
	pthread_barrier_t begin, end;

	/* Of the samples that are taken now. */
	const struct method *method;
	struct sample *samples;
	uint32_t warmups; /* of each thread */
	uint32_t runs;

	uint32_t spawning; /* threads that have made a child */
	uint32_t next;	   /* sample to take */
	uint32_t taken;
	uint32_t ended; /* spawns, of all threads */
	bool stopped;	/* one failed for good */
} all;

static bool stopped(void)
{
	return __atomic_load_n(&all.stopped, __ATOMIC_ACQUIRE);
}

static uint32_t load(const uint32_t *value)
{
	return __atomic_load_n(value, __ATOMIC_ACQUIRE);
}

static void spawn(struct spawner *t, struct sample *sample)
{
	uint32_t before;
	int err;

	*sample = (struct sample){0};
	stage__reset(&t->stage);
	before = load(&all.ended);
	err = all.method->spawn(&t->stage, sample);
	if (err)
		fault__set(&t->why, err, "waiting for the child: %s", strerror(-err));
	else
		err = outcome_check(&t->stage, all.method, sample, &t->why);
	if (!err && !sample->error)
		sample->ended = INCREMENT(all.ended) - before;
	t->started += sample->started;
	t->failed += sample->error != 0;
	t->err = err;
	if (err)
		__atomic_store_n(&all.stopped, true, __ATOMIC_RELEASE);
}

/* Until all threads spawn. */
static void warm_up(struct spawner *t)
{
	const struct timespec rest = {.tv_nsec = REST_NS};
	struct sample beside;

	for (uint32_t i = 0; i < all.warmups && !stopped(); i++)
		spawn(t, &beside);
	INCREMENT(all.spawning);
	for (int i = 0; i < BESIDE_MAX && load(&all.spawning) < all.count && !stopped(); i++)
		spawn(t, &beside);
	while (load(&all.spawning) < all.count && !stopped())
		nanosleep(&rest, NULL);
}

static void take(struct spawner *t)
{
	struct sample beside;
	uint32_t n;

	warm_up(t);
	while (!stopped() && (n = INCREMENT(all.next) - 1) < all.runs) {
		spawn(t, &all.samples[n]);
		INCREMENT(all.taken);
	}
	for (int i = 0; i < BESIDE_MAX && load(&all.taken) < all.runs && !stopped(); i++)
		spawn(t, &beside);
}

static void *run(void *arg)
{
	for (;;) {
		pthread_barrier_wait(&all.begin);
		take(arg);
		pthread_barrier_wait(&all.end);
	}
	return NULL;
}

static int choose_cpus(const struct shape *shape, pthread_attr_t *attributes)
{
	cpu_set_t cpus[CPU_SETS];

	if (shape->axis[AXIS_placement] != AXIS_ABSENT)
		return 0; /* as the thread that makes them */
	/* The driver is not pinned. */
	if (sched_getaffinity(getppid(), sizeof(cpus), cpus) != 0)
		return -errno;
	return -pthread_attr_setaffinity_np(attributes, sizeof(cpus), cpus);
}

static int make(void)
{
	size_t bytes = all.count * sizeof(*all.slates);

	all.v = calloc(all.count, sizeof(*all.v));
	all.slates = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!all.v || all.slates == MAP_FAILED)
		return -ENOMEM;
	memset(all.slates, 0, bytes);
	for (size_t i = 0; i < all.count; i++) {
		/* Not close-on-exec: the program writes to it. */
		all.v[i].slate_fd = memfd_create("spawnscope-slate", 0);
		if (all.v[i].slate_fd < 0)
			return -errno;
	}
	return 0;
}

static int start(const struct shape *shape)
{
	pthread_attr_t attributes;
	int err;

	pthread_barrier_init(&all.begin, NULL, (unsigned int)all.count + 1);
	pthread_barrier_init(&all.end, NULL, (unsigned int)all.count + 1);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	err = choose_cpus(shape, &attributes);
	for (size_t i = 0; i < all.count && !err; i++) {
		pthread_t thread;

		err = -pthread_create(&thread, &attributes, run, &all.v[i]);
	}
	pthread_attr_destroy(&attributes);
	return err;
}

int spawners_start(const struct shape *shape, struct fault *why)
{
	int err;

	all.count = (size_t)shape__get(shape, AXIS_spawners);
	if (!all.count)
		return 0;
	err = make();
	if (!err)
		err = start(shape);
	return err ? threads_failed("spawners", (long)all.count, err, why) : 0;
}

bool spawners_any(void)
{
	return all.count;
}

int spawners_take_program(const struct shape *shape, const struct parent_memory *memory,
			  const struct program *program, const struct loader *loader,
			  struct fault *why)
{
	int err = 0;

	for (size_t i = 0; i < all.count && !err; i++) {
		struct spawner *t = &all.v[i];

		stage__close(&t->stage);
		err = stage__open_beside(&t->stage, t->slate_fd, &all.slates[i].slate, program,
					 loader);
		if (err)
			fault__set(why, err, "slate: %s", strerror(-err));
		else
			err = parent_equip(shape, memory, &t->stage, why);
	}
	return err;
}

int spawners_take(const struct method *method, uint32_t warmups, uint32_t runs,
		  struct sample *samples, struct spawners_total *total, struct fault *why)
{
	int err = 0;

	all.method = method;
	all.samples = samples;
	all.runs = runs;
	all.warmups = warmups / all.count + 1;
	all.spawning = all.next = all.taken = all.ended = 0;
	/* Another method of this parent may have failed for good. */
	all.stopped = false;
	for (size_t i = 0; i < all.count; i++) {
		all.v[i].err = 0;
		/* What a thread does between two spawns takes time from the others. */
		all.v[i].stage.reads_slate = method->execs;
	}
	pthread_barrier_wait(&all.begin);
	pthread_barrier_wait(&all.end);
	*total = (struct spawners_total){0};
	for (size_t i = 0; i < all.count; i++) {
		struct spawner *t = &all.v[i];

		total->started += t->started;
		total->failed += t->failed;
		if (t->err && !err)
			err = fault__set(why, t->err, "%s", t->why.text);
		t->started = t->failed = 0;
	}
	return err;
}
