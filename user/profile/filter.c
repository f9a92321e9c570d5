// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/filter.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/units.h"
#include "user/base/option.h"
#include "user/model/birth.h"

int filter_set_comm(struct birth_filter *f, const char *value)
{
	if (!*value)
		return option_bad("comm", value, "must be a name");
	/* The kernel cuts names to this length, too. */
	memset(f->comm, 0, sizeof(f->comm));
	memcpy(f->comm, value, strnlen(value, sizeof(f->comm) - 1));
	return 0;
}

int filter_set_uid(struct birth_filter *f, const char *value)
{
	const struct passwd *user = getpwnam(value);
	unsigned long uid;
	char *end;

	f->by_uid = 1;
	if (user) {
		f->uid = user->pw_uid;
		return 0;
	}
	errno = 0;
	uid = strtoul(value, &end, 10);
	if (errno || end == value || *end || *value == '-' || uid >= UINT_MAX)
		return option_bad("uid", value, "is neither a user of this machine nor a number");
	f->uid = uid;
	return 0;
}

/* The method of that name, or -EINVAL after one line. */
static int find_method(const char *name)
{
	struct option_choice choices[CLONE_METHOD_OTHER];
	size_t count = 0;
	int method, err;

	for (int i = 1; i <= CLONE_METHOD_OTHER; i++)
		choices[count++] = (struct option_choice){method_name((uint32_t)i), i};
	err = option_choice("method", name, choices, count, &method);
	return err ? err : method;
}

int filter_set_methods(struct birth_filter *f, const char *value)
{
	char *copy = strdup(value), *rest = copy, *name;
	int method = copy ? 0 : -ENOMEM;

	while (method >= 0 && (name = strsep(&rest, ","))) {
		method = find_method(name);
		if (method > 0)
			f->methods |= 1U << method;
	}
	free(copy);
	return method < 0 ? method : 0;
}

int filter_set_min_duration(struct birth_filter *f, const char *value)
{
	double ns;

	if (!option_time(value, 0, &ns)) {
		f->min_ns = (__u64)ceil(ns);
		return 0;
	}
	return option_bad("min-duration", value, "must be a time above 0, like 500us, 2ms or 1s");
}

int filter_set_min_rss(struct birth_filter *f, const char *value)
{
	int64_t bytes, page = sysconf(_SC_PAGESIZE);

	if (size_parse(value, &bytes) || bytes <= 0)
		return option_bad("min-rss", value, "must be a size above 0, like 64M");
	f->min_pages = bytes / page + (bytes % page != 0);
	return 0;
}

bool filter_is_set(const struct birth_filter *f)
{
	return f->comm[0] || f->by_uid || f->methods || f->min_ns || f->min_pages;
}
