// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "bench/driver/driver.h"
#include "bench/shared/fault.h"
#include "bench/shared/protocol.h"
#include "bench/shared/text.h"

#define WORDS_MAX 3

/* Splits a command: one to three words, separated by single spaces. 0 if it is malformed. */
static size_t split_words(char *line, char *words[WORDS_MAX])
{
	size_t count = 0;
	char *word;

	while ((word = strsep(&line, " "))) {
		if (count == WORDS_MAX || !*word)
			return 0;
		words[count++] = word;
	}
	return count;
}

static int parse_id(const struct bench_driver *driver, const char *text, size_t *id)
{
	uint64_t number;

	if (driver->cells.n == 0 || text_number(text, 0, driver->cells.n - 1, &number) != 0)
		return -EINVAL;
	*id = number;
	return 0;
}

/* 0, 1 (quit), or -errno and the reason. Modifies `line`. */
static int execute(struct bench_driver *driver, char *line, struct fault *why)
{
	char *words[WORDS_MAX];
	size_t count, id;
	uint64_t runs;
	char given[64];

	snprintf(given, sizeof(given), "%.60s", line);
	count = split_words(line, words);
	if (count == 1 && !strcmp(words[0], "quit"))
		return 1;
	if (count == 2 && !strcmp(words[0], "prepare") && parse_id(driver, words[1], &id) == 0)
		return bench_driver__prepare(driver, id, why);
	if (count == 3 && !strcmp(words[0], "run") && parse_id(driver, words[1], &id) == 0 &&
	    text_number(words[2], 1, GRID_RUNS_MAX, &runs) == 0)
		return bench_driver__run(driver, id, (unsigned int)runs, why);
	return fault__set(
		why, -EINVAL,
		"bad command '%s'; known: prepare ID, run ID N, quit, with an ID below %zu", given,
		driver->cells.n);
}

int bench_driver__serve(struct bench_driver *driver, FILE *in, struct fault *why)
{
	char line[PROTOCOL_LINE_MAX];
	int err = 0;

	while (!err && fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		err = execute(driver, line, why);
	}
	if (!err && ferror(in))
		return fault__set(why, -EIO, "standard input: %s", strerror(errno));
	return err < 0 ? err : 0;
}
