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

#define METHOD_WANTED "must be fork, vfork, spawn, thread or other"

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

int filter_set_methods(struct birth_filter *f, const char *value)
{
	char *copy = strdup(value), *save = NULL;
	int err = copy ? 0 : -ENOMEM;

	for (char *name = copy ? strtok_r(copy, ",", &save) : NULL; name && !err;
	     name = strtok_r(NULL, ",", &save)) {
		uint32_t method = method_by_name(name);

		if (method)
			f->methods |= 1U << method;
		else
			err = option_bad("method", name, METHOD_WANTED);
	}
	free(copy);
	if (!err && !f->methods)
		err = option_bad("method", value, METHOD_WANTED);
	return err;
}

int filter_set_min_duration(struct birth_filter *f, const char *value)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"\xc2\xb5s", 1e3}, {"ms", 1e6}, {"s", 1e9}};
	char *end;
	double n = strtod(value, &end);

	for (size_t i = 0; end != value && i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].name) && n > 0 && n * units[i].ns < 1e18) {
			f->min_ns = (__u64)ceil(n * units[i].ns);
			return 0;
		}
	return option_bad("min-duration", value, "must be a time above 0, like 500us, 2ms or 1s");
}

int filter_set_min_rss(struct birth_filter *f, const char *value)
{
	int64_t bytes, page = sysconf(_SC_PAGESIZE);

	if (size_parse(value, &bytes) || bytes <= 0)
		return option_bad("min-rss", value, "must be a size above 0, like 64M");
	f->min_pages = (bytes + page - 1) / page;
	return 0;
}

bool filter_is_set(const struct birth_filter *f)
{
	return f->comm[0] || f->by_uid || f->methods || f->min_ns || f->min_pages;
}
