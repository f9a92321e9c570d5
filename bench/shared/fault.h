/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why something failed: one line for the user. Not escaped: whoever prints it must do that. */
#pragma once

#define FAULT_MAX 512

struct fault {
	char text[FAULT_MAX];
};

/* Formats the line and truncates it to FAULT_MAX. Returns `error`, for the caller to return. */
int fault__set(struct fault *f, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
