/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sizes and times as people write and read them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value that was not measured; `null` in a result file. No time or count is this number. */
#define MISSING INT64_MIN

/* A run's clock, as result files name it. In the lab one ns is one instruction. */
#define CLOCK_OF_LAB	 "icount"
#define CLOCK_OF_MACHINE "monotonic"

/* Whether this is the lab's clock; false for NULL. */
bool clock_counts_instructions(const char *clock);

/*
 * "64M", "1GiB", "4096", "1.5G" (binary multiples; K, M, G, T, with or without "iB" or "B", either
 * case) to bytes, rounded down. 0, -EINVAL (not a size) or -ERANGE (more than INT64_MAX, or
 * negative); *bytes is set only on success.
 */
int size_parse(const char *text, int64_t *bytes);

/*
 * 67108864 to "64M": the largest of K, M, G, T that divides the number, else plain bytes. MISSING
 * gives "-". Returns buf.
 */
const char *size_format(int64_t bytes, char *buf, size_t size);

/*
 * A time with three significant digits and its unit, at most 7 characters: "812 ns", "17.3 us",
 * "3.52 ms", "1.20 s"; two digits if negative. `clock` is the run's: with CLOCK_OF_LAB, which
 * counts instructions, "812", "17.3 k", "3.52 M". NAN and MISSING give
 * "-". Returns buf.
 */
const char *time_format(double ns, const char *clock, char *buf, size_t size);
