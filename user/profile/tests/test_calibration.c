// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The figures of a calibration, the estimates made from them, and the cache folder. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "bench/tests/unit.h"
#include "user/analysis/whatif.h"
#include "user/base/cache.h"
#include "user/model/calibration.h"
#include "user/profile/figures.h"
#include "user/profile/whatif_json.h"
#include "user/store/decode.h"
#include "user/store/encode.h"
#include "user/table/advice.h"
#include "user/tests/sample_birth.h"
#include "user/text/layout.h"

/* What each test begins with: a calibration of make_run(), and no births. */
static struct calibration *c;
static struct groups g;

static char text[1 << 16];

/* 21 samples in even steps, so that those of ranks 2, 10 and 18 are the quantiles that are used. */
static void add_cell(struct run *r, const char *method, int64_t bytes, const char *pages,
		     int64_t least, int64_t step)
{
	struct cell *cell = run__add_cell(r);

	assert_non_null(cell);
	assert_int_equal(cell__add_key_text(cell, "method", method), 0);
	assert_int_equal(cell__add_key_number(cell, "rss_bytes", bytes), 0);
	assert_int_equal(cell__add_key_text(cell, "pages", pages), 0);
	for (int i = 0; i < 21; i++)
		assert_int_equal(
			series__push(&cell->samples[SAMPLE_spawn_ns], least + (i * 8 % 21) * step),
			0);
	cell->n = 21;
}

/* fork 31 us; with 63 MiB more 346, 409, 472 us, or of huge pages 33.52, 38.56, 43.6 us. */
static void make_run(struct run *r)
{
	*r = (struct run){0};
	add_cell(r, "fork", CALIBRATION_SMALL, "4k", 30000, 100);
	add_cell(r, "fork-exec", CALIBRATION_SMALL, "4k", 40000, 100);
	add_cell(r, "posix_spawn", CALIBRATION_SMALL, "4k", 50000, 100);
	add_cell(r, "fork", CALIBRATION_LARGE, "4k", 330250, 7875);
	add_cell(r, "fork", CALIBRATION_LARGE, "thp", 32260, 630);
	assert_int_equal(run__add_env_number(r, "taken_ms", 1234), 0);
}

static int set_up(void **state)
{
	struct run r;

	make_run(&r);
	c = calibration__of(&r);
	run__free(&r);
	groups__init(&g, GROUP_BY_COMM);
	return c ? 0 : -1;
}

static int tear_down(void **state)
{
	groups__free(&g);
	calibration__free(c);
	return 0;
}

static void check_figure(const struct calibration *of, enum figure f, int64_t low, int64_t mid,
			 int64_t high)
{
	const struct figure_value *v = calibration_figure(of, f);

	assert_non_null(v);
	assert_int_equal(v->low, low);
	assert_int_equal(v->mid, mid);
	assert_int_equal(v->high, high);
}

static void check_figures(const struct calibration *of)
{
	assert_int_equal(of->taken_ms, 1234);
	check_figure(of, FIGURE_fork, 30200, 31000, 31800);
	check_figure(of, FIGURE_fork_exec, 40200, 41000, 41800);
	check_figure(of, FIGURE_posix_spawn, 50200, 51000, 51800);
	check_figure(of, FIGURE_fork_mib_4k, 5000, 6000, 7000);
	check_figure(of, FIGURE_fork_mib_thp, 40, 120, 200);
}

TEST_BETWEEN(figures_are_quantiles_and_slopes, set_up, tear_down)
{
	check_figures(c);
}

TEST_BETWEEN(what_was_not_measured_has_a_reason, set_up, tear_down)
{
	struct run r;

	calibration__free(c);
	make_run(&r);
	r.cells[4].skipped = strdup("no huge pages here");
	r.cells[2].samples[SAMPLE_spawn_ns].n = 19;
	r.cells[1].key[0].text = "another";
	/* Slower than the large one: noise, which is not a gain. */
	for (int i = 0; i < 21; i++)
		r.cells[0].samples[SAMPLE_spawn_ns].v[i] += 400000;
	c = calibration__of(&r);
	assert_non_null(c);
	assert_null(calibration_figure(c, FIGURE_fork_mib_thp));
	assert_string_equal(c->v[FIGURE_fork_mib_thp].absent, "no huge pages here");
	assert_string_equal(c->v[FIGURE_posix_spawn].absent, "there were too few samples");
	assert_string_equal(c->v[FIGURE_fork_exec].absent, "it was not measured");
	check_figure(c, FIGURE_fork_mib_4k, 0, 0, 651);
	assert_null(calibration_figure(NULL, FIGURE_fork));
	run__free(&r);
}

TEST_BETWEEN(a_calibration_comes_back_as_it_was_stored, set_up, tear_down)
{
	struct run r = {0};
	struct reason why = {0};
	json_t *line;

	assert_int_equal(figure_set_absent(&c->v[FIGURE_fork], "why \xff"), 0);
	line = store_encode_calibration(c);
	assert_non_null(line);
	assert_int_equal(store_decode_calibration(line, &r, &why), 0);
	assert_string_equal(r.calibration->v[FIGURE_fork].absent, "why \xef\xbf\xbd");
	free(r.calibration->v[FIGURE_fork].absent);
	r.calibration->v[FIGURE_fork] = (struct figure_value){30200, 31000, 31800, NULL};
	check_figures(r.calibration);
	/* One per run. */
	assert_int_equal(store_decode_calibration(line, &r, &why), -EINVAL);
	json_decref(line);
	run__free(&r);
}

TEST(damaged_lines_are_refused)
{
	static const char *const lines[] = {
		"{}",
		"{\"ns\":{}}",
		"{\"ns\":[],\"absent\":{}}",
		"{\"ns\":{},\"absent\":[]}",
		"{\"ns\":{},\"absent\":{\"fork\":7}}",
		"{\"ns\":{\"fork\":7},\"absent\":{}}",
		"{\"ns\":{\"fork\":[1,2]},\"absent\":{}}",
		"{\"ns\":{\"fork\":[1,2,null]},\"absent\":{}}",
		"{\"ns\":{\"fork\":[3,2,4]},\"absent\":{}}",
		"{\"ns\":{\"fork\":[-1,2,4]},\"absent\":{}}",
		"{\"ns\":{\"fork\":[1,2,9223372036854775807]},\"absent\":{}}",
		"{\"ns\":{},\"absent\":{},\"taken_ms\":\"x\"}",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		json_t *line = json_loads(lines[i], 0, NULL);
		struct reason why = {0};
		struct run r = {0};

		assert_non_null(line);
		assert_int_equal(store_decode_calibration(line, &r, &why), -EINVAL);
		assert_true(why.text[0]);
		json_decref(line);
		run__free(&r);
	}
}

/* A fork of a parent with 1 GiB: the call takes 10 us and the copy, the exec's opening 1 us. */
static struct birth fork_of_1g(uint64_t copy_ns, bool execs)
{
	const uint64_t t = 1000000, end = t + 1000 + copy_ns;
	const uint64_t edge[EDGE_COUNT] = {[EDGE_clone_enter] = t,
					   [EDGE_mm_start] = t + 1000,
					   [EDGE_mm_end] = end,
					   [EDGE_newtask] = end + 1000,
					   [EDGE_woken] = end + 2000,
					   [EDGE_clone_return] = end + 9000,
					   [EDGE_first_run] = end + 9500,
					   [EDGE_exec_enter] = end + 10000,
					   [EDGE_exec_flush] = end + 11000,
					   [EDGE_exec_load] = end + 12000,
					   [EDGE_exec_done] = end + 13000};
	struct birth b = sample_birth(3, 7, t);

	b.life.execed = execs;
	memcpy(b.life.edge, edge, sizeof(edge));
	b.life.count[COUNT_cow_faults_parent] = MISSING;
	return b;
}

static void add(const struct birth *b, int n)
{
	for (int i = 0; i < n; i++)
		assert_int_equal(groups__add(&g, b), 0);
	groups__count_received(&g);
}

/* These births, and no others. */
static void set_births(uint64_t copy_ns, bool execs)
{
	const struct birth b = fork_of_1g(copy_ns, execs);

	groups__free(&g);
	groups__init(&g, GROUP_BY_COMM);
	add(&b, 10);
}

/* Forks of other sizes, by the same parent and method: 3 of them exec, 10 do not. */
static void set_mixed(uint64_t execs_ns, uint64_t stays_ns)
{
	const struct birth execs = fork_of_1g(execs_ns, true);
	struct birth stays = fork_of_1g(stays_ns, false);

	stays.life.count[COUNT_parent_rss_anon] = 1 << 28;
	groups__free(&g);
	groups__init(&g, GROUP_BY_COMM);
	add(&execs, 3);
	add(&stays, 10);
}

static struct whatif_estimates estimate(enum whatif_kind kind)
{
	return whatif_estimate(&g.v[0], kind, c);
}

TEST_BETWEEN(forks_that_exec_are_estimated, set_up, tear_down)
{
	struct whatif_estimates e;

	set_births(200000, true);
	e = estimate(WHATIF_SPAWNABLE);
	assert_true(e.call == 210000 && e.copy == 200000);
	assert_true(e.spawn_call.low == 50200 && e.spawn_call.high == 51800 + 1000);
	assert_true(e.helper_call.low == 40200 && e.helper_call.high == 41800);
	assert_true(isnan(e.thp_copy.low));
	e = whatif_estimate(&g.v[0], WHATIF_SPAWNABLE, NULL);
	assert_true(isnan(e.spawn_call.low) && isnan(e.helper_call.low) && e.call == 210000);
}

TEST_BETWEEN(forks_that_do_not_exec_are_estimated_with_huge_pages, set_up, tear_down)
{
	struct whatif_estimates e;

	/* 1024 MiB at 40 ns; 8 ms less 1024 times 5000 - 200. */
	set_births(8000000, false);
	e = estimate(WHATIF_COPIER);
	assert_true(e.copy == 8000000 && e.anon_bytes == 1 << 30);
	assert_true(e.thp_copy.low == 40960 && e.thp_copy.high == 3084800);
	assert_true(isnan(e.spawn_call.low) && isnan(e.helper_call.low) && !e.no_thp);
	/* All of the copy is explained, and more: 1024 MiB at 40 to 200 ns. */
	set_births(4000000, false);
	e = estimate(WHATIF_COPIER);
	assert_true(e.thp_copy.low == 40960 && e.thp_copy.high == 204800);
	/* No huge pages. */
	assert_int_equal(figure_set_absent(&c->v[FIGURE_fork_mib_thp], "off"), 0);
	e = estimate(WHATIF_COPIER);
	assert_string_equal(e.no_thp, "off");
	assert_true(isnan(e.thp_copy.low));
}

static void print(const struct calibration *of)
{
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_int_equal(advice_print(&g, 20, of, "monotonic", out, false), 0);
	fclose(out);
}

/* 2 ms for 1 GiB are less than half of what 4 KiB pages take. */
TEST_BETWEEN(pages_that_are_huge_already_are_left_alone, set_up, tear_down)
{
	struct whatif_estimates e;

	set_births(2000000, false);
	e = estimate(WHATIF_COPIER);
	assert_non_null(strstr(e.no_thp, "as cheap already"));
	assert_true(isnan(e.thp_copy.low) && e.cheap && !e.contradicted);
	print(c);
	assert_null(strstr(text, "THP"));
}

/* One figure that spreads more than three times makes all noisy. */
static void make_noisy(void)
{
	c->v[FIGURE_fork_mib_4k].high = 15001;
}

TEST_BETWEEN(a_calibration_that_spreads_is_noisy, set_up, tear_down)
{
	assert_false(calibration_is_noisy(NULL));
	assert_false(calibration_is_noisy(c));
	/* Of huge pages a copy takes next to nothing, so that any spread is large. */
	c->v[FIGURE_fork_mib_thp] = (struct figure_value){0, 100, 10000, NULL};
	assert_false(calibration_is_noisy(c));
	c->v[FIGURE_fork_mib_4k].high = 15000;
	assert_false(calibration_is_noisy(c));
	make_noisy();
	assert_true(calibration_is_noisy(c));
	assert_int_equal(figure_set_absent(&c->v[FIGURE_fork_mib_4k], "x"), 0);
	assert_false(calibration_is_noisy(c));
	c->v[FIGURE_posix_spawn].low = 0;
	assert_true(calibration_is_noisy(c));
}

/* The same on lines that are long enough for all. */
static void print_unwrapped(const struct calibration *of)
{
	layout_set_width(LAYOUT_WIDTH_MOST);
	print(of);
	layout_set_width(0);
}

static void says(const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in: %s", part, text);
}

/* The medians of one kind do not describe the other. */
TEST_BETWEEN(both_kinds_of_a_group_are_estimated, set_up, tear_down)
{
	struct whatif_estimates e;

	set_mixed(20000000, 150000);
	e = estimate(WHATIF_SPAWNABLE);
	assert_true(e.call == 20010000 && e.copy == 20000000);
	assert_true(whatif_has(&g.v[0], WHATIF_SPAWNABLE) && !whatif_has(&g.v[0], WHATIF_COPIER));
	print_unwrapped(c);
	says("saves 60.0 ms to 60.0 ms: parent: posix_spawn or vfork for 3 forks that exec\n");
	assert_null(strstr(text, "do not"));
	/* 256 MiB at 40 ns; 4 ms less 256 times 5000 - 200. */
	set_mixed(50000, 4000000);
	e = estimate(WHATIF_SPAWNABLE);
	assert_true(e.call == 60000 && e.copy == 50000);
	e = estimate(WHATIF_COPIER);
	assert_true(e.copy == 4000000 && e.anon_bytes == 1 << 28);
	assert_true(e.thp_copy.low == 10240 && e.thp_copy.high == 2771200);
	print_unwrapped(c);
	says("saves 150 us to 184 us: parent: posix_spawn or vfork for 3 forks that exec\n");
	says("saves 12.3 ms to 39.9 ms: parent: huge pages (THP) below 10 forks that do not "
	     "exec\n");
}

TEST_BETWEEN(advice_is_printed_by_what_it_saves_with_its_basis, set_up, tear_down)
{
	const struct birth stays = fork_of_1g(8000000, false);

	set_births(200000, true);
	add(&stays, 3);
	print(c);
	assert_string_equal(
		text,
		"\nWhat to do\n"
		"saves 14.7 ms to 23.9 ms: parent: huge pages (THP) below 3 forks that do not\n"
		"  exec\n"
		"saves 2.00 ms to 2.12 ms: parent: posix_spawn or vfork for 10 forks that exec\n"
		"saves 1.68 ms to 1.71 ms: parent: or a small helper, forked early, for these 10\n"
		"  forks\n"
		"saves up to 24.0 ms: parent: forking before the heap, or MADV_DONTFORK, for what\n"
		"  3 children do not need\n"
		"Basis, of these births: posix_spawn: at least copy_mm (or what follows from it\n"
		"  too, less posix_spawn's own calls), at most all their work until the exec;\n"
		"  helper, without its messages: at least the calls, at most all their work until\n"
		"  the exec, each less the calls of a small parent; before the heap: at most\n"
		"  copy_mm; huge pages: copy_mm less theirs; calibrated on the same boot:\n"
		"  posix_spawn 51.0 us, fork of 1 MiB 41.0 us; calibrated on the same boot: fork\n"
		"  6.00 us/MiB of 4 KiB pages, 120 ns/MiB of THP\n");
}

/* An alternative stands behind what it replaces, and what saves nothing is no advice. */
TEST_BETWEEN(what_is_not_calibrated_says_so, set_up, tear_down)
{
	set_births(200000, true);
	print_unwrapped(NULL);
	says("saving not known (profile without --no-calibrate measures it): parent: or a small "
	     "helper");
	assert_null(strstr(text, "calibrated on"));
	assert_int_equal(figure_set_absent(&c->v[FIGURE_fork_exec], "because"), 0);
	print_unwrapped(c);
	says("saving not known (fork is not calibrated: because): parent: or a small helper");
	set_births(8000000, false);
	print_unwrapped(NULL);
	says("saving not known (profile without --no-calibrate measures it): parent: huge pages");
	assert_int_equal(figure_set_absent(&c->v[FIGURE_fork_mib_thp], "off"), 0);
	print_unwrapped(c);
	says("saving not known (off): parent: huge pages");
	assert_true(whatif_any(&g, 1) && !whatif_any(&g, 0));
}

/* Forks that are as cheap as those of a small parent: the call of posix_spawn is longer. */
TEST_BETWEEN(a_call_that_gets_longer_is_named, set_up, tear_down)
{
	set_births(20000, true);
	print_unwrapped(c);
	assert_null(strstr(text, "helper"));
	says(": posix_spawn or vfork for 10 forks that exec, though a call then takes 50.2 us to "
	     "52.8 "
	     "us, not 30.0 us\n");
}

/* Writes into `text`. Returns the number of lines. */
static size_t write_json(void)
{
	FILE *out = fmemopen(text, sizeof(text), "w");
	size_t lines = 0;

	assert_int_equal(whatif_write_json(&g, 20, c, "monotonic", out), 0);
	fclose(out);
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	return lines;
}

TEST_BETWEEN(estimates_are_written_as_json, set_up, tear_down)
{
	json_t *line, *range;

	set_births(200000, true);
	assert_int_equal(write_json(), 1);
	line = json_loads(text, 0, NULL);
	assert_non_null(line);
	range = json_object_get(line, "posix_spawn_call_ns");
	assert_int_equal(json_integer_value(json_array_get(range, 0)), 50200);
	assert_int_equal(json_integer_value(json_array_get(range, 1)), 52800);
	assert_string_equal(json_string_value(json_object_get(line, "parent")), "parent");
	assert_true(json_is_true(json_object_get(line, "exec")));
	json_decref(line);
	set_mixed(50000, 4000000);
	assert_int_equal(write_json(), 2);
	says("\"forks\":3,\"exec\":true,\"call_ns\":60000,");
	says("\"forks\":10,\"exec\":false,\"copy_mm_ns\":4000000,"
	     "\"thp_copy_mm_ns\":[10240,2771200]");
}

/* 3.5 ms for 1 GiB are less than three quarters of 5 us/MiB. */
TEST_BETWEEN(births_that_contradict_the_calibration_are_not_estimated, set_up, tear_down)
{
	set_births(3500000, false);
	assert_true(estimate(WHATIF_COPIER).contradicted);
	print_unwrapped(c);
	says("saving not known (calibration and births contradict each other (the calibration has "
	     "6.00 us/MiB for 4 KiB pages, these births took 3.42 us/MiB)): parent: huge pages");
	assert_int_equal(write_json(), 1);
	says("\"no_thp\":\"calibration and births contradict each other (the calibration has ");
	assert_null(strstr(text, "thp_copy_mm_ns"));
	/* A noisy one does not prove that pages are huge. */
	make_noisy();
	set_births(2000000, false);
	assert_true(estimate(WHATIF_COPIER).contradicted);
	print_unwrapped(c);
	says("(the noisy calibration has 6.00 us/MiB for 4 KiB pages, these births took 1.95 ");
}

TEST_BETWEEN(a_noisy_calibration_is_said_to_be, set_up, tear_down)
{
	make_noisy();
	set_births(8000000, false);
	print_unwrapped(c);
	says("; calibrated on the same boot (noisy): fork 6.00 us/MiB of 4 KiB pages, 120 ns/MiB");
	assert_int_equal(write_json(), 1);
	says("\"basis\":\"calibrated on the same boot (noisy): fork ");
}

/* The cache folder. */

static char room[] = "/tmp/test_calibration.XXXXXX";
static char path[256];

static const char *in_room(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", room, name);
	return path;
}

static void put_file(const char *name, const char *content)
{
	FILE *f = fopen(in_room(name), "w");

	assert_non_null(f);
	fputs(content, f);
	fclose(f);
	assert_int_equal(chmod(path, 0600), 0);
}

static bool readable(int folder, const char *name, off_t max)
{
	FILE *f = cache_read(folder, name, max);

	if (f)
		fclose(f);
	return f;
}

static int make_room(void **state)
{
	strcpy(room, "/tmp/test_calibration.XXXXXX");
	return !mkdtemp(room) || setenv("XDG_CACHE_HOME", room, 1);
}

static int clear_room(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", room);
	return system(command);
}

TEST_BETWEEN(only_files_of_ours_alone_are_read, make_room, clear_room)
{
	struct fault why;
	int folder = cache_open(true, &why);
	struct stat st;

	assert_true(folder >= 0);
	assert_int_equal(stat(in_room("spawnscope"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	put_file("spawnscope/good", "text\n");
	put_file("spawnscope/shared", "text\n");
	assert_int_equal(chmod(path, 0660), 0);
	put_file("elsewhere", "text\n");
	assert_int_equal(symlink("../elsewhere", in_room("spawnscope/link")), 0);
	assert_int_equal(mkfifo(in_room("spawnscope/pipe"), 0600), 0);
	assert_int_equal(mkdir(in_room("spawnscope/folder"), 0700), 0);
	put_file("spawnscope/foreign", "text\n");
	if (geteuid() == 0)
		assert_int_equal(chown(path, 65534, 65534), 0);
	assert_true(readable(folder, "good", 5));
	assert_false(readable(folder, "good", 4));
	assert_false(readable(folder, "none", 100));
	assert_false(readable(folder, "shared", 100));
	assert_false(readable(folder, "link", 100));
	assert_false(readable(folder, "pipe", 100));
	assert_false(readable(folder, "folder", 100000));
	if (geteuid() == 0)
		assert_false(readable(folder, "foreign", 100));
	close(folder);
}

TEST_BETWEEN(what_is_written_takes_the_place_of_a_link, make_room, clear_room)
{
	struct fault why;
	int folder = cache_open(true, &why);
	struct cache_file f;
	struct stat st;

	assert_true(folder >= 0);
	put_file("elsewhere", "text\n");
	assert_int_equal(symlink("../elsewhere", in_room("spawnscope/a-1")), 0);
	put_file("spawnscope/a-0", "old\n");
	put_file("spawnscope/b-0", "other\n");
	assert_int_equal(cache_write(folder, &f), 0);
	fputs("new and longer\n", f.out);
	fclose(f.out);
	assert_int_equal(cache_keep(folder, &f, "a-1"), 0);
	cache_prune(folder, "a-", "a-1");
	assert_int_equal(lstat(in_room("spawnscope/a-1"), &st), 0);
	assert_true(S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0600 && st.st_size == 15);
	assert_int_equal(stat(in_room("elsewhere"), &st), 0);
	assert_int_equal(st.st_size, 5);
	assert_int_not_equal(stat(in_room("spawnscope/a-0"), &st), 0);
	assert_int_equal(stat(in_room("spawnscope/b-0"), &st), 0);
	/* Given up, it leaves nothing. */
	assert_int_equal(cache_write(folder, &f), 0);
	fclose(f.out);
	cache_drop(folder, &f);
	assert_int_not_equal(faccessat(folder, f.temporary, F_OK, 0), 0);
	close(folder);
}

TEST_BETWEEN(a_folder_of_others_is_refused, make_room, clear_room)
{
	struct fault why = {""};

	assert_int_equal(cache_open(false, &why), -ENOENT);
	assert_int_equal(mkdir(in_room("real"), 0700), 0);
	assert_int_equal(symlink("real", in_room("spawnscope")), 0);
	assert_true(cache_open(true, &why) < 0);
	assert_non_null(strstr(why.text, room));
	assert_int_equal(unlink(in_room("spawnscope")), 0);
	assert_int_equal(mkdir(in_room("spawnscope"), 0700), 0);
	assert_int_equal(chmod(path, 0770), 0);
	assert_int_equal(cache_open(true, &why), -EPERM);
	assert_non_null(strstr(why.text, "others may write"));
	assert_int_equal(chmod(path, 0700), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 65534, 65534), 0);
		assert_int_equal(cache_open(true, &why), -EPERM);
	}
}
