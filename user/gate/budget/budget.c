// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parses budget files, which are not trusted. */
#include "user/gate/budget/budget.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bench/shared/axis_names.h"
#include "bench/shared/fault.h"
#include "bench/shared/method_names.h"
#include "bench/shared/units.h"
#include "bpf/record.h"
#include "user/model/birth.h"
#include "user/model/probe_set.h"
#include "user/text/escape.h"

#define LINE_LENGTH_MAX 1024
#define RULES_MAX	1000
#define COMM_LENGTH_MAX 15 /* TASK_COMM_LEN of linux/sched.h minus its zero byte */

/* Whether the values of an axis are words, by its kind in bench/shared/axis_names.h. */
#define NUMBER_IS_WORD false
#define BYTES_IS_WORD  false
#define KIBS_IS_WORD   false
#define WORD_IS_WORD   true

/* The first of a name counts: those of births stand before the same of cells. */
static const struct budget_axis axes[] = {{SIZE_KEY, false, true, true},
					  {"vmas", false, true, true},
					  {"fds", false, true, true},
					  {"threads", false, true, true},
					  {"method", true, true, true},
					  {PROBE_SET_AXIS, true, true, false},
					  {"comm", true, false, true},
					  {"exe", true, false, true},
#define X(axis, option, kind, ...) {#axis, kind##_IS_WORD, true, false},
					  AXES_BESIDE_SIZE(X)
#undef X
};

struct parser {
	const char *name;
	size_t line;
	const char *at; /* the rest of the line */
	char word[64];	/* the last one taken */
	bool cut;	/* it was longer */
	bool quoted;	/* it stood in quotation marks */
	bool open;	/* and the second of these is missing */
	struct fault *why;
};

/* "rules.budget: line 3: expected <=, found 'foo'" */
__attribute__((format(printf, 2, 3))) static int expected(struct parser *p, const char *format, ...)
{
	const char *quote = p->word[0] ? "'" : "";
	char what[128];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return fault__set(p->why, -EINVAL, "%s: line %zu: expected %s, found %s%s%s", p->name,
			  p->line, what, quote, p->word[0] ? p->word : "the end of the line",
			  quote);
}

static bool is_operator(char c)
{
	return c == '<' || c == '>' || c == '=' || c == '!';
}

/* Inside quotation marks, a backslash before one of these or before itself. */
static bool is_escape(const char *at)
{
	return at[0] == '\\' && (at[1] == '\\' || at[1] == '"');
}

/*
 * Takes the next word: a run of operator signs, of other characters that are no blanks, or what
 * stands in quotation marks.
 */
static const char *next(struct parser *p)
{
	size_t n = 0;
	bool operator;

	p->at += strspn(p->at, " \t\r");
	p->cut = p->open = false;
	p->quoted = *p->at == '"';
	p->at += p->quoted;
	operator= is_operator(*p->at);
	while (*p->at &&
	       (p->quoted ? *p->at != '"'
			  : !strchr(" \t\r", *p->at) && is_operator(*p->at) == operator)) {
		p->at += p->quoted && is_escape(p->at);
		if (n + 1 < sizeof(p->word))
			p->word[n++] = *p->at;
		else
			p->cut = true;
		p->at++;
	}
	p->word[n] = '\0';
	if (p->quoted) {
		p->open = !*p->at;
		p->at += !p->open;
	}
	return p->word;
}

/* Ends the line where a comment begins. */
static void cut_comment(char *line)
{
	bool quoted = false;

	for (; *line && (quoted || *line != '#'); line++) {
		if (quoted && is_escape(line))
			line++;
		else if (*line == '"')
			quoted = !quoted;
	}
	*line = '\0';
}

/* Refuses words that would be cut: the rest could be a word of its own. */
static int check_words(struct parser *p, const char *line)
{
	p->at = line;
	while (next(p)[0] || p->quoted) {
		if (p->cut)
			return expected(p, "words of %zu characters at most", sizeof(p->word) - 1);
		if (p->open)
			return expected(p, "a second quotation mark");
	}
	p->at = line;
	return 0;
}

static int take_operator(struct parser *p, enum budget_op *op)
{
	static const char *const names[] = {
		[OP_LESS] = "<",       [OP_AT_MOST] = "<=",  [OP_EQUAL] = "==",
		[OP_NOT_EQUAL] = "!=", [OP_AT_LEAST] = ">=", [OP_MORE] = ">",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(p->word, names[i])) {
			*op = (enum budget_op)i;
			return 0;
		}
	}
	return expected(p, "one of < <= == != >= >");
}

/* A unit of time in ns, as a power of ten; -1: unknown. */
static int time_unit(const char *text)
{
	static const struct {
		const char *name;
		int power;
	} units[] = {{"ns", 0}, {"us", 3}, {"\xc2\xb5s", 3}, {"ms", 6}, {"s", 9}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!strcmp(text, units[i].name))
			return units[i].power;
	}
	return -1;
}

enum unit { UNIT_NONE, UNIT_TIME, UNIT_SIZE };

/* A number with its unit. Converts times to ns and sizes to bytes. */
static bool parse_number(const char *text, double *number, enum unit *kind)
{
	size_t length = strspn(text, "0123456789.");
	int power = time_unit(text + length);
	char decimal[32];
	int64_t bytes;

	*kind = power >= 0 ? UNIT_TIME : text[length] != '\0' ? UNIT_SIZE : UNIT_NONE;
	if (*kind == UNIT_SIZE && size_parse(text, &bytes) == 0) {
		*number = (double)bytes;
		return true;
	}
	if ((power < 0 && text[length]) || length == 0 || length > 18 ||
	    !isdigit((unsigned char)text[0]) || text[length - 1] == '.' ||
	    strchr(text, '.') != strrchr(text, '.'))
		return false;
	/* 1.003ms is 1003000 ns: a multiplication would round. */
	snprintf(decimal, sizeof(decimal), "%.*se%d", (int)length, text, power > 0 ? power : 0);
	*number = strtod(decimal, NULL);
	return true;
}

static bool parse_stat(const char *name, struct budget_rule *rule)
{
	static const struct {
		const char *name;
		enum budget_stat stat;
		double quantile;
	} stats[] = {
		{"median", STAT_QUANTILE, 0.5}, {"p50", STAT_QUANTILE, 0.5},
		{"p90", STAT_QUANTILE, 0.9},	{"p99", STAT_QUANTILE, 0.99},
		{"min", STAT_QUANTILE, 0},	{"max", STAT_QUANTILE, 1},
		{"mean", STAT_MEAN, 0},
	};

	for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]); i++) {
		if (!strcmp(name, stats[i].name)) {
			rule->stat = stats[i].stat;
			rule->quantile = stats[i].quantile;
			return true;
		}
	}
	return false;
}

/* `count` of a COW phase is the number of its faults. */
static bool parse_fault_count(const char *stat, struct budget_rule *rule)
{
	if (strcmp(stat, "count"))
		return false;
	if (rule->metric == metric_of_phase(PHASE_cow_parent))
		rule->metric = metric_of_count(COUNT_cow_faults_parent);
	else if (rule->metric == metric_of_phase(PHASE_cow_child))
		rule->metric = metric_of_count(COUNT_cow_faults_child);
	else
		return false;
	return true;
}

#define VALUE_PARTS_MAX 5 /* one more than is allowed */

/* Splits a word at its points. Returns the number of parts. */
static size_t split(const char *at, char parts[VALUE_PARTS_MAX][64])
{
	size_t count = 0;

	while (count < VALUE_PARTS_MAX) {
		size_t length = strcspn(at, ".");

		snprintf(parts[count++], sizeof(parts[0]), "%.*s", (int)length, at);
		at += length;
		if (*at++ == '\0')
			break;
	}
	return count;
}

#define METHOD "a method, such as fork, posix_spawn or of a profile spawn"

/* Of a bench or of a profile. */
static bool is_method(const char *name)
{
#define NAME(identifier, name, kind) name,
	static const char *const of_bench[] = {METHODS(NAME)};
#undef NAME

	for (size_t i = 0; i < sizeof(of_bench) / sizeof(of_bench[0]); i++) {
		if (!strcmp(name, of_bench[i]))
			return true;
	}
	return method_by_name(name) != 0;
}

static bool is_value(const char *part)
{
	return !strcmp(part, "births") || metric_by_name(part);
}

/* [METHOD.]METRIC[.count][.STAT], [METHOD.]births */
static int parse_value(struct parser *p, struct budget_rule *rule)
{
	char parts[VALUE_PARTS_MAX][64] = {"", "", "", "", ""};
	size_t count = split(p->word, parts), at = 0;

	rule->stat = STAT_QUANTILE;
	rule->quantile = 0.5;
	/* `spawn` is a method and a metric. */
	if (count > 1 && is_value(parts[1])) {
		snprintf(rule->method, sizeof(rule->method), "%.31s", parts[0]);
		at = 1;
		if (!is_method(rule->method))
			return expected(p, METHOD " before the point");
	}
	rule->metric = metric_by_name(parts[at]);
	rule->births = !strcmp(parts[at], "births");
	if (rule->births && at + 1 == count)
		return 0;
	if (!rule->metric)
		return expected(p, "[METHOD.]METRIC[.STAT], such as copy_mm.p99 or fork.births");
	at++;
	if (rule->metric->kind == METRIC_SLOWEST)
		return expected(p,
				"call.p99 or call.max, since only gates of runs know a mean of the "
				"slowest");
	if (metric_is_pooled(rule->metric)) { /* `call_p99` for `call.p99` */
		rule->stat = rule->metric->kind == METRIC_MEAN ? STAT_MEAN : STAT_QUANTILE;
		rule->quantile = rule->metric->quantile;
		rule->metric = metric_of_tail(rule->metric);
	} else {
		at += at < count && parse_fault_count(parts[at], rule);
		at += at < count && parse_stat(parts[at], rule);
	}
	if (at == count)
		return 0;
	return expected(p, "after a metric nothing, or one of median p50 p90 p99 mean min max "
			   "(count of cow_parent and cow_child)");
}

/* Refuses words that an axis never has: a rule with `== 0` would always hold. */
static int check_word(struct parser *p, const char *axis)
{
	size_t length = strlen(p->word);

	if (!strcmp(axis, "comm") && length > COMM_LENGTH_MAX)
		return expected(p, "a comm of %d characters at most, as the kernel keeps them",
				COMM_LENGTH_MAX);
	if (!strcmp(axis, "exe") && length > EXE_NAME_MAX - 1)
		return expected(p, "an exe of %d characters at most, as a profile keeps them",
				EXE_NAME_MAX - 1);
	if (!strcmp(axis, "exe") && strchr(p->word, '/'))
		return expected(p, "the name of an exe without its folder");
	if (!strcmp(axis, "pages") && strcmp(p->word, "4k") && strcmp(p->word, "thp"))
		return expected(p, "4k or thp");
	if (!strcmp(axis, PROBE_SET_AXIS) && strcmp(p->word, "none") && strcmp(p->word, "phases") &&
	    strcmp(p->word, "all"))
		return expected(p, "none, phases or all");
	if (!strcmp(axis, "method") && !is_method(p->word))
		return expected(p, METHOD);
	return 0;
}

/* NULL: unknown. */
static const struct budget_axis *find_axis(const char *name)
{
	for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]); i++) {
		if (!strcmp(axes[i].name, name))
			return &axes[i];
	}
	return NULL;
}

/* The marks that a shell or an editor may leave would be a part of the name, which matches none. */
static bool has_other_quotes(const char *word)
{
	static const char *const marks[] = {
		"'", "`", "\xe2\x80\x98", "\xe2\x80\x99", "\xe2\x80\x9c", "\xe2\x80\x9d"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (strstr(word, marks[i]))
			return true;
	}
	return false;
}

#define TOGETHER "conditions that one birth can meet together"

static bool can_meet_words(const struct budget_rule *rule, const struct budget_axis *axis)
{
	const char *word = rule->method[0] && !strcmp(axis->name, "method") ? rule->method : NULL;
	const struct budget_condition *c = rule->conditions;

	for (size_t i = 0; i < rule->condition_count; i++) {
		if (c[i].axis != axis || c[i].op != OP_EQUAL)
			continue;
		if (word && strcmp(word, c[i].word))
			return false;
		word = c[i].word;
	}
	for (size_t i = 0; i < rule->condition_count && word; i++) {
		if (c[i].axis == axis && c[i].op == OP_NOT_EQUAL && !strcmp(word, c[i].word))
			return false;
	}
	return true;
}

static bool can_meet_numbers(const struct budget_rule *rule, const struct budget_axis *axis)
{
	const struct budget_condition *c = rule->conditions;
	double low = 0, high = INFINITY; /* whole numbers */

	for (size_t i = 0; i < rule->condition_count; i++) {
		double least = ceil(c[i].number), most = floor(c[i].number);

		if (c[i].axis != axis || c[i].op == OP_NOT_EQUAL)
			continue;
		if (c[i].op == OP_MORE)
			least = most + 1;
		if (c[i].op == OP_LESS)
			most = ceil(c[i].number) - 1;
		if (c[i].op == OP_MORE || c[i].op == OP_AT_LEAST || c[i].op == OP_EQUAL)
			low = fmax(low, least);
		if (c[i].op == OP_LESS || c[i].op == OP_AT_MOST || c[i].op == OP_EQUAL)
			high = fmin(high, most);
	}
	for (size_t i = 0; i < rule->condition_count && low == high; i++) {
		if (c[i].axis == axis && c[i].op == OP_NOT_EQUAL && c[i].number == low)
			return false;
	}
	return low <= high;
}

/* Whether anything can meet the rule's conditions of this axis: else `== 0` would always hold. */
static bool can_meet(const struct budget_rule *rule, const struct budget_axis *axis)
{
	return axis->is_word ? can_meet_words(rule, axis) : can_meet_numbers(rule, axis);
}

static int parse_condition(struct parser *p, struct budget_rule *rule)
{
	const struct budget_axis *axis;
	struct budget_condition *c;
	enum unit unit;
	int err;

	if (rule->condition_count == BUDGET_CONDITIONS_MAX)
		return expected(p, "%d conditions at most", BUDGET_CONDITIONS_MAX);
	c = &rule->conditions[rule->condition_count++];
	axis = find_axis(!strcmp(next(p), "rss") ? SIZE_KEY : p->word);
	if (!axis)
		return expected(p,
				"rss, method, trace, comm, exe or another axis that bench --help "
				"lists");
	c->axis = axis;
	next(p);
	err = take_operator(p, &c->op);
	if (err)
		return err;
	next(p);
	if (!axis->is_word && (!parse_number(p->word, &c->number, &unit) || unit == UNIT_TIME))
		return expected(p, "a number or a size, such as 1GiB");
	if (!axis->is_word)
		return can_meet(rule, axis) ? 0 : expected(p, TOGETHER);
	if (!p->word[0] || (!p->quoted && is_operator(p->word[0])))
		return expected(p, "a word");
	if (!p->quoted && has_other_quotes(p->word))
		return expected(p, "a name in \"quotation marks\", or without");
	if (!p->quoted && strchr(p->word, '"'))
		return expected(p, "quotation marks around all of it, as in \"a \\\"b\\\"\"");
	if (c->op != OP_EQUAL && c->op != OP_NOT_EQUAL)
		return expected(p, "== or != before a word");
	strcpy(c->word, p->word);
	err = check_word(p, axis->name);
	return err || can_meet(rule, axis) ? err : expected(p, TOGETHER);
}

static int parse_limit(struct parser *p, struct budget_rule *rule)
{
	bool time = !rule->births && !metric_is_count(rule->metric);
	bool size = !rule->births && !strcmp(metric_unit(rule->metric, NULL), "bytes");
	enum unit unit;

	next(p);
	if (!parse_number(p->word, &rule->limit, &unit) || (time && unit == UNIT_SIZE))
		return expected(p, time ? "a time, such as 2ms" : "a number");
	if (unit == UNIT_TIME && !time)
		return expected(p, "a number without a unit of time");
	if (unit == UNIT_SIZE && !size)
		return expected(p, "a number, and no size");
	rule->timed = unit == UNIT_TIME;
	next(p);
	return !p->word[0] ? 0 : expected(p, "the end of the rule");
}

static int parse_rule(struct parser *p, struct budget_rule *rule)
{
	int err = parse_value(p, rule);

	next(p);
	if (!err && !strcmp(p->word, "where")) {
		do {
			err = parse_condition(p, rule);
			if (!err)
				next(p);
		} while (!err && !strcmp(p->word, "and"));
	}
	if (!err)
		err = take_operator(p, &rule->op);
	return err ? err : parse_limit(p, rule);
}

/* Stores the rule as one line of text without doubled blanks. */
static void store_text(const char *line, struct budget_rule *rule)
{
	char text[sizeof(rule->text)] = "";
	size_t n = 0;

	for (; *line && n + 1 < sizeof(text); line++) {
		bool blank = strchr(" \t\r", *line) != NULL;

		if (!blank)
			text[n++] = *line;
		else if (n > 0 && text[n - 1] != ' ')
			text[n++] = ' ';
	}
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	escape_text(text, rule->text, sizeof(rule->text));
}

static int add_rule(struct parser *p, struct budget *b, const char *line)
{
	struct budget_rule *rules;

	if (b->count == RULES_MAX)
		return expected(p, "%d rules at most", RULES_MAX);
	rules = reallocarray(b->rules, b->count + 1, sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	b->rules = rules;
	rules[b->count] = (struct budget_rule){.line = p->line};
	store_text(line, &rules[b->count]);
	return parse_rule(p, &rules[b->count++]);
}

/* Reads a line without its newline. 1, 0 at the end, or -errno; -EINVAL if it is too long. */
static int read_line(FILE *in, struct parser *p, char line[LINE_LENGTH_MAX])
{
	size_t n = 0;
	int c;

	while ((c = getc(in)) != EOF && c != '\n') {
		if (n + 1 == LINE_LENGTH_MAX || !c) {
			strcpy(p->word, !c ? "\\0" : "...");
			return expected(p, !c ? "text" : "a shorter line");
		}
		line[n++] = (char)c;
	}
	line[n] = '\0';
	if (ferror(in))
		return errno ? -errno : -EIO;
	return c == '\n' || n > 0;
}

int budget_read(FILE *in, const char *name, struct budget *b, struct fault *why)
{
	struct parser p = {.name = name, .why = why};
	char line[LINE_LENGTH_MAX] = "";
	int more, err = 0;

	*b = (struct budget){0};
	while (!err) {
		p.line++;
		more = read_line(in, &p, line);
		if (more <= 0) {
			err = more;
			break;
		}
		cut_comment(line);
		p.at = line;
		err = check_words(&p, line);
		if (!err && next(&p)[0])
			err = add_rule(&p, b, line);
	}
	if (!err && b->count == 0) {
		err = fault__set(why, -EINVAL,
				 "%s: no rule in it; an example is `copy_mm.p99 <= 2ms`", name);
	} else if (err && err != -EINVAL) {
		fault__set(why, err, "%s: %s", name, strerror(-err));
	}
	if (err)
		budget_free(b);
	return err;
}

void budget_free(struct budget *b)
{
	free(b->rules);
	*b = (struct budget){0};
}

bool budget_about_failed(const struct budget_rule *rule)
{
	return !rule->births && rule->metric->kind == METRIC_FAILED;
}
