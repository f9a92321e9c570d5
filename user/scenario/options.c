// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/options.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/base/option.h"
#include "user/base/say.h"
#include "user/scenario/memory.h"
#include "user/scenario/scenarios.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"

#define WORKERS_MOST  256
#define REQUESTS_MOST 10000000
#define RATE_MOST     1000000
#define ROUNDS_MOST   100

/* Those of enum scenario_option are 1000 more than their bit's number. */
enum {
	OPTION_SIZE = 1000,
	OPTION_SECONDS,
	OPTION_WORKERS,
	OPTION_REQUESTS,
	OPTION_RATE,
	OPTION_SKEW,
	OPTION_PAGES,
	OPTION_FOLDER,
	OPTION_ROUNDS,
	OPTION_NO_PEER,
	OPTION_COMMON,
	OPTION_INPUT = OPTION_COMMON,
	OPTION_JSON,
};

static const struct argp_option option_table[] = {
	{0, 0, 0, 0, "What to measure (`scenario list` has what each takes):", 1},
	{"size", OPTION_SIZE, "SIZE", 0, "memory of the store or application: 64M, 1G", 0},
	{"seconds", OPTION_SECONDS, "TIME", 0, "length of each part: 3, 500ms", 0},
	{"workers", OPTION_WORKERS, "N", 0, "processes, threads or clients at once", 0},
	{"requests", OPTION_REQUESTS, "N", 0, "requests in all", 0},
	{"rate", OPTION_RATE, "N", 0, "requests a second", 0},
	{"skew", OPTION_SKEW, "NAME", 0, "which keys are written: zipf (a few most often), uniform",
	 0},
	{"pages", OPTION_PAGES, "NAME", 0, "pages of the memory: 4k, thp, both", 0},
	{"folder", OPTION_FOLDER, "DIR", 0,
	 "where large files go while it runs (default: TMPDIR, or /tmp)", 0},
	{"rounds", OPTION_ROUNDS, "N", 0, "measure all that many times, in turn", 0},
	{"no-peer", OPTION_NO_PEER, 0, 0, "leave out the installed program (redis-server)", 0},
	{0, 0, 0, 0, "Output:", 2},
	{"output", 'o', "FILE", 0, "write all measures to a result file; - is standard output", 0},
	{"json", OPTION_JSON, 0, 0, "print the result file's lines instead of the summary", 0},
	{"input", OPTION_INPUT, "FILE", 0, "print the summary of a result file; measure nothing",
	 0},
	{"quiet", 'q', 0, 0, "show no progress", 0},
	{0},
};

static const char doc[] =
	"Measures a real use of fork as its users feel it. `spawnscope scenario list` names them."
	"\vExamples:\n"
	"  spawnscope scenario list\n"
	"  spawnscope scenario snapshot --size 1G -o snapshot.jsonl\n"
	"  spawnscope scenario --input snapshot.jsonl\n\n"
	"A scenario leaves no process and no file, however it ends.";

static const struct option_choice skews[] = {{"zipf", SKEW_ZIPF}, {"uniform", SKEW_UNIFORM}};
static const struct option_choice pages[] = {
	{"4k", PAGES_4K},
	{"thp", PAGES_THP},
	{"both", PAGES_BOTH},
};

#define SCENARIO_EXTERN(name) extern const struct scenario scenario_##name;
SCENARIOS(SCENARIO_EXTERN)

static const struct scenario *const all[] = {
#define SCENARIO_ROW(name) &scenario_##name,
	SCENARIOS(SCENARIO_ROW)};

const struct scenario *scenario_at(size_t i)
{
	return i < sizeof(all) / sizeof(all[0]) ? all[i] : NULL;
}

const struct scenario *scenario_find(const char *name)
{
	for (size_t i = 0; scenario_at(i); i++)
		if (!strcmp(all[i]->name, name))
			return all[i];
	return NULL;
}

static int parse_size(const char *arg, int64_t *bytes)
{
	if (!size_parse(arg, bytes) && *bytes > 0)
		return 0;
	return option_bad("size", arg, "must be a size like 64M or 1G");
}

static int parse_seconds(const char *arg, double *seconds)
{
	double ns;

	if (option_time(arg, 1e9, &ns) || ns > 3600e9)
		return option_bad("seconds", arg, "must be seconds, or a time like 500ms");
	*seconds = ns / 1e9;
	return 0;
}

static int parse_choice(int key, const char *arg, struct scenario_options *o)
{
	int chosen, err;

	if (key == OPTION_SKEW) {
		err = option_choice("skew", arg, skews, sizeof(skews) / sizeof(skews[0]), &chosen);
		if (!err)
			o->skew = chosen;
		return err;
	}
	err = option_choice("pages", arg, pages, sizeof(pages) / sizeof(pages[0]), &chosen);
	if (!err)
		o->pages = chosen;
	return err;
}

/* Those of enum scenario_option. */
static int parse_what(int key, char *arg, struct scenario_command *c)
{
	struct scenario_options *o = &c->options;

	c->given |= 1U << (key - OPTION_SIZE);
	switch (key) {
	case OPTION_SIZE:
		return parse_size(arg, &o->size_bytes);
	case OPTION_SECONDS:
		return parse_seconds(arg, &o->seconds);
	case OPTION_WORKERS:
		return option_number("workers", arg, 1, WORKERS_MOST, &o->workers);
	case OPTION_REQUESTS:
		return option_number("requests", arg, 1, REQUESTS_MOST, &o->requests);
	case OPTION_RATE:
		return option_number("rate", arg, 1, RATE_MOST, &o->rate);
	case OPTION_ROUNDS:
		return option_number("rounds", arg, 1, ROUNDS_MOST, &o->rounds);
	case OPTION_FOLDER:
		o->folder = arg;
		return 0;
	case OPTION_NO_PEER:
		o->no_peer = true;
		return 0;
	default:
		return parse_choice(key, arg, o);
	}
}

/* The options after it may say otherwise than its defaults; those before it already do. */
static int take_name(struct scenario_command *c, const char *name)
{
	if (c->scenario) {
		complain("scenario runs one at a time; '%s' is a second one", name);
		return -EINVAL;
	}
	c->scenario = scenario_find(name);
	if (c->scenario)
		return 0;
	complain("there is no scenario '%.64s'; `spawnscope scenario list` names them", name);
	return -EINVAL;
}

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct scenario_command *c = state->input;

	if (key >= OPTION_SIZE && key < OPTION_COMMON)
		return parse_what(key, arg, c);
	switch (key) {
	case 'o':
		c->output = arg;
		return 0;
	case 'q':
		c->quiet = true;
		return 0;
	case OPTION_JSON:
		c->json = true;
		return 0;
	case OPTION_INPUT:
		c->input = arg;
		return 0;
	case ARGP_KEY_ARG:
		return take_name(c, arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The name of the option with this bit. */
static const char *name_of(unsigned int bit)
{
	return option_name(option_table, OPTION_SIZE + __builtin_ctz(bit));
}

static int check(const struct scenario_command *c)
{
	unsigned int wrong = c->scenario ? c->given & ~c->scenario->takes : 0;

	if (c->input && (c->scenario || c->given || c->output || c->json))
		complain("--input prints what was measured, and takes no other option");
	else if (!c->input && !c->scenario)
		complain("name a scenario; `spawnscope scenario list` has them");
	else if (wrong)
		complain("%s has no --%s; `spawnscope scenario list` has what each takes",
			 c->scenario->name, name_of(wrong & -wrong));
	else if (c->json && c->output && !strcmp(c->output, "-"))
		complain("only one of --json and -o - can have standard output");
	else
		return 0;
	return -EINVAL;
}

static void shrink_to_fit(struct scenario_options *o, unsigned int copies)
{
	int64_t available = memory_available();

	while (available != MISSING && copies && o->size_bytes > 1 << 20 &&
	       o->size_bytes > available / copies)
		o->size_bytes /= 2;
}

/* What was not given is the scenario's own. */
static void fill_in(struct scenario_command *c)
{
	struct scenario_options given = c->options, *o = &c->options;

	*o = c->scenario->defaults;
	if (c->given & SCENARIO_SIZE)
		o->size_bytes = given.size_bytes;
	else
		shrink_to_fit(o, c->scenario->copies);
	if (c->given & SCENARIO_SECONDS)
		o->seconds = given.seconds;
	if (c->given & SCENARIO_WORKERS)
		o->workers = given.workers;
	if (c->given & SCENARIO_REQUESTS)
		o->requests = given.requests;
	if (c->given & SCENARIO_RATE)
		o->rate = given.rate;
	if (c->given & SCENARIO_ROUNDS)
		o->rounds = given.rounds;
	if (c->given & SCENARIO_SKEW)
		o->skew = given.skew;
	if (c->given & SCENARIO_PAGES)
		o->pages = given.pages;
	o->folder = given.folder;
	o->no_peer = given.no_peer;
}

int scenario_options__parse(struct scenario_command *c, int argc, char **argv)
{
	static const struct argp argp = {option_table, parse_option, "NAME", doc, NULL, NULL, NULL};
	int err = option_parse(&argp, argc, argv, c);

	if (!err)
		err = check(c);
	if (!err && c->scenario)
		fill_in(c);
	return err;
}

/* "--size 1G" */
static void add_default(struct strbuf *text, unsigned int bit, const struct scenario_options *o)
{
	char size[32];

	strbuf__add(text, "%s--%s", text->length ? ", " : "", name_of(bit));
	if (bit == SCENARIO_SIZE)
		strbuf__add(text, " %s", size_format(o->size_bytes, size, sizeof(size)));
	else if (bit == SCENARIO_SECONDS)
		strbuf__add(text, " %g", o->seconds);
	else if (bit == SCENARIO_WORKERS)
		strbuf__add(text, " %u", o->workers);
	else if (bit == SCENARIO_REQUESTS)
		strbuf__add(text, " %u", o->requests);
	else if (bit == SCENARIO_RATE)
		strbuf__add(text, " %u", o->rate);
	else if (bit == SCENARIO_ROUNDS)
		strbuf__add(text, " %u", o->rounds);
	else if (bit == SCENARIO_SKEW)
		strbuf__add(text, " %s", skews[o->skew].name);
	else if (bit == SCENARIO_PAGES)
		strbuf__add(text, " %s",
			    o->pages == PAGES_4K    ? "4k"
			    : o->pages == PAGES_THP ? "thp"
						    : "both");
}

void scenario_list(FILE *out)
{
	for (size_t i = 0; scenario_at(i); i++) {
		struct strbuf text = {0};

		layout_field(out, all[i]->name, 16, all[i]->brief);
		for (unsigned int bit = 1; bit <= SCENARIO_NO_PEER; bit <<= 1)
			if (all[i]->takes & bit)
				add_default(&text, bit, &all[i]->defaults);
		layout_field(out, "", 16, strbuf__text(&text));
		strbuf__free(&text);
	}
}
