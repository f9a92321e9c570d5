// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/option.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "bench/shared/option_fault.h"
#include "user/base/command.h"
#include "user/base/option_list.h"
#include "user/base/say.h"
#include "user/base/streams.h"
#include "user/text/layout.h"
#include "user/text/strbuf.h"

const char *option_name(const struct argp_option *table, int key)
{
	for (; table->key || table->name || table->doc; table++)
		if (table->key == key && table->name)
			return table->name;
	return "";
}

int option_bad(const char *name, const char *value, const char *want)
{
	complain("--%s '%.100s': %s", name, value, want);
	return -EINVAL;
}

int option_number(const char *name, const char *value, unsigned int min, unsigned int max,
		  unsigned int *number)
{
	char *end, want[64];
	unsigned long n;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (errno || *value < '0' || *value > '9' || *end || n < min || n > max) {
		snprintf(want, sizeof(want), "must be a number from %u to %u", min, max);
		return option_bad(name, value, want);
	}
	*number = (unsigned int)n;
	return 0;
}

int option_time(const char *text, double alone_ns, double *ns)
{
	const struct {
		const char *name;
		double ns;
	} units[] = {{"ns", 1},	  {"us", 1e3}, {"\xc2\xb5s", 1e3},
		     {"ms", 1e6}, {"s", 1e9},  {"", alone_ns}};
	char *end;
	double n = strtod(text, &end);

	for (size_t i = 0; end != text && i < sizeof(units) / sizeof(units[0]); i++) {
		*ns = n * units[i].ns;
		if (!strcmp(end, units[i].name))
			return *ns > 0 && *ns < 1e18 ? 0 : -EINVAL;
	}
	return -EINVAL;
}

static void list_values(struct strbuf *out, option_values_fn *values, bool with_briefs)
{
	const struct option_value *v, *next = values(0);

	for (size_t i = 0; (v = next); i++) {
		next = values(i + 1);
		strbuf__add(out, "%s%s", !i ? "" : next ? ", " : " or ", v->name);
		if (with_briefs)
			strbuf__add(out, " (%s)", v->brief);
	}
}

char *option_values_help(option_values_fn *values)
{
	struct strbuf text = {0};

	list_values(&text, values, true);
	return strbuf__take(&text);
}

int option_value(const char *option, const char *name, option_values_fn *values)
{
	const struct option_value *v;
	struct strbuf want = {0};
	int err;

	for (size_t i = 0; (v = values(i)); i++) {
		option_list_note(v->name);
		if (!strcmp(v->name, name))
			return (int)i;
	}
	strbuf__add(&want, "must be ");
	list_values(&want, values, false);
	err = option_bad(option, name, strbuf__text(&want));
	strbuf__free(&want);
	return err;
}

int option_choice(const char *option, const char *word, const struct option_choice *choices,
		  size_t count, int *chosen)
{
	struct strbuf want = {0};
	int err;

	strbuf__add(&want, "must be ");
	for (size_t i = 0; i < count; i++) {
		option_list_note(choices[i].name);
		if (!strcmp(choices[i].name, word)) {
			*chosen = choices[i].value;
			strbuf__free(&want);
			return 0;
		}
		strbuf__add(&want, "%s%s",
			    !i		    ? ""
			    : i + 1 < count ? ", "
					    : " or ",
			    choices[i].name);
	}
	err = option_bad(option, word, strbuf__text(&want));
	strbuf__free(&want);
	return err;
}

bool option_store(const struct option_place *places, int key, const char *text, void *to)
{
	for (; places->key; places++) {
		char *at = (char *)to + places->offset;

		if (places->key != key)
			continue;
		if (places->has_text)
			*(const char **)at = text;
		else
			*(bool *)at = true;
		return true;
	}
	return false;
}

char *option_word(const char *name, const char *value)
{
	char *word;

	return asprintf(&word, "--%s=%s", name, value) < 0 ? NULL : word;
}

/* Leaves out lines of blanks alone: argp writes one below a text that ends at the right margin. */
static void print_lines(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n"), blanks = strspn(text, " ");

		length += text[length] == '\n';
		if (!blanks || text[blanks] != '\n')
			fwrite(text, 1, length, stdout);
		text += length;
	}
}

/* Prints --help as wide as the terminal, or 80 columns: the default of argp. */
static void print_help(const struct argp *argp, char *name)
{
	char format[64], *text = NULL;
	size_t size = 0;
	FILE *f;

	/* What options do stands in a column if half a line is left for it, else below them. */
	if (layout_width() < LAYOUT_WIDTH_DEFAULT) {
		snprintf(format, sizeof(format), "rmargin=%zu%s", layout_width() - 1,
			 layout_width() < 60 ? ",opt-doc-col=8" : "");
		setenv("ARGP_HELP_FMT", format, 0);
	}
	f = open_memstream(&text, &size);
	argp_help(argp, f ? f : stdout, ARGP_HELP_LONG | ARGP_HELP_USAGE | ARGP_HELP_DOC, name);
	if (f && !fclose(f))
		print_lines(text);
	free(text);
}

int option_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	struct fault why;
	unsigned int before = complain_count();

	if (option_list_wanted(argc, argv)) {
		option_list_print(argp, input);
		exit(streams_end(EXIT_OK));
	}
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			print_help(argp, argv[0]);
			exit(streams_end(EXIT_OK));
		}
	/* In order: after a command without --, its options are not taken for ours. */
	if (!argp_parse(argp, argc, argv, ARGP_SILENT | ARGP_IN_ORDER, NULL, input))
		return 0;
	if (complain_count() == before) {
		option_fault(argp->options, argc, argv, &why);
		complain("%s", why.text);
	}
	return -EINVAL;
}
