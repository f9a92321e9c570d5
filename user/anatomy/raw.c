// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/raw.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/memory.h"
#include "user/text/escape.h"

/* Greater numbers are refused: there is an array for each kind. */
#define NUMBER_MAX_RAW ((uint64_t)1 << 24)
#define WORDS_MAX      256
#define RECORDS_MAX    ((size_t)1 << 28)
/* Of a record: sums of RECORDS_MAX do not overflow. */
#define COUNT_MAX ((uint64_t)1 << 34)
/* Of the machine's counter of instructions: days of them. */
#define COUNTER_MAX ((uint64_t)1 << 48)

struct raw_reader {
	struct raw *raw;
	const char *at; /* in the line */
	bool bad;	/* the line is not as described */
	bool ended;
	bool no_memory;
};

static uint64_t read_base(struct raw_reader *rd, int base)
{
	char *end;
	uint64_t n;

	/* strtoull() would take blanks and signs. */
	if (*rd->at == ' ' || *rd->at == '-' || *rd->at == '+' || *rd->at == '\t') {
		rd->bad = true;
		return 0;
	}
	errno = 0;
	n = strtoull(rd->at, &end, base);
	if (end == rd->at || errno || (*end && *end != ' '))
		rd->bad = true;
	rd->at = *end == ' ' ? end + 1 : end;
	return n;
}

static uint64_t read_address(struct raw_reader *rd)
{
	return read_base(rd, 16);
}

static uint64_t read_count(struct raw_reader *rd, uint64_t max)
{
	uint64_t n = read_base(rd, 10);

	if (n > max)
		rd->bad = true;
	return n;
}

static uint32_t read_number(struct raw_reader *rd)
{
	return (uint32_t)read_count(rd, NUMBER_MAX_RAW);
}

/* Makes room for the element of this number in an array with `size` bytes each, zeroed. */
static bool reach(struct raw_reader *rd, void **array, size_t *count, size_t number, size_t size)
{
	size_t room = *count ? *count : 1024;
	char *grown;

	if (rd->bad || number < *count)
		return !rd->bad;
	while (room <= number)
		room *= 2;
	grown = reallocarray(*array, room, size);
	if (!grown) {
		rd->no_memory = true;
		return false;
	}
	memset(grown + *count * size, 0, (room - *count) * size);
	*array = grown;
	*count = room;
	return true;
}

static void read_block(struct raw_reader *rd)
{
	struct raw *raw = rd->raw;
	uint32_t id = read_number(rd);
	struct raw_block b = {.address = read_address(rd)};

	b.count = (uint32_t)read_count(rd, 1 << 16);
	if (!b.count)
		rd->bad = true;
	if (reach(rd, (void **)&raw->blocks, &raw->block_count, id, sizeof(b)))
		raw->blocks[id] = b;
}

static enum raw_kind kind_of(const char *word)
{
	static const char *const words[] = {
		[RAW_TASK] = "task",	       [RAW_CALL] = "call",
		[RAW_SYSCALL] = "syscall",     [RAW_EXCEPTION] = "exception",
		[RAW_INTERRUPT] = "interrupt", [RAW_SIGNAL] = "signal",
	};

	for (size_t i = RAW_TASK; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], word))
			return i;
	return RAW_NONE;
}

static void read_node(struct raw_reader *rd)
{
	struct raw *raw = rd->raw;
	uint32_t id = read_number(rd);
	struct raw_node n = {.parent = read_number(rd)};

	n.site = read_address(rd);
	n.target = read_address(rd);
	n.kind = kind_of(rd->at);
	if (n.kind == RAW_NONE || n.parent >= id ||
	    (n.parent && (n.parent >= raw->node_count || !raw->nodes[n.parent].kind)))
		rd->bad = true;
	if (reach(rd, (void **)&raw->nodes, &raw->node_count, id, sizeof(n)))
		raw->nodes[id] = n;
}

static void read_task(struct raw_reader *rd)
{
	struct raw *raw = rd->raw;
	uint32_t id = read_number(rd), creator = read_number(rd);

	/* Whoever follows creators comes to an end. */
	if (creator >= id)
		rd->bad = true;
	if (reach(rd, (void **)&raw->creators, &raw->task_count, id, sizeof(*raw->creators)))
		raw->creators[id] = creator;
}

static const char *keep_word(struct raw_reader *rd, const char *word)
{
	struct raw *raw = rd->raw;
	const char *known = raw__word(raw, word);
	char **grown;

	if (known || rd->bad)
		return known;
	if (raw->word_count == WORDS_MAX || !*word) {
		rd->bad = true;
		return NULL;
	}
	grown = array_grow((void *)raw->words, raw->word_count, sizeof(*grown));
	if (grown)
		raw->words = grown;
	if (!grown || !(grown[raw->word_count] = strdup(word))) {
		rd->no_memory = true;
		return NULL;
	}
	return raw->words[raw->word_count++];
}

static void end_segment(struct raw *raw)
{
	if (!raw->segment_count)
		return;
	raw->segments[raw->segment_count - 1].own_end = raw->own_count;
	raw->segments[raw->segment_count - 1].calls_end = raw->calls_count;
}

static void read_segment(struct raw_reader *rd)
{
	struct raw *raw = rd->raw;
	struct raw_segment *grown, s = {.task = read_number(rd)};

	s.from = read_count(rd, COUNTER_MAX);
	s.to = read_count(rd, COUNTER_MAX);
	s.why = keep_word(rd, rd->at);
	s.own = raw->own_count;
	s.calls = raw->calls_count;
	end_segment(raw);
	if (s.to < s.from ||
	    (raw->segment_count && s.from < raw->segments[raw->segment_count - 1].to))
		rd->bad = true;
	/* Every task has a creator, maybe 0. */
	if (!s.why ||
	    !reach(rd, (void **)&raw->creators, &raw->task_count, s.task, sizeof(*raw->creators)))
		return;
	grown = array_grow(raw->segments, raw->segment_count, sizeof(*grown));
	if (!grown) {
		rd->no_memory = true;
		return;
	}
	raw->segments = grown;
	grown[raw->segment_count++] = s;
}

static void read_values(struct raw_reader *rd, uint64_t *values)
{
	memset(values, 0, rd->raw->metric_count * sizeof(*values));
	for (size_t i = 0; i < rd->raw->metric_count && *rd->at && !rd->bad; i++)
		values[i] = read_count(rd, COUNT_MAX);
	if (*rd->at)
		rd->bad = true;
}

static void read_own(struct raw_reader *rd)
{
	struct raw *raw = rd->raw;
	struct raw_own *grown, o = {.node = read_number(rd)};
	uint64_t *values;

	o.block = read_number(rd);
	o.executions = read_count(rd, COUNT_MAX);
	o.instructions = read_count(rd, COUNT_MAX);
	if (!raw->segment_count || o.node >= raw->node_count || !raw->nodes[o.node].kind ||
	    o.block >= raw->block_count || !raw->blocks[o.block].count ||
	    raw->own_count == RECORDS_MAX)
		rd->bad = true;
	if (rd->bad)
		return;
	grown = array_grow(raw->owns, raw->own_count, sizeof(*grown));
	values = raw->metric_count ? array_grow(raw->values, raw->own_count,
						raw->metric_count * sizeof(*values))
				   : NULL;
	if (grown)
		raw->owns = grown;
	if (values)
		raw->values = values;
	if (!grown || (raw->metric_count && !values)) {
		rd->no_memory = true;
		return;
	}
	if (values)
		read_values(rd, values + raw->own_count * raw->metric_count);
	grown[raw->own_count++] = o;
}

static void read_calls(struct raw_reader *rd)
{
	struct raw *raw = rd->raw;
	struct raw_calls *grown, c = {.node = read_number(rd)};

	c.count = read_count(rd, COUNT_MAX);
	if (!raw->segment_count || c.node >= raw->node_count || !raw->nodes[c.node].kind ||
	    raw->calls_count == RECORDS_MAX)
		rd->bad = true;
	if (rd->bad)
		return;
	grown = array_grow(raw->calls, raw->calls_count, sizeof(*grown));
	if (!grown) {
		rd->no_memory = true;
		return;
	}
	raw->calls = grown;
	grown[raw->calls_count++] = c;
}

static int metric_of(const char *word)
{
	for (int m = 0; m < CALL_METRIC_COUNT; m++)
		if (!strcmp(call_metric_name(m), word))
			return m;
	return -1;
}

static void read_metrics(struct raw_reader *rd)
{
	struct raw *raw = rd->raw;
	char *copy = strdup(rd->at), *rest = copy, *word;

	if (raw->metric_count || raw->own_count)
		rd->bad = true;
	if (!copy)
		rd->no_memory = true;
	while (copy && (word = strsep(&rest, " ")) && *word) {
		if (raw->metric_count == CALL_METRIC_COUNT) {
			rd->bad = true;
			break;
		}
		raw->metrics[raw->metric_count++] = metric_of(word);
	}
	free(copy);
}

static const struct {
	const char *word;
	void (*read)(struct raw_reader *rd);
} records[] = {
	/* By how often they stand in a file. */
	{"own ", read_own},	    {"calls ", read_calls}, {"node ", read_node},
	{"block ", read_block},	    {"task ", read_task},   {"segment ", read_segment},
	{"metrics ", read_metrics},
};

static void read_line(struct raw_reader *rd, const char *line)
{
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		size_t length = strlen(records[i].word);

		if (strncmp(line, records[i].word, length))
			continue;
		rd->at = line + length;
		records[i].read(rd);
		return;
	}
	if (strcmp(line, "end"))
		rd->bad = true;
	rd->ended = true;
}

/* The first line, and which rule it names. */
static int read_head(struct raw *raw, const char *line)
{
	static const char head[] = "anatomy 1 ";

	if (strncmp(line, head, strlen(head)))
		return -EINVAL;
	return text_copy(&raw->rule, line + strlen(head));
}

static int read_lines(struct raw_reader *rd, FILE *in, const char *name, struct fault *why)
{
	char *line = NULL;
	size_t size = 0, number = 0;
	ssize_t length;
	int err = 0;

	while (!err && (length = getline(&line, &size, in)) > 0) {
		number++;
		if (rd->ended || line[length - 1] != '\n' || strlen(line) != (size_t)length) {
			err = -EINVAL;
			break;
		}
		line[length - 1] = '\0';
		if (number == 1)
			err = read_head(rd->raw, line);
		else
			read_line(rd, line);
		if (rd->no_memory)
			err = -ENOMEM;
		else if (rd->bad)
			err = -EINVAL;
	}
	free(line);
	if (err == -EINVAL)
		return fault__set(why, err, "%s: line %zu is not as the plugin writes it", name,
				  number);
	if (err)
		return fault__set(why, err, "%s: %s", name, strerror(-err));
	if (ferror(in))
		return fault__set(why, -EIO, "%s: %s", name, strerror(EIO));
	if (!rd->ended)
		return fault__set(why, -EINVAL,
				  "%s: breaks off: the guest did not end as it should", name);
	return 0;
}

int raw__read(struct raw *raw, FILE *in, const char *name, struct fault *why)
{
	struct raw_reader rd = {.raw = raw};
	char escaped[256];
	int err;

	*raw = (struct raw){0};
	escape_text(name, escaped, sizeof(escaped));
	err = read_lines(&rd, in, escaped, why);
	end_segment(raw);
	if (err)
		raw__free(raw);
	return err;
}

void raw__free(struct raw *raw)
{
	free(raw->rule);
	free(raw->blocks);
	free(raw->nodes);
	free(raw->creators);
	free(raw->segments);
	free(raw->owns);
	free(raw->calls);
	free(raw->values);
	for (size_t i = 0; i < raw->word_count; i++)
		free(raw->words[i]);
	free((void *)raw->words);
	*raw = (struct raw){0};
}

const char *raw__word(const struct raw *raw, const char *word)
{
	for (size_t i = 0; i < raw->word_count; i++)
		if (!strcmp(raw->words[i], word))
			return raw->words[i];
	return NULL;
}
