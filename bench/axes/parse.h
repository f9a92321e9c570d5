/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The values of axes that are numbers. */
#pragma once

#include <stdint.h>

#include "bench/shared/fault.h"

/* Bytes, as 64M; only whole pages. 0, or -EINVAL and the reason. */
int axis_parse_size(const char *text, int64_t *bytes, struct fault *why);

/* Bytes, at most 1 GiB. 0, or -EINVAL and the reason. */
int axis_parse_bytes(const char *text, int64_t *bytes, struct fault *why);

/* From 0 to a million. 0, or -EINVAL and the reason. */
int axis_parse_count(const char *text, int64_t *count, struct fault *why);
