/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of profile that say which births to count. */
#pragma once

#include <stdbool.h>

#include "bpf/record.h"

/* Each sets one condition of the filter. 0, -ENOMEM, or -EINVAL after one line. */
int filter_set_comm(struct birth_filter *f, const char *value);
int filter_set_uid(struct birth_filter *f, const char *value);
int filter_set_methods(struct birth_filter *f, const char *value);
int filter_set_min_duration(struct birth_filter *f, const char *value);
int filter_set_min_rss(struct birth_filter *f, const char *value);

/* Whether one of these was set. */
bool filter_is_set(const struct birth_filter *f);
