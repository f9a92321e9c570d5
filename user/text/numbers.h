/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers as pages and sentences show them. The same in every locale. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NUMBER_MAX 48

/* Each returns buf; "-" for NAN. */

/* "32.7 µs"; instructions: "173 k". */
const char *text_time(double ns, bool instructions, char buf[NUMBER_MAX]);
/* The same, but instructions have their unit: "173 k instructions". */
const char *text_time_words(double ns, bool instructions, char buf[NUMBER_MAX]);
/* "64 MiB", "1 GiB". */
const char *text_bytes(int64_t bytes, char buf[NUMBER_MAX]);
/* Digits in groups of three: "173,301"; one decimal if the number is not whole. */
const char *text_count(double number, char buf[NUMBER_MAX]);
/* The change from a to b: "+1.6 %"; "×12.3" from ten times on. */
const char *text_change(double a, double b, char buf[NUMBER_MAX]);
