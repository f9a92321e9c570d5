// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/calibrate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "bench/shared/fault.h"
#include "user/base/cache.h"
#include "user/base/say.h"
#include "user/collect/environment.h"
#include "user/collect/samples.h"
#include "user/driver/driver.h"
#include "user/profile/figures.h"
#include "user/store/store.h"

#define PREFIX	 "calibration-"
#define FILE_MAX (1 << 20)
#define ROUNDS	 3
/* No round begins after that time, on a busy machine; one round is enough. */
#define BUDGET_NS 1000000000LL
#define TIMEOUT_S 10

/* The cells of the driver's grid that are taken. A round takes about 0.2 s. */
static const struct wanted {
	const char *method, *pages;
	int64_t bytes;
	unsigned int runs; /* in each round */
} wants[] = {
	{"fork", "4k", CALIBRATION_SMALL, 60},	      {"fork-exec", "4k", CALIBRATION_SMALL, 60},
	{"posix_spawn", "4k", CALIBRATION_SMALL, 60}, {"fork", "4k", CALIBRATION_LARGE, 25},
	{"fork", "thp", CALIBRATION_LARGE, 25},
};

#define WANT_COUNT (sizeof(wants) / sizeof(wants[0]))

static char *const driver_args[] = {"--method",	 "fork,fork-exec,posix_spawn",
				    "--size",	 "1M,64M",
				    "--pages",	 "4k,thp",
				    "--timeout", "5",
				    NULL};

static int add_cell(struct run *r, const struct wanted *w)
{
	struct cell *c = run__add_cell(r);

	return !c || cell__add_key_text(c, "method", w->method) ||
			       cell__add_key_number(c, "rss_bytes", w->bytes) ||
			       cell__add_key_text(c, "pages", w->pages) ||
			       cell__add_key_text(c, "trace", "none")
		       ? -ENOMEM
		       : 0;
}

/* Notes why a cell has no samples, or no more of them. */
static int give_up(struct cell *c, const char *why)
{
	char **reason = c->n ? &c->broken : &c->skipped;

	free(*reason);
	*reason = strdup(why);
	return *reason ? 0 : -ENOMEM;
}

static int take_block(struct driver *d, const struct wanted *w, struct run *r, struct cell *c,
		      struct fault *why)
{
	const struct run *grid = &driver__grid(d)->run;
	const struct cell *found = figures_cell(grid, w->method, w->bytes, w->pages);
	struct driver_block block = {0};
	pid_t parent;
	size_t id;
	int err;

	if (c->skipped || c->broken)
		return 0;
	if (!found)
		return -EPROTO;
	id = found - grid->cells;
	err = driver__prepare(d, id, &parent, why);
	if (err)
		return err == -ENOTSUP ? give_up(c, why->text) : err;
	err = driver__run(d, id, w->runs, &block, why);
	if (err && err != -EIO)
		return err;
	r->end.started_untraced += block.started;
	for (size_t i = 0; i < block.n; i++)
		if (samples_add(c, &block.samples[i], NULL, NULL))
			return -ENOMEM;
	return err ? give_up(c, why->text) : 0;
}

/* Each round takes every cell in turn, so that disturbances hit all of them. */
static int take_samples(struct driver *d, struct run *r, struct fault *why)
{
	int64_t begun = now_ns();
	int err = 0;

	r->seed = driver__grid(d)->seed;
	for (size_t i = 0; i < WANT_COUNT && !err; i++)
		err = add_cell(r, &wants[i]);
	for (int round = 0; round < ROUNDS && (!round || now_ns() - begun < BUDGET_NS); round++)
		for (size_t i = 0; i < WANT_COUNT && !err; i++)
			err = take_block(d, &wants[i], r, &r->cells[i], why);
	return err;
}

static int describe(struct run *r)
{
	char *const args[] = {"(calibration)", NULL};
	int err = run__begin(r, "profile", args, environment_clock());

	r->end.births = r->end.started = r->end.lost = r->end.missed = MISSING;
	return err ? err : environment_read(r, NULL);
}

static int take(struct run *r, const struct calibrate_options *o, struct fault *why)
{
	bool show = !o->silent && isatty(STDERR_FILENO);
	const struct driver_options options = {.timeout_s = TIMEOUT_S};
	struct driver *d = NULL;
	int err;

	if (show)
		fputs("calibrating (1 s, once per boot)...", stderr);
	err = driver__start(driver_args, &options, &d, why);
	if (!err) {
		why->text[0] = '\0';
		err = take_samples(d, r, why);
		r->ended = !err;
	}
	driver__stop(d);
	if (show)
		fputs("\r\033[K", stderr);
	if (err && !why->text[0])
		return fault__set(why, err, "%s", strerror(-err));
	return err;
}

/* "calibration-BOOT.jsonl": kernel and processor stay the same until reboot. 0 or -errno. */
static int file_name(char *name, size_t size)
{
	FILE *in = fopen("/proc/sys/kernel/random/boot_id", "re");
	char id[64] = "";

	if (!in)
		return -errno;
	if (!fgets(id, sizeof(id), in))
		id[0] = '\0';
	fclose(in);
	id[strspn(id, "0123456789abcdef-")] = '\0';
	snprintf(name, size, PREFIX "%s.jsonl", id);
	return id[0] ? 0 : -EINVAL;
}

/* Facts that do not change a calibration: its time, and the caller's personality. */
static bool is_incidental(const char *fact)
{
	return !strcmp(fact, "taken_ms") || !strcmp(fact, "aslr_personality");
}

/* Settings may change within a boot, and containers share a boot id. */
static bool same_machine(const struct run *a, const struct run *b)
{
	if (a->env_count != b->env_count || strcmp(a->tool, b->tool) || strcmp(a->clock, b->clock))
		return false;
	for (size_t i = 0; i < a->env_count; i++) {
		const struct fact *x = &a->env[i], *y = run__env(b, x->name);

		if (is_incidental(x->name))
			continue;
		if (!y || x->number != y->number || !x->text != !y->text ||
		    (x->text && strcmp(x->text, y->text)))
			return false;
	}
	return true;
}

struct calibration *calibrate_read(FILE *in, const struct run *here)
{
	struct calibration *c = NULL;
	struct run r;
	struct fault why;

	if (!store_read_stream(in, "", &r, &why)) {
		if (r.ended && same_machine(here, &r))
			c = calibration__of(&r);
		run__free(&r);
	}
	if (calibration_is_noisy(c)) {
		calibration__free(c);
		c = NULL;
	}
	return c;
}

static struct calibration *read_cache(int folder, const char *name, const struct run *here)
{
	FILE *in = cache_read(folder, name, FILE_MAX);
	struct calibration *c = in ? calibrate_read(in, here) : NULL;

	if (in)
		fclose(in);
	return c;
}

static int write_cache(int folder, const char *name, const struct run *r)
{
	struct cache_file file;
	struct store *s;
	int err = cache_write(folder, &file), closed;

	if (err)
		return err;
	s = store__create_on(file.out, true);
	err = s ? store__write_all(s, r) : -ENOMEM;
	closed = s ? store__close(s) : fclose(file.out);
	if (!err)
		err = closed;
	if (err) {
		cache_drop(folder, &file);
		return err;
	}
	cache_prune(folder, PREFIX, name);
	return cache_keep(folder, &file, name);
}

/* A noisy one would be used until reboot. 0, or -errno with the reason in `why`. */
static int keep(int folder, const char *name, const struct calibration *c, const struct run *r,
		struct fault *why)
{
	int err;

	if (folder < 0)
		return folder;
	if (calibration_is_noisy(c))
		return fault__set(why, -EAGAIN, "it is noisy");
	err = write_cache(folder, name, r);
	return err ? fault__set(why, err, "%s", strerror(-err)) : 0;
}

int calibrate(const struct calibrate_options *o, struct calibration **calibration,
	      struct fault *why)
{
	char name[sizeof(PREFIX) + 80];
	struct fault not_kept = {"the boot has no id"};
	struct run r = {0};
	int folder = file_name(name, sizeof(name)), err;

	*calibration = NULL;
	why->text[0] = '\0';
	if (!folder)
		folder = cache_open(!o->cached_only, &not_kept);
	err = describe(&r);
	if (!err && folder >= 0)
		*calibration = read_cache(folder, name, &r);
	if (err || *calibration)
		goto cleanup;
	err = o->cached_only ? -ENOENT : take(&r, o, why);
	if (err)
		goto cleanup;
	*calibration = calibration__of(&r);
	err = *calibration ? 0 : -ENOMEM;
	if (!err && keep(folder, name, *calibration, &r, &not_kept) && o->verbose)
		complain("the calibration is not cached: %s", not_kept.text);
cleanup:
	if (!err) /* the reason of a skipped cell may be there */
		why->text[0] = '\0';
	if (err && err != -ENOENT && !why->text[0])
		fault__set(why, 0, "%s", strerror(-err));
	run__free(&r);
	if (folder >= 0)
		close(folder);
	return err;
}
