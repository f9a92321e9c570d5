// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/option.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "bench/shared/option_fault.h"
#include "user/base/command.h"
#include "user/base/say.h"

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

char *option_word(const char *name, const char *value)
{
	char *word;

	return asprintf(&word, "--%s=%s", name, value) < 0 ? NULL : word;
}

int option_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	struct fault why;
	unsigned int before = complain_count();

	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			argp_help(argp, stdout, ARGP_HELP_LONG | ARGP_HELP_USAGE | ARGP_HELP_DOC,
				  argv[0]);
			exit(EXIT_OK);
		}
	if (!argp_parse(argp, argc, argv, ARGP_SILENT, NULL, input))
		return 0;
	if (complain_count() == before) {
		option_fault(argp->options, argc, argv, &why);
		complain("%s", why.text);
	}
	return -EINVAL;
}
